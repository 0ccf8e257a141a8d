# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Whole conversions: everything on the device and everything in the reference, at lengths around window boundaries."""

import os

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import V2_CONFIG, make_converter_checkpoint, with_model
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.windows import noise
from models.tt_audio.host.errors import DeviceError, UsageError
from tests.ttnn.utils_for_testing import assert_with_pcc

# The V2 architecture with the same receptive fields and few channels, so that long recordings stay quick on a host.
SMALL = with_model(V2_CONFIG, inter_channels=64, hidden_channels=64, upsample_initial_channel=128)


# Fewer channels correlate less: the matrix unit cuts sums to TF32, so 1 - PCC of the whole chain is 1.5e-4.
BAR = 0.9997


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("small"), SMALL))


def whole(reference, samples, source, target, tau, seed):
    """Convert in one piece by the reference, with the noise the runner draws; cut to the number of samples given."""
    hop = reference.config.hop_length
    frames = -(-len(samples) // hop)
    filled = torch.from_numpy(np.pad(samples, (0, frames * hop - len(samples))))[None]
    drawn = torch.from_numpy(noise(seed, reference.config.inter_channels, 0, frames))[None]
    return reference(filled, source[None], target[None], drawn, tau)[0, : len(samples)]


def mel(waveform, sampling_rate):
    """Return the log-mel spectrogram: 80 triangles on the mel scale over the magnitudes of 1024-sample frames."""
    spectrum = torch.stft(waveform, 1024, 256, window=torch.hann_window(1024), return_complex=True).abs()
    scale = lambda hertz: 2595 * np.log10(1 + hertz / 700)  # noqa: E731
    edges = np.linspace(0, scale(sampling_rate / 2), 82)
    positions = scale(np.linspace(0, sampling_rate / 2, 513))
    rising = (positions - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - positions) / (edges[2:] - edges[1:-1])[:, None]
    bank = torch.from_numpy(np.minimum(rising, falling).clip(0)).float()
    return (bank @ spectrum).clamp(min=1e-5).log()


@pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")
@pytest.mark.parametrize("frames", [256, 200], ids=["full_bucket", "shorter"])
def test_full_size_conversion_of_speech(device, reference, samples, voices, frames):
    speech = samples[22050 : 22050 + frames * reference.config.hop_length]
    expected = whole(reference, speech, *voices, tau=0.3, seed=5)
    (converted,) = DeviceBackend(reference, device).convert([speech], voices[0].numpy(), [voices[1].numpy()], 0.3, 5)
    actual = torch.from_numpy(converted[0])
    assert_with_pcc(expected, actual, 0.99)
    rate = reference.config.sampling_rate
    assert_with_pcc(mel(expected, rate), mel(actual, rate), 0.995)


@pytest.fixture
def small_device(small, device):
    return DeviceBackend(small, device)


@pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")
@pytest.mark.timeout(900)  # four conversions
@pytest.mark.parametrize("boundary", ["short", "long", "chunk", "two_chunks"])
def test_windows_equal_the_whole(small_device, small, samples, voices, boundary):
    """Convert recordings of four lengths around a boundary with one model on the device, which compiles them once."""
    runner, buckets = small_device, small_device.converter
    frames = {"short": buckets.short, "long": buckets.long, "chunk": buckets.chunk, "two_chunks": 2 * buckets.chunk}
    for beyond in (-1, 0, 1, 37):
        count = (frames[boundary] + beyond) * small.config.hop_length - 100  # the last frame is never full
        speech = np.resize(samples, count)
        expected = whole(small, speech, *voices, tau=0.3, seed=1)
        pieces = runner.convert(np.array_split(speech, 7), voices[0].numpy(), [voices[1].numpy()], 0.3, 1)
        actual = torch.from_numpy(np.concatenate([piece[0] for piece in pieces]))
        assert_with_pcc(expected, actual, BAR)


@pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")
def test_several_targets_of_one_source(small_device, small, samples, voices):
    speech = samples[:30000]
    targets = [voices[1].numpy(), voices[0].numpy()]
    (converted,) = small_device.convert([speech], voices[0].numpy(), targets, 0.3, 1)
    for target, actual in zip(targets, converted, strict=True):
        expected = whole(small, speech, voices[0], torch.from_numpy(target), tau=0.3, seed=1)
        assert_with_pcc(expected, torch.from_numpy(actual), BAR)


@pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")
def test_a_v1_model_conditions_encoder_and_generator_too(device, tmp_path, samples, voices):
    model = {key: value for key, value in SMALL["model"].items() if key != "zero_g"}
    v1 = load_converter(make_converter_checkpoint(tmp_path, {"data": SMALL["data"], "model": model}))
    assert not v1.config.zero_g
    speech = samples[:20000]
    expected = whole(v1, speech, *voices, tau=0.3, seed=1)
    (converted,) = DeviceBackend(v1, device).convert([speech], voices[0].numpy(), [voices[1].numpy()], 0.3, 1)
    assert_with_pcc(expected, torch.from_numpy(converted[0]), BAR)


def test_a_voice_of_another_model(small_device, expect_error):
    with expect_error(
        UsageError, r"this voice has shape \(192,\), the model takes \(256,\): it belongs to another model"
    ):
        small_device.converter.voice(np.zeros(192, np.float32))


def test_a_broken_voice(small_device, expect_error):
    with expect_error(UsageError, "this voice holds values that are not finite: extract it again"):
        small_device.converter.voice(np.full(256, np.nan, np.float32))


def test_a_chunk_no_bucket_holds(small_device, samples, voices, expect_error):
    pieces = small_device.convert([samples], *voices[:1].numpy(), [voices[1].numpy()], 0.3, 1, chunk=10_000)
    with expect_error(ValueError, "a chunk of 10000 frames does not fit: on this device at most"):
        next(pieces)


def test_a_generator_that_no_window_fits(device, expect_error):
    from models.demos.openvoice.tt.precision import Stage
    from models.tt_audio.tt.memory import generator_window

    huge = ConverterConfig.from_dict({**V2_CONFIG, "model": {**V2_CONFIG["model"], "upsample_initial_channel": 16384}})
    with expect_error(DeviceError, "a generator of 16384 channels does not fit the L1 of this device"):
        generator_window(huge, device, Stage(activations=ttnn.float32))


@pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket")
@pytest.mark.parametrize("seconds", [1.0, 12.0])
def test_the_embedding_of_speech(device, reference, samples, seconds):
    speech = samples[: round(seconds * reference.config.sampling_rate)]
    expected = reference.embed(torch.from_numpy(speech)[None])[0]
    actual = torch.from_numpy(DeviceBackend(reference, device).embed(speech))
    assert torch.cosine_similarity(expected, actual, dim=0) >= 0.9999
    assert_with_pcc(expected, actual, 0.9999)
