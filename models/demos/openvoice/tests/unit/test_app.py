# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The web page in a real browser, Debian's Chromium without a window: what a visitor does, sees and gets."""

import io
import json
import os
import shutil
import urllib.request

import numpy as np
import pytest
import soundfile
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from models.demos.openvoice.demo.app import Page, PageLimits, launch, make_parser
from models.demos.openvoice.tests.unit.conftest import RATE
from models.demos.openvoice.tests.unit.service_fixtures import small_model, wav
from models.tt_audio.torch_backend import precision

WAIT = 60  # seconds that nothing here should take; what does has failed
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--window-size=1280,1500"),
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


@pytest.fixture(scope="module")
def address(tmp_path_factory, converter_folder, base_speaker_folder):
    """Of the page, with small models and an English base speaker."""
    home = tmp_path_factory.mktemp("home")
    (home / "MeloTTS-English").symlink_to(base_speaker_folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENVOICE_HOME", str(home))
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("uploads")))
        patch.setattr(precision, "bfloat16_is_faster", lambda home: False)
        page = Page(small_model(converter_folder), PageLimits(recording_seconds=20))
        blocks, address = launch(page, server_name="127.0.0.1")
        yield address
        blocks.close()


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
    """A browser with the page open."""

    def __init__(self, browser, address):
        self.browser = browser
        browser.get(address)
        self.wait_for("#source input[type=file]")

    def wait_for(self, selector: str, text: str = ""):
        """The first element there that holds the text."""

        def found(browser):
            elements = browser.find_elements(By.CSS_SELECTOR, selector)
            return next((element for element in elements if text in element.get_attribute("textContent")), None)

        return WebDriverWait(self.browser, WAIT, 0.1).until(found, f"no {selector} {text!r} on the page")

    def upload(self, place: str, path) -> None:
        self.wait_for(f"#{place} input[type=file]").send_keys(str(path))

    def uploaded(self, place: str, path) -> None:
        self.upload(place, path)
        fields = f"#{place} input[type=file]"
        gone = WebDriverWait(self.browser, WAIT, 0.1)  # a player is in their place
        gone.until_not(lambda browser: browser.find_elements(By.CSS_SELECTOR, fields), f"{path} is not uploaded")

    def click(self, button: str) -> None:
        self.browser.execute_script("arguments[0].click()", self.wait_for(f"#{button}"))

    def result(self, name: str) -> bytes:
        """What the player on the page plays."""
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

    visitor.wait_for("#convert-figures", "source and reference 0.")
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
    tabs = visitor.browser.find_elements(By.CSS_SELECTOR, "button[role=tab]")
    visitor.browser.execute_script("arguments[0].click()", next(tab for tab in tabs if "Speak" in tab.text))
    visitor.uploaded("clone-reference", files / "voice.wav")
    visitor.click("clone")
    samples, rate = soundfile.read(io.BytesIO(visitor.result("clone")))
    assert rate == RATE and len(samples) > RATE and np.abs(samples).max() > 0.01
    visitor.wait_for("#clone-figures", "result and reference 0.")
    if folder := os.environ.get("OPENVOICE_SCREENSHOTS"):
        visitor.browser.save_screenshot(f"{folder}/clone.png")


@pytest.mark.parametrize(
    "source, message",
    [
        ("text.wav", "text.wav is empty or not audio that can be decoded; give a WAV, FLAC, MP3 or OGG file"),
        ("long.wav", "long.wav lasts longer than 20 s; send it in parts"),
        (None, "give a recording of what is to be said"),
    ],
)
def test_a_mistake_is_one_sentence_on_the_page(visitor, files, source, message):
    if source:
        visitor.uploaded("source", files / source)
    visitor.click("convert")
    visitor.wait_for(".toast-body", message)
    assert not visitor.browser.find_elements(By.CSS_SELECTOR, "#convert-result audio[src]")


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
