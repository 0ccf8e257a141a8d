# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS's flow at full size, in reverse: it turns frames of the prior into frames of a voice."""

import copy

import pytest
import torch

import ttnn
from models.demos.openvoice.tests.pcc.batches import FILLING, columns, inside, mask, slow_on_simulator
from models.demos.openvoice.tt.coupling import TransformerCouplingBlock
from models.demos.openvoice.tt.parameters.conditioning import speaker_rows
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from tests.ttnn.utils_for_testing import assert_with_pcc

BAR = 0.999


@pytest.fixture(scope="module")
def last_couplings(melo):
    """Return the two couplings that a reversed flow applies first: one of each parity."""
    flow = copy.deepcopy(melo.flow)
    flow.couplings = flow.couplings[:2]
    return flow


def frames(melo, *lengths: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(6)
    return [torch.randn(melo.config.inter_channels, length, generator=generator) for length in lengths]


def speaker(melo) -> torch.Tensor:
    return melo.speaker_embedding.weight[:1, :, None]


@pytest.fixture
def pass_through(device, upload, melo):
    rows = [ttnn.to_device(row, device) for row in speaker_rows(melo, 0).flow]

    def pass_through(flow, given, bucket, filling=FILLING, reverse=True):
        block = TransformerCouplingBlock(preprocess(flow), device, Precision().flow)
        lengths = [z.shape[1] for z in given]
        halves = [upload(half) for half in columns(given, bucket, filling).chunk(2, dim=3)]
        existing = None if min(lengths) == bucket else upload(mask(lengths, bucket))
        halves = block(halves, rows, existing, reverse=reverse, batch=len(given))
        return inside(torch.cat([ttnn.to_torch(half) for half in halves], dim=3), lengths, bucket)

    return pass_through


def reversed_flow(melo, flow, z):
    return flow(z[None], torch.ones(1, 1, z.shape[1]), speaker(melo), reverse=True)[0]


@pytest.mark.parametrize("length, bucket", [(200, 256), (1000, 1024)])
@slow_on_simulator
def test_the_whole_flow(pass_through, melo, length, bucket):
    (z,) = frames(melo, length)
    assert_with_pcc(reversed_flow(melo, melo.flow, z), pass_through(melo.flow, [z], bucket)[0], BAR)


def test_one_coupling(pass_through, melo):
    (z,), flow = frames(melo, 50), copy.deepcopy(melo.flow)
    flow.couplings = flow.couplings[:1]  # a coupling alone: the channel reversal before it is not in its weights
    expected = flow.couplings[0](z[None], torch.ones(1, 1, 50), speaker(melo), reverse=True)[0]
    assert_with_pcc(expected, pass_through(flow, [z], 64)[0], BAR)


@slow_on_simulator
def test_a_batch_equals_its_sentences(pass_through, melo, last_couplings):
    given = frames(melo, 64, 37, 20)
    for together, z in zip(pass_through(last_couplings, given, 64), given, strict=True):
        assert_with_pcc(reversed_flow(melo, last_couplings, z), together, BAR)
        assert_with_pcc(pass_through(last_couplings, [z], 64)[0], together, 0.9999)


@slow_on_simulator
def test_values_after_the_end_change_nothing(pass_through, melo, last_couplings):
    given = frames(melo, 50)
    (first,), (second,) = (pass_through(last_couplings, given, 64, filling) for filling in (0.0, -20.0))
    assert torch.equal(first, second)


@slow_on_simulator
def test_there_and_back(pass_through, melo, last_couplings):
    given = frames(melo, 32)
    there = pass_through(last_couplings, given, 32, reverse=False)
    assert_with_pcc(given[0], pass_through(last_couplings, there, 32)[0], 0.9999)
