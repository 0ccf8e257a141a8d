# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text encoder on the device: mirrors reference/text_encoder.py.

    ids, BERT features at phones -> sum of embeddings -> transformer -> text encoding; means, then log deviations

ttnn.embedding reads bfloat16 tables only, so each float32 row of a table is stored as two bfloat16 rows, its high and
its low part. All rows that a phone reads are concatenated, and one matmul with ones adds them in float32.

The transformer is precise (attention.Encoder with `precise`), because an error that is the same for all phones would
change all durations the same way.
"""

from collections.abc import Sequence

import ttnn
from models.demos.openvoice.tt.attention import Encoder, RelativePositions
from models.tt_audio.tt.activations import multiply
from models.tt_audio.tt.linear import FusedLinear, Linear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from ttnn.model_preprocessing import ParameterDict


class TextEncoder:
    """Embeddings of phones, tones and languages, transformer, and projection to the prior."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.tables = [ttnn.to_device(table, device) for table in parameters.tables]
        self.sum = Linear(parameters.sum, device, stage, whole_grid=False)
        self.scaled = [multiply(parameters.scale)]
        self.encoder = Encoder(parameters.encoder, device, stage, precise=True)
        self.projection = FusedLinear(parameters.projection, device, stage)
        self.relative_positions = RelativePositions(device, self.encoder.n_heads, self.encoder.channels)

    def __call__(
        self,
        ids: Sequence[ttnn.Tensor],
        features: ttnn.Tensor | None = None,
        mask: ttnn.Tensor | None = None,
        speaker: ttnn.Tensor | None = None,
        batch: int = 1,
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Encode phones.

        `ids` of phones, tones and languages (V1: of phones only) are uint32, each [1, batch * N]; `features` [1, 1,
        batch * N, C] are BERT's, projected; `mask` [1, 1, batch * N, 1] is 1 on valid phones; `speaker` is
        conditioning.Speaker.text_encoder.
        Return the encoding [1, 1, batch * N, C], zero outside the mask, and [1, 1, batch * N, 2 I] in DRAM: means,
        then log deviations, which hold anything outside the mask.
        """
        x = self._embed(ids, features)
        x = self.encoder(x, self.relative_positions(x.shape[2], mask, batch), mask, speaker, batch)
        if mask is not None:
            x = ttnn.multiply(x, mask, output_tensor=x)
        # weights in two parts read their input twice
        return x, self.projection((x, x), ttnn.DRAM_MEMORY_CONFIG)

    def _embed(self, ids: Sequence[ttnn.Tensor], features: ttnn.Tensor | None) -> ttnn.Tensor:
        rows = [
            ttnn.embedding(row, table, layout=ttnn.TILE_LAYOUT) for row, table in zip(ids, self.tables, strict=True)
        ]
        x = ttnn.concat(rows, dim=2) if len(rows) > 1 else rows[0]
        x = self.sum(ttnn.unsqueeze(x, 0))
        placement = shard(self.device, x.shape[2], x.shape[3])
        if features is None:
            return ttnn.to_memory_config(x, placement)
        return ttnn.add(x, features, input_tensor_b_activations=self.scaled, memory_config=placement)
