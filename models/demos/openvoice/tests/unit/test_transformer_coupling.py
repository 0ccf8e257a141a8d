# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS's flow: forward and reversed, one coupling by its formula, sentences in a batch."""

import pytest
import torch

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference.alignment import sequence_mask
from models.demos.openvoice.reference.coupling import TransformerCouplingBlock
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config
from models.demos.openvoice.tests.unit.test_attention import randn, randomised


@pytest.fixture(scope="module")
def flow():
    return randomised(TransformerCouplingBlock(MeloConfig.from_dict(melo_config(**SMALL))))


def test_reverse_undoes_forward(flow):
    z, mask, g = randn(2, 16, 9), torch.ones(2, 1, 9).double(), randn(2, 24, 1, seed=2)
    there = flow(z, mask, g)
    assert (there - z).abs().max() > 0.1
    torch.testing.assert_close(flow(there, mask, g, reverse=True), z, rtol=0, atol=1e-9)


def test_reverse_is_its_formula(flow):
    z, mask, g = randn(1, 16, 9), torch.ones(1, 1, 9).double(), randn(1, 24, 1, seed=2)
    expected = z
    for coupling in flow.couplings[::-1]:
        expected = expected[:, torch.arange(15, -1, -1)]
        shift = coupling.post(coupling.encoder(coupling.pre(expected[:, :8]), mask, g))
        expected = torch.cat([expected[:, :8], expected[:, 8:] - shift], 1)
    assert len(flow.couplings) == 4
    torch.testing.assert_close(flow(z, mask, g, reverse=True), expected, rtol=0, atol=1e-10)


def test_a_padded_batch_is_its_sentences(flow):
    z, g, lengths = randn(3, 16, 11), randn(3, 24, 1, seed=2), [4, 11, 7]
    result = flow(z, sequence_mask(torch.tensor(lengths), max(lengths)).double(), g, reverse=True)
    for row, length in enumerate(lengths):
        alone = flow(z[row : row + 1, :, :length], torch.ones(1, 1, length).double(), g[row : row + 1], reverse=True)
        torch.testing.assert_close(result[row : row + 1, :, :length], alone, rtol=0, atol=1e-9)
