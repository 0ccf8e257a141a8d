# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Attention with learned distances: every key twice on the device, the nine diagonals in the reference."""

import copy

import pytest
import torch

import ttnn
from models.demos.openvoice.constants import ATTENTION_WINDOW
from models.demos.openvoice.tests.pcc.batches import FILLING, columns, inside, mask, slow_on_simulator
from models.demos.openvoice.tt.attention import DISTANCES, PAIRS, RelativeAttention, RelativePositions
from models.demos.openvoice.tt.parameters.attention import pair_distances
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from tests.ttnn.utils_for_testing import assert_with_pcc

CHANNELS, HEADS = 192, 2


@pytest.fixture(scope="module")
def attention(melo):
    """Return a layer in which distances have as much weight as contents."""
    layer = copy.deepcopy(melo.text_encoder.encoder.layers[1].attention)
    generator = torch.Generator().manual_seed(4)
    for learned in (layer.relative_keys, layer.relative_values):
        learned.copy_(torch.randn(learned.shape, generator=generator))
    return layer


def sequences(*lengths: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(CHANNELS, length, generator=generator) for length in lengths]


@pytest.fixture
def run(device, upload, attention):
    layer = RelativeAttention(preprocess(attention), device, Stage())
    relative_positions = RelativePositions(device, HEADS, CHANNELS)

    def run(given, bucket, filling=FILLING):
        lengths = [x.shape[1] for x in given]
        rows = columns(given, bucket, filling)
        placed = ttnn.to_memory_config(upload(rows), shard(device, rows.shape[2], CHANNELS))
        existing = None if min(lengths) == bucket else upload(mask(lengths, bucket))
        tables = relative_positions(rows.shape[2], existing, len(given))
        return inside(ttnn.to_torch(layer(placed, tables, len(given))), lengths, bucket)

    return run


@pytest.mark.parametrize(
    "length, bucket",
    [
        (64, 64),
        (50, 64),
        (20, 32),
        pytest.param(400, 512, marks=slow_on_simulator),
    ],
)
def test_one_sequence(run, attention, length, bucket):
    (x,) = sequences(length)
    expected = attention(x[None], torch.ones(1, 1, length))[0]
    assert_with_pcc(expected, run([x], bucket)[0], 0.9999)


def test_every_pair_of_residues_is_one_distance():
    """Check the identity that the layer uses: within the window, the residues of two positions give their distance."""
    distances = pair_distances()
    assert distances.shape == (PAIRS,)
    for i in range(20):
        for offset in range(-ATTENTION_WINDOW, ATTENTION_WINDOW + 1):
            j = i + 100 * DISTANCES + offset
            assert distances[i % DISTANCES * DISTANCES + j % DISTANCES] == offset + ATTENTION_WINDOW


def test_values_after_the_end_do_not_change_the_result(run):
    given = sequences(50)
    (first,), (second,) = (run(given, 64, filling) for filling in (0.0, -30.0))
    assert torch.equal(first, second)


def test_a_batch_equals_its_sequences(run):
    given = sequences(64, 33, 9)
    for together, x in zip(run(given, 64), given, strict=True):
        assert_with_pcc(run([x], 64)[0], together, 0.99999)
