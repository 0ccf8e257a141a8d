# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""pipeline.py: the interface for users, from files to samples, and its error messages."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from models.demos.openvoice import recordings
from models.demos.openvoice.pipeline import OpenVoice, Request
from models.demos.openvoice.synthetic import SMALL_CONFIG, make_converter_checkpoint
from models.tt_audio.host import audio, checkpoint, voice_activity
from models.tt_audio.host.audio import AudioError
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.hashes import sha256_of
from models.tt_audio.host.voices import Voice, VoiceBank, VoiceError
from models.tt_audio.testing import speech

RATE = 22050


def to_safetensors(source: Path, target: Path) -> None:
    """Write a .pth checkpoint as folded .safetensors under the same names."""
    checkpoint.save_safetensors(checkpoint.fold_weight_norm(checkpoint.read_state(source)), target)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_converter_checkpoint(tmp_path_factory.mktemp("model"), SMALL_CONFIG)


@pytest.fixture(scope="module")
def model(folder, tmp_path_factory):
    return OpenVoice.from_pretrained(folder, precision="exact", bank=VoiceBank(tmp_path_factory.mktemp("bank")))


@pytest.fixture(scope="module")
def target():
    return Voice(torch.linspace(-1, 1, 12), "target", "a test")


@pytest.fixture(scope="module")
def source():
    return Voice(torch.linspace(1, -1, 12), "source", "a test")


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "speech.wav"
    soundfile.write(path, speech.voice(3.0, 16000), 16000)
    return path


# ---- loading


def test_the_folder_above_the_folder_itself_and_safetensors_are_the_same_model(folder, tmp_path, model):
    to_safetensors(folder / "converter" / "checkpoint.pth", tmp_path / "checkpoint.safetensors")
    (tmp_path / "config.json").write_bytes((folder / "converter" / "config.json").read_bytes())
    for place in (folder, folder / "converter", tmp_path):
        assert OpenVoice.from_pretrained(place, precision="exact").identity == model.identity


def test_openvoice_home_is_searched(folder, tmp_path, monkeypatch, model):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    (tmp_path / "OpenVoiceV2").symlink_to(folder)
    assert OpenVoice.from_pretrained("myshell-ai/OpenVoiceV2", precision="exact").identity == model.identity


def test_other_weights_are_another_model(tmp_path, model):
    other = make_converter_checkpoint(tmp_path, SMALL_CONFIG, seed=1)
    assert OpenVoice.from_pretrained(other, precision="exact").identity != model.identity


def test_folders_that_hold_no_model(tmp_path, folder, expect_error):
    with expect_error(ConfigError, "config.json does not exist"):
        OpenVoice.from_pretrained(tmp_path)
    (tmp_path / "config.json").write_bytes((folder / "converter" / "config.json").read_bytes())
    with expect_error(CheckpointError, "holds neither checkpoint.pth nor checkpoint.safetensors"):
        OpenVoice.from_pretrained(tmp_path)


def test_a_config_of_another_model(tmp_path, folder, expect_error):
    make_converter_checkpoint(tmp_path)
    (tmp_path / "converter" / "checkpoint.pth").write_bytes((folder / "converter" / "checkpoint.pth").read_bytes())
    with expect_error(CheckpointError, "checkpoint.pth does not fit its config.json; missing: .* wrong shape: "):
        OpenVoice.from_pretrained(tmp_path)


def test_unknown_backend(folder, expect_error):
    with expect_error(ValueError, "there is no backend 'abacus'; choose one of: torch, ttnn"):
        OpenVoice.from_pretrained(folder, backend="abacus")


# ---- voices


def test_voice_is_the_mean_of_the_segments_weighted_by_duration(model, recording):
    samples = audio.load(recording, RATE)
    segments = voice_activity.speech_segments(samples, RATE)
    embeddings = np.array([model.backend.embed(samples[start:stop]) for start, stop in segments])
    expected = np.average(embeddings, axis=0, weights=[stop - start for start, stop in segments])
    voice = model.voice(recording)
    np.testing.assert_allclose(voice.embedding.numpy(), expected, atol=1e-6)
    assert (voice.name, voice.source, voice.model) == ("speech", str(recording), model.identity)
    assert voice.audio_sha256 == sha256_of(recording)


def test_several_recordings_count_by_their_speech(model, tmp_path):
    paths = []
    for i, seconds in enumerate((2.0, 6.0)):
        paths.append(tmp_path / f"{i}.wav")
        soundfile.write(paths[-1], speech.voice(seconds, 16000) * (1 + i) / 2, 16000)
    pieces = []
    for path in paths:
        samples = audio.load(path, RATE)
        pieces += [samples[start:stop] for start, stop in voice_activity.speech_segments(samples, RATE)]
    embeddings = np.array([model.backend.embed(piece) for piece in pieces])
    expected = np.average(embeddings, axis=0, weights=[len(piece) for piece in pieces])
    np.testing.assert_allclose(model.voice(paths).embedding.numpy(), expected, atol=1e-6)


def test_a_known_recording_is_not_embedded_again(model, recording, monkeypatch):
    first = model.voice(recording)
    monkeypatch.setattr(model.backend, "embed", None)
    assert model.voice(recording).key == first.key


def test_little_speech_is_warned_about_once(model, tmp_path, logged_warnings):
    paths = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for i, path in enumerate(paths):
        soundfile.write(path, speech.voice(1.5 + i, 16000), 16000)
    model.voice(paths)
    assert len(logged_warnings) == 1


def test_no_recording(model, expect_error):
    with expect_error(AudioError, "no recording was given"):
        model.voice([])


def test_a_voice_of_another_model(model, recording, expect_error):
    foreign = Voice(torch.ones(12), "foreign", "elsewhere.wav", model="0" * 16)
    with expect_error(VoiceError, "'foreign' was made by model 0000000000000000"):
        model.convert(recording, foreign)
    with expect_error(VoiceError, "has 256 channels, the model needs 12"):
        model.convert(recording, Voice(torch.ones(256), "wide", "v2.pth"))


# ---- conversion


def test_a_conversion_is_as_long_as_the_recording_and_deterministic(model, recording, target):
    samples = audio.load(recording, RATE)
    result = model.convert(recording, target)
    assert (result.dtype, result.shape) == (np.float32, samples.shape)
    assert len(samples) % 256, "the recording should end inside a frame"
    assert np.array_equal(result, model.convert(recording, target, seed=0))
    assert not np.array_equal(result, model.convert(recording, target, seed=1))
    assert 0.01 < result.std() < 0.5


def test_tau_zero_needs_no_seed(model, recording, target):
    results = [model.convert(recording, target, tau=0, seed=seed) for seed in (0, 1)]
    assert np.array_equal(*results)


def test_every_form_of_a_recording_gives_the_same(model, recording, target):
    expected = model.convert(recording, target)
    content = io.BytesIO(recording.read_bytes())
    for form in (str(recording), content, audio.load(recording, RATE)):
        assert np.array_equal(model.convert(form, target), expected)


@pytest.mark.parametrize("chunk_seconds, seconds", [(0.01, 1.5), (0.25, 3.0), (1.0, 3.0), (100.0, 3.0)])
def test_the_stream_is_the_conversion(model, tmp_path, target, chunk_seconds, seconds):
    soundfile.write(recording := tmp_path / "speech.wav", speech.voice(seconds, 16000), 16000)
    pieces = list(model.convert_stream(recording, target, chunk_seconds=chunk_seconds))
    np.testing.assert_allclose(np.concatenate(pieces), model.convert(recording, target), atol=1e-5)
    assert {len(piece) for piece in pieces[:-1]} <= {max(1, round(chunk_seconds * RATE / 256)) * 256}


def test_a_batch_is_what_each_conversion_gives_alone(model, recording, source, target):
    samples = speech.voice(2.0, RATE)
    together = model.convert_batch([Request(recording, target, source, 0.3, 1), Request(samples, source, None, 0.0, 2)])
    assert np.array_equal(together[0], model.convert(recording, target, source, 0.3, 1))
    assert np.array_equal(together[1], model.convert(samples, source, None, 0.0, 2))
    assert model.convert_batch([]) == []


def test_blocks_from_a_microphone(model, recording, target, source, expect_error):
    blocks = np.array_split(audio.load(recording, RATE), 50)
    expected = model.convert(recording, target, source)
    np.testing.assert_allclose(np.concatenate(list(model.convert_stream(blocks, target, source))), expected, atol=1e-5)
    with expect_error(ValueError, "give their source_voice"):
        model.convert_stream(iter(blocks), target)


def test_without_a_source_voice_the_recording_is_its_own(model, target):
    samples = speech.voice(25.0, RATE)  # more than two stretches of 10 s: the last 15 s are split in two
    size = 10 * RATE
    stretches = [samples[:size], *np.array_split(samples[size:], 2)]
    embeddings = np.array([model.backend.embed(stretch) for stretch in stretches])
    own = np.average(embeddings, axis=0, weights=[len(stretch) for stretch in stretches])
    expected = model.convert(samples, target, Voice(torch.from_numpy(own), "own", "a test"))
    np.testing.assert_allclose(model.convert(samples, target), expected, atol=1e-5)


def test_many_voices_at_once_are_the_voices_one_by_one(model, recording, target, source):
    together = model.convert_many(recording, [target, source])
    assert len(together) == 2
    for result, voice in zip(together, (target, source), strict=True):
        assert np.array_equal(result, model.convert(recording, voice))
    assert np.abs(together[0] - together[1]).max() > 1e-3


def test_target_voice_and_source_voice_both_change_the_result(model, recording, target, source):
    plain = model.convert(recording, target)
    assert np.abs(model.convert(recording, source) - plain).max() > 1e-3
    assert np.abs(model.convert(recording, target, source) - plain).max() > 1e-3


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"tau": -0.1}, "tau is -0.1"),
        ({"tau": float("nan")}, "tau is nan"),
        ({"tau": float("inf")}, "tau is inf, it must be a number from 0 to 10"),
        ({"tau": 10.1}, "tau is 10.1"),
        ({"tau": "1"}, "tau is 1"),
        ({"seed": -1}, "seed is -1, it must be a whole number from 0 to 2\\^128 - 1"),
        ({"seed": 2**128}, "seed is 3402"),
        ({"seed": 1.0}, "seed is 1.0"),
    ],
)
def test_arguments_that_cannot_be(model, recording, target, arguments, message, expect_error):
    with expect_error(UserError, message):
        model.convert(recording, target, **arguments)
    with expect_error(UserError, message):
        model.convert_stream(recording, target, **arguments)
    with expect_error(UserError, message):
        model.convert_batch([Request(recording, target, **arguments)])


def test_the_largest_seed_and_tau(model, recording, target):
    assert np.isfinite(model.convert(recording, target, tau=10.0, seed=2**128 - 1)).all()


@pytest.mark.parametrize("chunk_seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_chunk_that_cannot_be(model, recording, target, chunk_seconds, expect_error):
    with expect_error(UserError, f"chunk_seconds is {chunk_seconds}, it must be a positive number"):
        model.convert_stream(recording, target, chunk_seconds=chunk_seconds)


def counted_decodes(monkeypatch):
    """Count the decodes of a recording."""
    decoded = []
    stream = audio.stream
    monkeypatch.setattr(audio, "stream", lambda *arguments: decoded.append(1) or stream(*arguments))
    return decoded


def test_a_recording_under_a_minute_is_decoded_once(model, recording, target, source, monkeypatch):
    expected, decoded = model.convert(recording, target), counted_decodes(monkeypatch)
    assert np.array_equal(model.convert(recording, target), expected)
    assert len(decoded) == 1


def test_a_longer_recording_is_decoded_twice_and_not_held(model, recording, target, monkeypatch):
    expected, decoded = model.convert(recording, target), counted_decodes(monkeypatch)
    monkeypatch.setattr(recordings, "HELD_SECONDS", 1.5)
    assert np.array_equal(model.convert(recording, target), expected)
    assert len(decoded) == 2
    monkeypatch.setattr(recordings, "HELD_SECONDS", 3.0)  # its length
    assert np.array_equal(model.convert(recording, target), expected)
    assert len(decoded) == 3


def test_no_target(model, recording, expect_error):
    with expect_error(ValueError, "no target voice was given"):
        model.convert_many(recording, [])


@pytest.mark.parametrize(
    "samples, message",
    [
        (np.zeros(0, np.float32), "the audio lasts 0 ms; at least 46 ms are needed"),
        (np.ones(220, np.float32), "the audio lasts 10 ms; at least 46 ms are needed"),
        (np.full(5000, np.nan, np.float32), "the audio holds samples that are not finite"),
        (np.ones((2, 5000), np.float32), "the audio is float32 .*samples are floating-point"),
        (np.ones(5000, np.int16), "the audio is int16 .*samples are floating-point"),
    ],
)
@pytest.mark.parametrize("with_source", [True, False])
def test_samples_that_cannot_be_converted(model, target, source, samples, message, with_source, expect_error):
    with expect_error(AudioError, message):
        model.convert(samples, target, source if with_source else None)


def test_a_recording_too_short_to_convert_is_named(model, tmp_path, target, expect_error):
    path = tmp_path / "click.wav"
    soundfile.write(path, speech.voice(3.0, RATE)[5000:5220], RATE)
    with expect_error(AudioError, "click.wav lasts 10 ms; at least 46 ms are needed"):
        model.convert(path, target)


@pytest.mark.parametrize(
    "rate, channels, subtype", [(8000, 1, "PCM_U8"), (96000, 2, "PCM_24"), (44100, 6, "FLOAT"), (22050, 1, "PCM_16")]
)
def test_formats_of_recordings(model, tmp_path, target, rate, channels, subtype):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.tile(speech.voice(1.0, rate)[:, None], channels), rate, subtype)
    result = model.convert(path, target)
    assert abs(len(result) - RATE) <= 1
    assert np.isfinite(result).all()


def test_the_device_backend_on_a_machine_without_a_card(folder, monkeypatch, expect_error):
    monkeypatch.delenv("TT_METAL_MOCK_CLUSTER_DESC_PATH", raising=False)
    monkeypatch.delenv("TT_METAL_SIMULATOR", raising=False)
    monkeypatch.setattr("models.tt_audio.tt.device.CARDS", Path("/no/such/device"))
    with expect_error(RuntimeError, "there is no Tenstorrent card .*: install its driver, or use the backend 'torch'"):
        OpenVoice.from_pretrained(folder, backend="ttnn")


def test_what_is_no_device(folder, expect_error):
    with expect_error(TypeError, "device is 0.5, not an open TTNN device: pass what ttnn.open_device or"):
        OpenVoice.from_pretrained(folder, backend="ttnn", device=0.5)
