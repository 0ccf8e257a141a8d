# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of MeloTTS's text encoder (budgets.yaml); the text side of a sentence may take 900 programs."""

import pytest
import torch

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference import text_encoder as reference
from models.demos.openvoice.tests.melo_checkpoints import melo_config
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.text_encoder import TextEncoder

pytestmark = pytest.mark.device


@pytest.mark.parametrize("batch, phones", [(1, 64), (1, 512), (8, 512)])
def test_text_encoder(bare_device, budget, batch, phones):
    """Turn ids and projected BERT features into encoding and statistics, with some phones masked."""
    network = reference.TextEncoder(MeloConfig.from_dict(melo_config()))
    encoder = TextEncoder(preprocess(network), bare_device, Precision().text)
    rows, channels = batch * phones, network.phones.embedding_dim

    def zeros(rows: int, columns: int):
        shape = (1, 1, rows, columns)
        return ttnn.zeros(shape, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=bare_device)

    ids = ttnn.from_torch(torch.zeros(1, rows, dtype=torch.int32), dtype=ttnn.uint32, device=bare_device)
    features, mask, speaker = zeros(rows, channels), zeros(rows, 1), zeros(1, channels)
    ledger = budget(
        f"text encoder, {batch} x {phones} phones",
        bare_device,
        lambda: encoder([ids] * 3, features, mask, speaker, batch),
    )
    assert ledger.num_programs <= 140
    ledger.check(uploads=0, downloads=0)
