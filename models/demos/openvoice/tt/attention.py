# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The transformer of MeloTTS on the device: mirrors reference/attention.py.

Features are rows [1, 1, batch * T, C], one item after the other, sharded in L1; T is a multiple of a tile.

Relative attention (learned keys r_d and values s_d for the distances d = j - i, |d| <= 4) runs as plain attention over
two copies of each key, because scaled_dot_product_attention has no relative positions. The scores mask the near copy of
key j outside the window and the far copy inside it, so each query reads exactly one copy of each key:

    key                  near 0 .. T-1                 far 0 .. T-1         [batch, heads, 2 T, width]
    added to score i, j  0 if |j - i| <= 4, else -1e9  -1e9 if |j - i| <= 4, else 0

Inside the window d follows from i mod 9 and j mod 9, so a head has a channel for each of the 81 pairs (a, b) of them:

    channels of a head   0 .. C-1   C + 9 a + b                              up to `width`
    query i              q_i        q_i . r_d(a, b) if a = i mod 9, else 0   0
    near key j           k_j        1 if b = j mod 9, else 0                 0
    far key j            k_j        0                                        0
    near, far value j    v_j        as near, far key j                       0

So score i, j of a near key is q_i . k_j + q_i . r_d. Channel (a, b) of the result is the sum of the attention weights
of the near keys with b = j mod 9. A multiplication sets it to 0 unless a = i mod 9, and the output projection applies
s_d to the rest (parameters/attention.py). The learned distances cost one multiplication before the attention and one
after it, at any length.
"""

from dataclasses import dataclass

import numpy as np

import ttnn
from models.demos.openvoice.constants import ATTENTION_WINDOW, SPEAKER_LAYER
from models.tt_audio.tt.activations import RELU, add, multiply
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.memory import qkv_placement
from models.tt_audio.tt.normalization import LayerNorm, PreciseLayerNorm, VectorLayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import TILE, shard
from models.tt_audio.tt.tensors import upload
from ttnn.model_preprocessing import ParameterDict

DISTANCES = 2 * ATTENTION_WINDOW + 1
PAIRS = DISTANCES**2
NEVER = -1e9  # added to a score whose attention weight is to be 0
MASK_TO_SCORE = [add(-1.0), multiply(-NEVER)]  # mask -> addend of the scores: 1 -> 0, 0 -> NEVER


def head_width(channels: int) -> int:
    """Return the width of a head of `channels` channels and the 81 pairs of residues, padded to whole tiles."""
    return -(-(channels + PAIRS) // TILE) * TILE


@dataclass(frozen=True)
class RelativeAttentionTables:
    """Tables on the device that all attention layers of one length share; `width` is `head_width`."""

    qkv_mask: ttnn.Tensor  # [1, 1, T, 5 * heads * width], 0 or 1: factor of queries, near, far keys, near, far values
    output_mask: ttnn.Tensor  # [1, 1, T, heads * width], 0 or 1: factor of the attention's result, a row for each query
    score_mask: ttnn.Tensor  # [1 or batch, 1, T, 2 T], 0 or NEVER: added to the scores of near keys, then of far keys


class RelativePositions:
    """Cache of `RelativeAttentionTables` by length: uploaded once for a length, shared by all layers."""

    def __init__(self, device: ttnn.MeshDevice, n_heads: int, channels: int):
        """`channels`: of all heads together."""
        self.device, self.n_heads, self.channels = device, n_heads, channels // n_heads
        self.tables: dict[int, list[ttnn.Tensor]] = {}

    def __call__(self, rows: int, mask: ttnn.Tensor | None = None, batch: int = 1) -> RelativeAttentionTables:
        """Return the tables for `rows` = batch * T rows.

        `mask` [1, 1, batch * T, 1] is 1 on valid positions; the keys at all others are masked. None: all valid.
        """
        length = rows // batch
        if length not in self.tables:
            # bfloat16 is exact for 0 and 1; NEVER only has to be large
            self.tables[length] = [upload(table, self.device, ttnn.bfloat16) for table in self._tables(length)]
        qkv_mask, output_mask, score_mask = self.tables[length]
        if mask is None:
            return RelativeAttentionTables(qkv_mask, output_mask, score_mask)
        valid = ttnn.transpose(ttnn.reshape(mask, (batch, 1, length, 1)), 2, 3)
        near_and_far = ttnn.concat([valid, valid], dim=3)
        score_mask = ttnn.add(
            score_mask, near_and_far, input_tensor_b_activations=MASK_TO_SCORE, dtype=score_mask.dtype
        )
        return RelativeAttentionTables(qkv_mask, output_mask, score_mask)

    def _tables(self, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Compute `qkv_mask`, `output_mask` and `score_mask` without a padding mask, each with `length` rows."""
        position = np.arange(length)
        residue, pair = position[:, None] % DISTANCES, np.arange(PAIRS)[None]
        query, near = (self._head(residue == part) for part in (pair // DISTANCES, pair % DISTANCES))
        far = self._head(np.zeros((length, PAIRS)))
        qkv_mask = np.hstack([query] * self.n_heads + [near, far] * 2 * self.n_heads)
        within = np.abs(position[:, None] - position[None]) <= ATTENTION_WINDOW
        score_mask = NEVER * np.hstack([~within, within])
        return qkv_mask, np.hstack([query] * self.n_heads), score_mask

    def _head(self, pairs: np.ndarray) -> np.ndarray:
        """Join ones for a head's own channels, `pairs` [T, PAIRS] and zeros for the padding. -> [T, width]"""
        length, filling = len(pairs), head_width(self.channels) - self.channels - PAIRS
        return np.hstack([np.ones((length, self.channels)), pairs, np.zeros((length, filling))])


def attend_in_float32(
    query: ttnn.Tensor,
    key: ttnn.Tensor,
    value: ttnn.Tensor,
    scores: ttnn.Tensor,
    compute_config: ttnn.DeviceComputeKernelConfig,
) -> ttnn.Tensor:
    """Compute the attention as `attend` does, but in the operands' own format: five programs instead of one.

    Arguments and result have the shapes of `attend`. It is used where float32 is needed, because
    scaled_dot_product_attention reads bfloat16 only and rounds the scores to it.
    """
    products = ttnn.matmul(query, key, transpose_b=True, compute_kernel_config=compute_config)
    products = ttnn.add(products, scores, output_tensor=products)
    weights = ttnn.softmax(products, dim=-1, numeric_stable=True, compute_kernel_config=compute_config)
    ttnn.deallocate(products)
    received = ttnn.matmul(weights, value, compute_kernel_config=compute_config)
    ttnn.deallocate(weights)
    return ttnn.experimental.nlp_concat_heads(received)


class RelativeAttention:
    """Self-attention with learned distances: its projections, and plain attention over near and far keys."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, precise: bool = False):
        """`precise`: weights in two parts, all else in float32; else queries, keys, values and scores are bfloat16."""
        self.precise = precise
        self.device = device
        self.stage = stage
        self.compute_config = stage.compute_config(device)
        self.n_heads = parameters.n_heads
        self.projections = FusedLinear(parameters.projections, device, stage)
        self.output = (FusedLinear if precise else Conv1d)(parameters.output, device, stage)

    def __call__(self, x: ttnn.Tensor, tables: RelativeAttentionTables, batch: int = 1) -> ttnn.Tensor:
        """Attend within each item of x [1, 1, batch * T, C]; `tables` are those of length T. -> [1, 1, batch * T, C]"""
        rows, length = x.shape[2], x.shape[2] // batch
        # weights in two parts read their input twice
        y = self.projections((x, x) if self.precise else x, qkv_placement(self.device, rows, self.projections.channels))
        projected = ttnn.multiply(
            *(ttnn.reshape(y, (batch, 1, length, y.shape[3])), tables.qkv_mask),  # reshapes here are views
            dtype=self.stage.activations if self.precise else ttnn.bfloat16,
            memory_config=ttnn.DRAM_MEMORY_CONFIG,
        )
        ttnn.deallocate(y)
        query, key, value = ttnn.experimental.nlp_create_qkv_heads(
            projected, num_heads=self.n_heads, num_kv_heads=2 * self.n_heads, transpose_k_heads=False
        )
        ttnn.deallocate(projected)
        # near and far copies are consecutive heads [batch, 2 * heads, T, width]; they become the keys of one head
        key, value = (ttnn.reshape(x, (batch, self.n_heads, 2 * length, x.shape[3])) for x in (key, value))
        received = (attend_in_float32 if self.precise else attend)(
            query, key, value, tables.score_mask, self.compute_config
        )
        masked = ttnn.multiply(
            *(received, tables.output_mask),
            dtype=self.stage.activations,
            memory_config=shard(self.device, rows, received.shape[3]),
        )
        masked = ttnn.reshape(masked, (1, 1, rows, masked.shape[3]))
        return self.output((masked, masked), x.memory_config()) if self.precise else self.output(masked, batch)


class FeedForward:
    """Two convolutions over time with a ReLU between them."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.widen = Conv1d(parameters.widen, device, stage, activation=RELU)
        self.narrow = Conv1d(parameters.narrow, device, stage)

    def __call__(self, x: ttnn.Tensor, mask: ttnn.Tensor | None = None, batch: int = 1) -> ttnn.Tensor:
        """Return the result [1, 1, batch * T, C] of x, which has the same shape and is 0 in rows outside the mask.

        `mask` [1, 1, batch * T, 1] or None. Rows of the result outside the mask have any values.
        """
        wide = self.widen(x, batch)
        if mask is not None:
            wide = ttnn.multiply(wide, mask, output_tensor=wide)
        return self.narrow(wide, batch, consume=True)


def _norm(
    parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, precise: bool
) -> LayerNorm | PreciseLayerNorm | VectorLayerNorm:
    """Return the norm that the parameters are made for."""
    if "sum" in parameters:
        return VectorLayerNorm(parameters, device, stage)
    return (PreciseLayerNorm if precise else LayerNorm)(parameters, device, stage)


class EncoderLayer:
    """Attention and feed-forward, each followed by its residual addition and norm."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, precise: bool = False):
        self.attention = RelativeAttention(parameters.attention, device, stage, precise)
        self.attention_norm = _norm(parameters.attention_norm, device, stage, precise)
        self.feed_forward = FeedForward(parameters.feed_forward, device, stage)
        self.feed_forward_norm = _norm(parameters.feed_forward_norm, device, stage, precise)

    def __call__(
        self,
        x: ttnn.Tensor,
        tables: RelativeAttentionTables,
        mask: ttnn.Tensor | None = None,
        bias: ttnn.Tensor | None = None,
        batch: int = 1,
    ) -> ttnn.Tensor:
        """Run the layer on x [1, 1, batch * T, C]. -> the same shape; rows outside the mask have any values

        `mask` [1, 1, batch * T, 1] is 1 on valid rows; None: all are. `bias` [1, 1, 1, C] of a speaker replaces
        the last norm's own; None: keep it.
        """
        x = self.attention_norm(self.attention(x, tables, batch), x)
        if mask is not None:
            x = ttnn.multiply(x, mask, output_tensor=x)
        return self.feed_forward_norm(self.feed_forward(x, mask, batch), x, bias)


class Encoder:
    """Stack of transformer layers."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, precise: bool = False):
        """`precise`: attention in float32 with weights in two parts, and norms that do not truncate their weights.

        That is for six more programs a layer. Attention in bfloat16 leaves an error that is about the same in all rows
        of a sentence. The parameters decide whether norms are VectorLayerNorm, for five more programs each.
        """
        self.layers = [EncoderLayer(layer, device, stage, precise) for layer in parameters.layers]
        self.n_heads = self.layers[0].attention.n_heads
        self.channels = self.layers[0].feed_forward.narrow.out_channels

    def __call__(
        self,
        x: ttnn.Tensor,
        tables: RelativeAttentionTables,
        mask: ttnn.Tensor | None = None,
        speaker: ttnn.Tensor | None = None,
        batch: int = 1,
    ) -> ttnn.Tensor:
        """Run all layers on x [1, 1, batch * T, C]. -> the same shape; rows outside the mask have any values

        `mask` [1, 1, batch * T, 1] is 1 on valid rows; None: all are. `speaker` [1, 1, 1, C] replaces the bias of the
        norm before layer SPEAKER_LAYER; None: keep it.
        """
        for index, layer in enumerate(self.layers):
            x = layer(x, tables, mask, speaker if index == SPEAKER_LAYER - 1 else None, batch)
        return x
