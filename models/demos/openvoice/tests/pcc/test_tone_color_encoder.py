# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tone colour encoder on one bucket: real speech that fills it, ends inside it, or shares it with other speech."""

import os

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.tt.tone_color_encoder import ToneColorEncoder
from tests.ttnn.utils_for_testing import assert_with_pcc

BAR = 0.9999
slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="minutes on a simulator")


@pytest.fixture
def encoder(device, host_parameters, precision):
    return ToneColorEncoder(host_parameters.tone_color_encoder, device, precision.tone_color_encoder)


@pytest.fixture
def embed(device, encoder, upload):
    """Return `embed(specs, lengths)`, which embeds spectrograms [B, bins, T] of `lengths` frames in a bucket of T."""

    def run(specs, lengths):
        batch, bins, frames = specs.shape
        rows = specs.transpose(1, 2).reshape(1, 1, batch * frames, bins)
        # padded to whole tiles, as the device's spectrogram is, with values that must not matter
        spec = upload(torch.nn.functional.pad(rows, (0, -bins % 32), value=1e-3))
        start, clock, *masks = (ttnn.to_device(x, device) for x in encoder.inputs(frames, lengths))
        return encoder(spec, start, clock, masks or None)

    return run


def check(expected, actual):
    actual = ttnn.to_torch(actual)[0, 0]
    assert actual.shape == expected.shape
    for one, other in zip(expected, actual, strict=True):
        assert torch.nn.functional.cosine_similarity(one, other, dim=0) >= BAR
        assert_with_pcc(one, other, BAR)


@pytest.fixture
def spectrogram(reference, samples):
    """Return `spectrogram(frames)`: that of the speech, which is repeated if it is shorter."""
    config = reference.config

    def cut(frames):
        size = frames * config.hop_length + config.filter_length - config.hop_length
        return reference.spectrogram.frames(torch.from_numpy(np.resize(samples, size))[None])

    return cut


def bucket(spec, frames, length):
    """Return the first `length` frames and, after them, louder following speech, which must not matter."""
    cut = spec[:, :, :frames].clone()
    cut[:, :, length:] *= 3
    return cut


@pytest.mark.parametrize(
    ("frames", "length"),
    [
        pytest.param(128, 86, id="1s_in_128"),
        pytest.param(256, 256, id="256_whole"),
        pytest.param(256, 129, id="129_in_256"),
        pytest.param(512, 258, id="3s_in_512", marks=slow_on_simulator),
        pytest.param(1024, 861, id="10s_in_1024", marks=slow_on_simulator),
        pytest.param(1024, 1, id="1_in_1024", marks=slow_on_simulator),
        pytest.param(1024, 1024, id="1024_whole", marks=slow_on_simulator),
    ],
)
def test_embedding(embed, reference, spectrogram, frames, length):
    spec = spectrogram(frames)
    expected = reference.tone_color_encoder(spec[:, :, :length])
    check(expected, embed(bucket(spec, frames, length), [length]))


@slow_on_simulator
@pytest.mark.parametrize(
    "frames, lengths",
    [(256, (256, 256)), (256, (86, 256, 129)), (512, (300, 512))],
    ids=str,
)
def test_recordings_of_a_batch_do_not_change_each_other(embed, reference, spectrogram, frames, lengths):
    whole = spectrogram(frames * len(lengths))
    specs = torch.cat([bucket(piece, frames, n) for piece, n in zip(whole.split(frames, 2), lengths, strict=True)])
    expected = [reference.tone_color_encoder(spec[None, :, :n]) for spec, n in zip(specs, lengths, strict=True)]
    check(torch.cat(expected), embed(specs, lengths))


@pytest.mark.parametrize(("frames", "lengths"), [(100, [100]), (256, [257]), (256, [0]), (512, [512] * 3)], ids=str)
def test_what_does_not_fit_a_bucket_is_refused(encoder, expect_error, frames, lengths):
    with expect_error(ValueError, "do not fit"):
        encoder.inputs(frames, lengths)
