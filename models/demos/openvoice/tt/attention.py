# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The transformer of MeloTTS on the device: mirrors reference/attention.py.

Features [1, 1, batch * T, C], the items one below the other, sharded in L1; T is a multiple of a tile.

Attention that knows distances is plain attention over every key twice: a near copy, seen from within the window alone,
and a far copy, seen from beyond it. Only the near copy tells distances. Within the window j - i follows from the
residues of i and j modulo 9, so behind its own channels a head has one channel for each of the 81 pairs of residues:
    query i       q_i . (learned key of the pair's distance) where the pair has i's residue, else 0
    near key j    1 where the pair has j's residue, else 0;  far key: 0          -> their product is the learned term
    near value j  as the near key;  far value: 0                                 -> what weight each pair receives
and of what is received the pairs of other residues than i's are set to 0; the output projection reads the rest as the
learned values (parameters/attention.py). So one multiplication with a table of ones and zeros before the attention and
one after it are all that the learned distances cost, and scaled_dot_product_attention carries both of them at any
length.
"""

from dataclasses import dataclass

import numpy as np

import ttnn
from models.demos.openvoice.constants import ATTENTION_WINDOW, SPEAKER_LAYER
from models.tt_audio.tt.activations import RELU, add, multiply
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.normalization import LayerNorm, PreciseLayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import TILE, shard
from models.tt_audio.tt.tensors import upload

DISTANCES = 2 * ATTENTION_WINDOW + 1
PAIRS = DISTANCES**2
NEVER = -1e9  # a score that softmax makes zero
ABSENCE = [add(-1.0), multiply(-NEVER)]  # 1 -> 0, 0 -> NEVER
MOST_ROWS_IN_L1 = 2048  # of queries, keys and values side by side, 7.5 kB each


def head_width(channels: int) -> int:
    """Channels of a head with its pairs of residues, in whole tiles."""
    return -(-(channels + PAIRS) // TILE) * TILE


@dataclass(frozen=True)
class Sight:
    """What attention knows of the positions, beside what stands there."""

    before: object  # [1, 1, T, 5 * heads * width]: which pairs belong to a query; which to its keys and values
    after: object  # [1, 1, T, heads * width]: which pairs belong to a position that receives
    scores: object  # [1 or batch, 1, T, 2 T], added to the scores: near keys, far keys, keys that exist


class Distances:
    """Makes the `Sight` of a length; its tables go to the device once a length and are shared by all layers."""

    def __init__(self, device, n_heads: int, channels: int):
        self.device, self.n_heads, self.channels = device, n_heads, channels // n_heads
        self.tables = {}

    def __call__(self, rows: int, mask=None, batch: int = 1) -> Sight:
        """`mask` [1, 1, batch * T, 1] is 1 on positions that exist."""
        length = rows // batch
        if length not in self.tables:
            # ones, zeros and a number that only has to be large: bfloat16 is exact
            self.tables[length] = [upload(table, self.device, ttnn.bfloat16) for table in self._tables(length)]
        before, after, window = self.tables[length]
        if mask is None:
            return Sight(before, after, window)
        exists = ttnn.transpose(ttnn.reshape(mask, (batch, 1, length, 1)), 2, 3)
        near_and_far = ttnn.concat([exists, exists], dim=3)
        return Sight(
            before, after, ttnn.add(window, near_and_far, input_tensor_b_activations=ABSENCE, dtype=window.dtype)
        )

    def _tables(self, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        position = np.arange(length)
        residue, pair = position[:, None] % DISTANCES, np.arange(PAIRS)[None]
        query, near = (self._head(residue == part) for part in (pair // DISTANCES, pair % DISTANCES))
        far = self._head(np.zeros((length, PAIRS)))
        before = np.hstack([query] * self.n_heads + [near, far] * 2 * self.n_heads)
        within = np.abs(position[:, None] - position[None]) <= ATTENTION_WINDOW
        window = NEVER * np.hstack([~within, within])
        return before, np.hstack([query] * self.n_heads), window

    def _head(self, pairs: np.ndarray) -> np.ndarray:
        """Ones for a head's own channels, then its pairs, then zeros to fill the tile."""
        length, filling = len(pairs), head_width(self.channels) - self.channels - PAIRS
        return np.hstack([np.ones((length, self.channels)), pairs, np.zeros((length, filling))])


def attend_in_float32(query, key, value, scores, compute_config):
    """Return what `attend` returns, computed in the operands' own format, in five programs instead of one.

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
    """`precise`: keep float32 throughout; else the attention itself computes in bfloat16."""

    def __init__(self, parameters, device, stage: Stage, precise: bool = False):
        self.precise = precise
        self.device = device
        self.stage = stage
        self.compute_config = stage.compute_config(device)
        self.n_heads = parameters.n_heads
        self.projections = FusedLinear(parameters.projections, device, stage)
        self.output = Conv1d(parameters.output, device, stage)

    def __call__(self, x, sight: Sight, batch: int = 1):
        rows, length = x.shape[2], x.shape[2] // batch
        in_l1 = shard(self.device, rows, self.projections.channels)
        y = self.projections(x, in_l1 if rows <= MOST_ROWS_IN_L1 else ttnn.DRAM_MEMORY_CONFIG)
        projected = ttnn.multiply(
            *(ttnn.reshape(y, (batch, 1, length, y.shape[3])), sight.before),  # a view, as all reshapes here
            dtype=self.stage.activations if self.precise else ttnn.bfloat16,
            memory_config=ttnn.DRAM_MEMORY_CONFIG,
        )
        ttnn.deallocate(y)
        query, key, value = ttnn.experimental.nlp_create_qkv_heads(
            projected, num_heads=self.n_heads, num_kv_heads=2 * self.n_heads, transpose_k_heads=False
        )
        ttnn.deallocate(projected)
        # near and far copies lie one below the other, as two heads; they become the keys of one
        key, value = (ttnn.reshape(x, (batch, self.n_heads, 2 * length, x.shape[3])) for x in (key, value))
        received = (attend_in_float32 if self.precise else attend)(query, key, value, sight.scores, self.compute_config)
        known = ttnn.multiply(
            *(received, sight.after),
            dtype=self.stage.activations,
            memory_config=shard(self.device, rows, received.shape[3]),
        )
        return self.output(ttnn.reshape(known, (1, 1, rows, known.shape[3])), batch)


class FeedForward:
    """x comes masked; what lies outside is not masked again, the next layer does that."""

    def __init__(self, parameters, device, stage: Stage):
        self.widen = Conv1d(parameters.widen, device, stage, activation=RELU)
        self.narrow = Conv1d(parameters.narrow, device, stage)

    def __call__(self, x, mask=None, batch: int = 1):
        wide = self.widen(x, batch)
        if mask is not None:
            wide = ttnn.multiply(wide, mask, output_tensor=wide)
        return self.narrow(wide, batch, consume=True)


class EncoderLayer:
    def __init__(self, parameters, device, stage: Stage, precise: bool = False):
        norm = PreciseLayerNorm if precise else LayerNorm
        self.attention = RelativeAttention(parameters.attention, device, stage, precise)
        self.attention_norm = norm(parameters.attention_norm, device, stage)
        self.feed_forward = FeedForward(parameters.feed_forward, device, stage)
        self.feed_forward_norm = norm(parameters.feed_forward_norm, device, stage)

    def __call__(self, x, sight: Sight, mask=None, bias=None, batch: int = 1):
        """`bias`: what a speaker puts in the place of the last norm's."""
        x = self.attention_norm(self.attention(x, sight, batch), x)
        if mask is not None:
            x = ttnn.multiply(x, mask, output_tensor=x)
        return self.feed_forward_norm(self.feed_forward(x, mask, batch), x, bias)


class Encoder:
    """`precise`: attention in float32 and norms that do not cut their weights, for six programs a layer more.

    Attention in bfloat16 leaves an error that is about the same in all rows of a sentence.
    """

    def __init__(self, parameters, device, stage: Stage, precise: bool = False):
        self.layers = [EncoderLayer(layer, device, stage, precise) for layer in parameters.layers]
        self.n_heads = self.layers[0].attention.n_heads
        self.channels = self.layers[0].attention.output.out_channels

    def __call__(self, x, sight: Sight, mask=None, speaker=None, batch: int = 1):
        """`speaker`: the bias of the norm before the layer that it enters. Outside the mask anything may come out."""
        for index, layer in enumerate(self.layers):
            x = layer(x, sight, mask, speaker if index == SPEAKER_LAYER - 1 else None, batch)
        return x
