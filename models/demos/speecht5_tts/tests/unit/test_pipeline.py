# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The interface for users: speech of a text, streams, and bad input as sentences."""

import json

import numpy as np
import pytest
import torch

from models.demos.speecht5_tts.pipeline import SpeechT5
from models.demos.speecht5_tts.synthetic import SMALL_VOCODER_CONFIG, write_vocoder
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voice_files import VoiceError
from models.tt_audio.host.voices import Voice

TEXT = "It was late. We went home."


@pytest.fixture(scope="module")
def model(speech_folder, vocoder_folder):
    return SpeechT5.from_pretrained(speech_folder, vocoder_folder, precision="exact")


@pytest.fixture
def voice(speaker):
    return Voice(speaker, "anna", "a test")


def upstream_speech(upstream, upstream_vocoder, ids, speaker, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        return upstream.generate_speech(torch.tensor([ids]), speaker[None], vocoder=upstream_vocoder).numpy()


def test_speech_is_that_of_transformers(model, upstream, upstream_vocoder, voice):
    """Each sentence has its own seed, and there is silence between two."""
    first, second = model.reader.read(TEXT)
    expected = [
        upstream_speech(upstream, upstream_vocoder, sentence.ids, voice.embedding, seed)
        for sentence, seed in ((first, 3), (second, 4))
    ]
    samples = model.speak(TEXT, voice, seed=3, pause=0.25)
    silence = np.zeros(model.sampling_rate // 4, np.float32)
    assert samples.dtype == np.float32 and expected[0].std() > 0.05
    np.testing.assert_allclose(samples, np.concatenate([expected[0], silence, expected[1]]), atol=1e-5)


def test_a_stream_has_the_same_samples(model, voice):
    parts = list(model.speak_stream(TEXT, voice, seed=3, frames=16))
    assert max(map(len, parts)) == 16 * 256 and len(parts) > 4
    np.testing.assert_allclose(np.concatenate(parts), model.speak(TEXT, voice, seed=3), atol=1e-5)


def test_seeds_differ(model, voice):
    one, other = (model.speak("It was late.", voice, seed) for seed in (3, 5))
    assert len(one) != len(other) or np.abs(one - other).max() > 0.01


def test_pauses_of_the_text_take_the_place_of_the_pause_between_sentences(model, voice):
    parts = list(model.speak_stream("It was late. [pause 0.5] We went home.", voice, frames=1000))
    assert [len(part) for part in parts if not part.any()] == [8000]


def test_speech_that_the_model_does_not_end_is_reported(model, speech, voice, monkeypatch, logged_warnings):
    stop = model.network.speech.stop
    monkeypatch.setattr(stop.bias, "data", stop.bias - 100)
    assert len(model.speak("Oh no.", voice)) == 20 * len("▁Oh no.□") * 256
    assert logged_warnings == ["the model did not end the sentence 'Oh no.'; its speech was cut"]


def test_voice_by_its_file(model, voice, tmp_path):
    np.save(tmp_path / "anna.npy", voice.embedding.numpy())
    by_file = model.speak("It was late.", tmp_path / "anna.npy")
    assert np.array_equal(by_file, model.speak("It was late.", voice))


def test_voice_of_another_width(model, expect_error):
    with expect_error(VoiceError, "the voice 'bea' has 5 channels, the model needs 12"):
        model.speak_stream(TEXT, Voice(torch.ones(5), "bea", "a test"))


@pytest.mark.parametrize(
    "settings, fault",
    [({"seed": -1}, "seed is -1, it must be a whole number"), ({"pause": 61.0}, "pause is 61.0, it must be a number")],
)
def test_settings_out_of_range(model, voice, settings, fault, expect_error):
    with expect_error(UsageError, fault):
        model.speak_stream(TEXT, voice, **settings)


@pytest.mark.parametrize(
    "changes, fault",
    [
        ({"sampling_rate": 22050}, "makes 11.61 ms of a frame at 22050 Hz; the frames of SpeechT5 are 16 ms apart"),
        ({"model_in_dim": 9}, "takes 9 mel bins, the network makes 8"),
    ],
)
def test_vocoder_of_another_model(speech_folder, tmp_path, changes, fault, expect_error):
    write_vocoder(tmp_path, SMALL_VOCODER_CONFIG)
    (tmp_path / "config.json").write_text(json.dumps(SMALL_VOCODER_CONFIG | changes))
    with expect_error(ConfigError, fault):
        SpeechT5.from_pretrained(speech_folder, tmp_path)
