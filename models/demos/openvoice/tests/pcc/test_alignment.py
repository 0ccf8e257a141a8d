# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Alignment of phones and frames: frame positions are exact, values are cut to the format of the matrix unit."""

import os

import pytest
import torch

import ttnn
from models.demos.openvoice.reference.alignment import frame_counts, repeat_phones, sequence_mask
from models.demos.openvoice.tt import alignment
from models.demos.openvoice.tt.alignment import Alignment
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from tests.ttnn.utils_for_testing import assert_with_pcc

CHANNELS = 384  # means and log deviations
slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="minutes on a simulator")


def drawn(batch: int, phones: int, low: int, high: int, seed: int = 0) -> torch.Tensor:
    """Return durations [batch, phones]; those of a later sentence end earlier."""
    durations = torch.randint(low, high, (batch, phones), generator=torch.Generator().manual_seed(seed))
    for row in range(batch):
        durations[row, phones - 5 * row :] = 0
    return durations


# drawn(batch, phones, shortest and longest duration), frames
CASES = [
    pytest.param(drawn(1, 64, 0, 8), 256, id="64_phones"),
    pytest.param(drawn(3, 128, 1, 5), 512, id="batch_of_3", marks=slow_on_simulator),
    pytest.param(drawn(1, 512, 0, 9), 2048, id="512_phones", marks=slow_on_simulator),
]
LONG = torch.tensor([[1023, 1, 1022, 512, 3, *[1023] * 59]])  # 62,918 frames: more than any bucket, but counted


@pytest.fixture
def path(device):
    return Alignment(device, Stage())


def column(durations):
    return durations.float().reshape(1, 1, -1, 1)


def rows(x):
    """Return [B, C, N] as rows [1, 1, B * N, C]."""
    return x.transpose(1, 2).flatten(0, 1)[None, None]


@pytest.mark.parametrize("durations", [*(case.values[0] for case in CASES), LONG], ids=["64", "batch", "512", "long"])
def test_places_are_exact(path, upload, durations):
    placement = path.place(upload(column(durations)), len(durations))
    centres = 2 * durations.cumsum(1) - durations
    found = [ttnn.to_torch(each).reshape(len(durations), -1) for each in placement]
    for expected, actual in zip((durations, centres, durations.sum(1, keepdim=True)), found, strict=True):
        assert torch.equal(expected.float(), actual)


@pytest.mark.parametrize(("durations", "frames"), CASES)
def test_each_frame_gets_the_row_of_its_phone(device, path, upload, durations, frames):
    """Repeat rows in the layout in which a convolution leaves them."""
    batch, phones = durations.shape
    placed = shard(device, batch * phones, CHANNELS)
    x = torch.randn(batch, CHANNELS, phones, generator=torch.Generator().manual_seed(1))
    # sums of few powers of two, which the matrix unit reads exactly
    for values in (x, (x * 64).round() / 64):
        placement = path.place(upload(column(durations)), batch)
        actual = ttnn.to_torch(
            path.repeat_phones(ttnn.to_memory_config(upload(rows(values)), placed), placement, frames)
        )
        expected = torch.zeros(batch, CHANNELS, frames)
        repeated = repeat_phones(values, durations, int(frame_counts(durations).max()))
        expected[:, :, : repeated.shape[2]] = repeated
        assert_with_pcc(rows(expected), actual, 1 - 1e-6)
    assert torch.equal(rows(expected), actual)


@pytest.mark.parametrize(("durations", "frames"), CASES)
def test_sequence_mask(path, upload, durations, frames):
    placement = path.place(upload(column(durations)), len(durations))
    actual = ttnn.to_torch(path.sequence_mask(placement.counts, frames))
    assert torch.equal(rows(sequence_mask(frame_counts(durations), frames)), actual)


def test_whole_frames_of_both_predictors(upload):
    """Mix both predictors with one ratio and one length scale for each phone; padding gets no frames."""
    generator = torch.Generator().manual_seed(0)
    plain, stochastic = (1 + torch.randn(64, generator=generator) for _ in range(2))
    ratio, scale = torch.rand(64, generator=generator), 0.5 + torch.rand(64, generator=generator)
    scale[50:] = 0
    mixed = alignment.mixed(*(upload(column(x)) for x in (plain, stochastic, ratio)))
    actual = ttnn.to_torch(alignment.durations(mixed, upload(column(scale)))).flatten()
    expected = (plain * (1 - ratio) + stochastic * ratio).exp() * scale
    sure = (expected - expected.round()).abs() > 1e-4  # rounding may differ for values next to a whole number
    assert sure.sum() > 45
    assert torch.equal(actual[sure], expected.ceil()[sure])
    assert not actual[50:].any()
