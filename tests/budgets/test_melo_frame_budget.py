# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of MeloTTS's flow (budgets.yaml); the frame side of a sentence may take 800 programs."""

import pytest

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference.coupling import TransformerCouplingBlock as Reference
from models.demos.openvoice.tests.melo_checkpoints import melo_config
from models.demos.openvoice.tt.coupling import TransformerCouplingBlock
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision

pytestmark = pytest.mark.device


@pytest.mark.parametrize("batch, frames", [(1, 512), (2, 2048)])
def test_transformer_flow(bare_device, budget, batch, frames):
    """Run four couplings of three layers in reverse, with some frames masked."""
    network = Reference(MeloConfig.from_dict(melo_config()))
    flow = TransformerCouplingBlock(preprocess(network), bare_device, Precision().flow)

    def zeros(rows: int, columns: int):
        shape = (1, 1, rows, columns)
        return ttnn.zeros(shape, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=bare_device)

    half, hidden = network.couplings[0].post.out_channels, network.couplings[0].pre.out_channels
    halves = [zeros(batch * frames, half)] * 2
    speaker, mask = [zeros(1, hidden)] * len(network.couplings), zeros(batch * frames, 1)
    ledger = budget(
        f"transformer flow, {batch} x {frames} frames",
        bare_device,
        lambda: flow(halves, speaker, mask, reverse=True, batch=batch),
    )
    assert ledger.num_programs <= 190
    ledger.check(uploads=0, downloads=0)
