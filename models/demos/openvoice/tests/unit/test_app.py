# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Web page in a real browser, Debian's Chromium without a window: results, errors, kept voices, looks."""

import io
import json
import os
import shutil
import threading
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.app import make_parser
from models.demos.openvoice.demo.limits import PageLimits
from models.demos.openvoice.demo.page import Page
from models.demos.openvoice.demo.page_app import make_app
from models.demos.openvoice.tests.piper_voices import write_voice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.demos.openvoice.tests.unit.service_fixtures import behind_a_port, small_model, wav
from models.tt_audio.torch_backend import precision

WAIT = 60  # seconds that nothing here should take; a test that takes them has failed
# Buttons change their colours gradually.
WITHOUT_TRANSITIONS = """
document.head.appendChild(document.createElement("style")).textContent = "* { transition: none !important; }";
"""
BOTTOM = "return arguments[0].getBoundingClientRect().bottom"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1366,768"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "speech.wav").write_bytes(wav(2.0))
    (folder / "voice.wav").write_bytes(wav(6.0, 1.4))
    (folder / "text.wav").write_text("This is no sound.")
    (folder / "notes.txt").write_text("This is no sound.")
    (folder / "long.wav").write_bytes(wav(21.0))
    return folder


class Paused:
    """Model whose conversions wait between two pieces until the test releases them."""

    def __init__(self, model):
        self._model = model
        self.go_on = threading.Event()
        self.go_on.set()
        self.waiting = threading.Event()
        self.ended = threading.Event()

    def __getattr__(self, name):
        return getattr(self._model, name)

    def convert_stream(self, *arguments):
        try:
            for piece in self._model.convert_stream(*arguments):
                yield piece
                if not self.go_on.is_set():
                    self.waiting.set()
                    assert self.go_on.wait(WAIT)
        finally:
            self.ended.set()


@pytest.fixture(scope="module")
def page(tmp_path_factory, converter_folder, base_speaker_folder):
    """Start the page with small models, an English base speaker and a Piper voice."""
    home = tmp_path_factory.mktemp("home")
    (home / "MeloTTS-English").symlink_to(base_speaker_folder)
    voice = write_voice(home / "piper-voices", "small")
    for file in (voice, Path(f"{voice}.json")):
        file.rename(str(file).replace("-small", "-low"))
    (home / "piper-voices" / "MODEL_CARD").write_text("* License: CC BY 4.0\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENVOICE_HOME", str(home))
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        patch.setattr(precision, "bfloat16_is_faster", lambda home: False)
        page = Page(lambda: small_model(converter_folder), PageLimits(recording_seconds=20))
        page.model = Paused(page.model)
        yield page


@pytest.fixture(scope="module")
def address(page):
    with behind_a_port(make_app(page, Access()), lifespan="on") as address:
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in programs.items() if path is None]
    assert (
        not missing
    ), f"{' and '.join(missing)} not found; install them (Debian: apt install chromium chromium-driver)"
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
    yield browser
    browser.quit()


class Visitor:
    """Browser with the page open."""

    def __init__(self, browser, address):
        self.browser, self.address = browser, address
        browser.get(address)
        self.wait_for("#source input[type=file]")

    def wait_for(self, selector: str, text: str = ""):
        """Return the first element of the selector that contains the text."""

        def found(browser):
            elements = browser.find_elements(By.CSS_SELECTOR, selector)
            return next((element for element in elements if text in element.get_attribute("textContent")), None)

        return WebDriverWait(self.browser, WAIT, 0.1).until(found, f"no {selector} {text!r} on the page")

    def upload(self, place: str, path) -> None:
        self.wait_for(f"#{place} input[type=file]").send_keys(str(path))

    def uploaded(self, place: str, path) -> None:
        self.upload(place, path)
        fields = f"#{place} input[type=file]"
        gone = WebDriverWait(self.browser, WAIT, 0.1)  # a player has replaced them
        gone.until_not(lambda browser: browser.find_elements(By.CSS_SELECTOR, fields), f"{path} is not uploaded")

    def state(self, name: str, text: str):
        """Wait until the line of state of a job contains the text."""
        return self.wait_for(f"#{name}-state", text)

    def open_tab(self, text: str) -> None:
        tabs = self.browser.find_elements(By.CSS_SELECTOR, "button[role=tab]")
        self.browser.execute_script("arguments[0].click()", next(tab for tab in tabs if text in tab.text))

    def choose(self, place: str, label: str) -> None:
        """Choose from a list."""
        self.wait_for(f"#{place} input").click()
        for option in WebDriverWait(self.browser, WAIT, 0.1).until(
            lambda browser: browser.find_elements(By.CSS_SELECTOR, f"#{place} [role=option]")
        ):
            if option.get_attribute("aria-label") == label:
                option.click()
                return
        raise AssertionError(f"{label} cannot be chosen")

    def contrasts(self) -> list[tuple[str, float, float]]:
        """Return the text, its contrast and the required contrast, for each visible text."""
        self.browser.execute_script(WITHOUT_TRANSITIONS)
        return self.browser.execute_script((Path(__file__).parent / "contrast.js").read_text())

    def messages(self) -> list[str]:
        """Return all errors on the page, wherever they are shown."""
        shown = self.browser.find_elements(By.CSS_SELECTOR, "[role=alert], .toast-body, .error")
        return [element.text for element in shown if element.is_displayed() and element.text]

    def click(self, button: str) -> None:
        self.browser.execute_script("arguments[0].click()", self.wait_for(f"#{button}"))

    def result(self, name: str) -> bytes:
        """Return the samples that the player on the page plays."""
        source = self.wait_for(f"#{name}-result audio[src]").get_attribute("src")
        with urllib.request.urlopen(source) as answer:
            return answer.read()


@pytest.fixture
def visitor(browser, address):
    return Visitor(browser, address)


def test_a_recording_in_another_voice(visitor, files, converter_folder):
    visitor.uploaded("source", files / "speech.wav")
    visitor.uploaded("convert-reference", files / "voice.wav")
    visitor.click("convert")
    samples, rate = soundfile.read(io.BytesIO(visitor.result("convert")), dtype="float32")
    assert (rate, len(samples)) == (RATE, 2 * RATE)
    model = small_model(converter_folder).model
    expected = model.convert(files / "speech.wav", model.voice(files / "voice.wav"))
    assert np.abs(samples - expected.clip(-1, 1)).max() < 2**-14

    visitor.wait_for("#convert-figures", "source 0.")
    visitor.wait_for("#convert-figures", "Spectrograms, from top to bottom: source, voice wanted, result.")
    visitor.state("convert", "Done")
    duration = "return document.querySelector('#convert-result audio').duration"
    assert WebDriverWait(visitor.browser, WAIT).until(lambda browser: browser.execute_script(duration)) == 2.0
    picture = visitor.wait_for("#convert-picture img").get_attribute("src")
    with urllib.request.urlopen(picture) as answer:
        width, height = Image.open(io.BytesIO(answer.read())).size
    assert width / height == pytest.approx(9 / 6.6, rel=0.01)  # of picture.py: three panels
    visitor.wait_for("#convert-result a[download]")
    if folder := os.environ.get("OPENVOICE_SCREENSHOTS"):
        visitor.browser.save_screenshot(f"{folder}/convert.png")


def test_a_text_in_a_voice(visitor, files):
    visitor.open_tab("Speak")
    visitor.uploaded("clone-reference", files / "voice.wav")
    visitor.click("clone")
    samples, rate = soundfile.read(io.BytesIO(visitor.result("clone")))
    assert rate == RATE and len(samples) > RATE and np.abs(samples).max() > 0.01
    visitor.wait_for("#clone-figures", "result 0.")
    if folder := os.environ.get("OPENVOICE_SCREENSHOTS"):
        visitor.browser.save_screenshot(f"{folder}/clone.png")


def test_a_text_spoken_by_a_piper_voice(visitor, files, page):
    visitor.open_tab("Speak")
    visitor.wait_for("#accent input")
    visitor.choose("base", "en_US-seeded-low: en_US, English; licence: CC BY 4.0")
    gone = WebDriverWait(visitor.browser, WAIT, 0.1)
    # a Piper voice has its own language
    gone.until_not(lambda browser: browser.find_elements(By.CSS_SELECTOR, "#accent input"))
    visitor.uploaded("clone-reference", files / "voice.wav")
    visitor.click("clone")
    visitor.wait_for("#clone-result audio[src]")
    samples, rate = soundfile.read(io.BytesIO(visitor.result("clone")), dtype="float32")
    voice = page.model.voice(files / "voice.wav")
    expected = page.model.speak("The ferry was late. Nobody minded.", voice, base="en_US-seeded-low")
    assert rate == RATE and np.abs(samples - expected.clip(-1, 1)).max() < 2**-14
    if folder := os.environ.get("OPENVOICE_SCREENSHOTS"):
        visitor.browser.save_screenshot(f"{folder}/piper.png")


@pytest.mark.parametrize(
    "source, message",
    [
        ("text.wav", "text.wav is empty or not audio that can be decoded; give a WAV, FLAC, MP3 or OGG file"),
        ("long.wav", "long.wav lasts longer than 20 s; send it in parts"),
        (None, "give a recording of what is to be said"),
    ],
)
def test_a_mistake_is_one_sentence_beside_the_button(visitor, files, source, message):
    if source:
        visitor.uploaded("source", files / source)
    visitor.click("convert")
    visitor.state("convert", message)
    assert len(visitor.messages()) == 1 and message in visitor.messages()[0]
    assert visitor.wait_for("#convert").is_enabled() and not visitor.wait_for("#convert-cancel").is_enabled()
    assert not visitor.browser.find_elements(By.CSS_SELECTOR, "#convert-result audio[src]")


def test_a_fault_of_the_page_is_one_sentence(visitor, files, page, monkeypatch):
    monkeypatch.setattr(page, "_decoded", lambda path: 1 // 0)
    visitor.uploaded("source", files / "speech.wav")
    visitor.click("convert")
    visitor.state("convert", "This failed by a fault of the page.")
    assert len(visitor.messages()) == 1


@pytest.mark.parametrize(
    "name, place",
    [
        ("a.m4a", "source"),
        ("a.aac", "source"),
        ("a.opus", "source"),
        ("a.webm", "source-file"),
        ("a.mp4", "source-file"),
    ],
)
def test_any_kind_of_recording_can_be_given(visitor, files, name, place):
    """Give the browser any file; the decoder decides whether it can be decoded, with its own message."""
    (files / name).write_text("This is no sound.")
    visitor.browser.execute_script("arguments[0].click()", visitor.wait_for("#other button"))
    visitor.uploaded(place, files / name)
    visitor.uploaded("convert-reference", files / "voice.wav")
    visitor.click("convert")
    visitor.state("convert", name)
    assert len(visitor.messages()) == 1


def test_cancelling_ends_the_conversion(visitor, files, page):
    """Free the model at once for the next job, also when a conversion is cancelled in the middle."""
    model = page.model
    visitor.uploaded("source", files / "speech.wav")
    visitor.uploaded("convert-reference", files / "voice.wav")
    model.go_on.clear()
    model.ended.clear()
    visitor.click("convert")
    visitor.state("convert", "Converting: 1 of 2 s")
    assert not visitor.wait_for("#convert").is_enabled() and visitor.wait_for("#convert-cancel").is_enabled()
    assert model.waiting.wait(WAIT)
    visitor.click("convert-cancel")
    visitor.state("convert", "Cancelled")
    model.go_on.set()
    assert model.ended.wait(WAIT)
    WebDriverWait(visitor.browser, WAIT).until(lambda browser: visitor.wait_for("#convert").is_enabled())
    assert not visitor.browser.find_elements(By.CSS_SELECTOR, "#convert-result audio[src]")
    visitor.click("convert")
    visitor.state("convert", "Done")
    assert soundfile.info(io.BytesIO(visitor.result("convert"))).duration == 2.0


def test_a_voice_is_kept_when_asked_and_can_be_chosen(visitor, files, page):
    assert page.voices.list() == []
    visitor.uploaded("convert-reference", files / "voice.wav")
    visitor.browser.execute_script("arguments[0].click()", visitor.wait_for("#convert-keeping button"))
    visitor.click("convert-keep")
    visitor.wait_for("#convert-keep-state", "give the voice a name to keep it")
    WebDriverWait(visitor.browser, WAIT).until(lambda browser: visitor.wait_for("#convert-keep").is_enabled())
    visitor.wait_for("#convert-keep-name input, #convert-keep-name textarea").send_keys("Anna B.")
    visitor.click("convert-keep")
    visitor.wait_for("#convert-keep-state", "The voice is kept as Anna B.")
    (kept,) = page.voices.list()
    assert kept.name == "Anna B."

    again = Visitor(visitor.browser, visitor.address)
    again.choose("convert-voice", "Anna B.")
    gone = WebDriverWait(visitor.browser, WAIT, 0.1)
    gone.until_not(lambda browser: browser.find_elements(By.CSS_SELECTOR, "#convert-reference input[type=file]"))
    again.uploaded("source", files / "speech.wav")
    again.click("convert")
    again.state("convert", "Done")
    samples, _ = soundfile.read(io.BytesIO(again.result("convert")), dtype="float32")
    expected = page.model.convert(files / "speech.wav", page.model.voice(files / "voice.wav"))
    assert np.abs(samples - expected.clip(-1, 1)).max() < 2**-14

    page.voices.delete("Anna B.")
    again.click("convert")
    again.state("convert", "there is no voice 'Anna B.' in the bank")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_enough_contrast(visitor, files, theme):
    """Require 4.5, or 3 for large letters, in all states: level AA of the Web Content Accessibility Guidelines."""
    looked_at = []

    def look() -> None:
        found = visitor.contrasts()
        looked_at.extend(text for text, _, _ in found)
        assert [(text, round(ratio, 2)) for text, ratio, least in found if ratio < least] == []

    visitor = Visitor(visitor.browser, f"{visitor.address}/?__theme={theme}")
    for accordion in visitor.browser.find_elements(By.CSS_SELECTOR, "button.label-wrap"):
        visitor.browser.execute_script("arguments[0].click()", accordion)
    visitor.wait_for("#convert-keep-name", "Name in the list of voices")
    look()
    visitor.click("convert")
    visitor.state("convert", "give a recording")
    look()
    visitor.uploaded("source", files / "speech.wav")
    visitor.uploaded("convert-reference", files / "voice.wav")
    visitor.click("convert")
    visitor.state("convert", "Done")
    look()
    visitor.open_tab("Speak")
    visitor.wait_for("#text", "Text that is said")
    look()
    for text in ("OpenVoice", "Voice wanted", "Convert", "Done", "Text that is said", "Speak"):
        assert text in looked_at


def test_on_a_laptop_the_button_is_on_the_screen(visitor):
    """Use 1366 x 768 less the height of a browser's bars: 625 here."""
    for tab, button in (("Convert", "convert"), ("Speak", "clone")):
        visitor.open_tab(tab)
        place = visitor.browser.execute_script(BOTTOM, visitor.wait_for(f"#{button}"))
        state = visitor.browser.execute_script(BOTTOM, visitor.wait_for(f"#{button}-state"))
        assert 0 < place < state < 625


def test_on_a_phone_nothing_is_cut_off(visitor):
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    visitor.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        narrow = Visitor(visitor.browser, visitor.address)
        for tab, button in (("Convert", "convert"), ("Speak", "clone")):
            narrow.open_tab(tab)
            assert narrow.wait_for(f"#{button}").is_displayed()
            width = "return [document.documentElement.scrollWidth, innerWidth]"
            needed, there = narrow.browser.execute_script(width)
            assert needed <= there == 390
            if folder := os.environ.get("OPENVOICE_SCREENSHOTS"):
                narrow.browser.save_screenshot(f"{folder}/phone-{button}.png")
    finally:
        visitor.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_text_file_is_refused_at_once(visitor, files):
    visitor.upload("source", files / "notes.txt")
    visitor.wait_for(".toast-body", "Invalid file type: notes.txt")


def test_everything_on_the_page_comes_from_this_process(browser, address):
    browser.get_log("performance")
    visitor = Visitor(browser, address)
    visitor.wait_for("#notice", "only with its owner's consent")
    visitor.wait_for("#facts", "Model small, backend torch")
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_it_listens_to_this_machine_only_unless_told():
    assert make_parser().parse_args([]).host == "127.0.0.1"
    assert make_parser().parse_args(["--host", "0.0.0.0"]).host == "0.0.0.0"
