# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What a sentence means, on the device: mirrors reference/bert.py.

    ids of word pieces -> Bert -> rows of pieces -> PhoneFeatures -> rows of phones, as wide as the text encoder

Rows are [1, 1, batch * N, width]: N is a bucket, of word pieces or of phones; sentences lie one below the other.

A layer is eight programs. What adds up from layer to layer stays in the stage's activations; queries, keys and values
are bfloat16, because scaled_dot_product_attention takes nothing wider.
"""

import ttnn
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.memory import BYTES, l1_bytes
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import RowGather

BUCKETS = (32, 64, 128, 256, 512)  # word pieces; BERT itself reads no more than 512
MASKED = -1e9  # added to a score whose exponential is to be zero
# Of all L1, for the widest moment of a layer. The programs' own buffers take up to 0.62 of it (norm of 1,024 columns).
L1_SHARE = 0.25


class Layer:
    def __init__(self, parameters, device, stage: Stage):
        self.heads = parameters.heads
        self.compute_config = stage.compute_config(device)
        self.query_key_value = Linear(parameters.query_key_value, device, stage, dtype=ttnn.bfloat16)
        self.attention_out = Linear(parameters.attention_out, device, stage)
        self.attention_norm = LayerNorm(parameters.attention_norm, device, stage)
        self.widen = Linear(parameters.widen, device, stage, activation="gelu")
        self.narrow = Linear(parameters.narrow, device, stage)
        self.norm = LayerNorm(parameters.norm, device, stage)

    def __call__(self, x, mask, memory_config):
        """x [1, 1, batch * N, width], mask [batch, 1, N, N] -> as x"""
        seen = self.attention_out(self._attend(x, mask, memory_config), memory_config)
        x = self.attention_norm(x, seen)
        return self.norm(x, self.narrow(self.widen(x, memory_config), memory_config))

    def _attend(self, x, mask, memory_config):
        batch, _, tokens, _ = mask.shape
        joined = self.query_key_value(x, memory_config)
        heads = ttnn.transformer.split_query_key_value_and_split_heads(
            ttnn.reshape(joined, (batch, tokens, joined.shape[3])),
            num_heads=self.heads,
            transpose_key=False,
            memory_config=memory_config,
        )
        seen = attend(*heads, mask, self.compute_config, memory_config)
        return ttnn.reshape(seen, tuple(x.shape))


class Bert:
    """Hidden state [-3] of a BERT: `parameters` (parameters/bert.py) hold no layer behind it."""

    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.stage = stage
        self.words = ttnn.to_device(parameters.words, device)
        self.positions = ttnn.to_device(parameters.positions, device)
        self.norm = LayerNorm(parameters.norm, device, stage)
        self.layers = [Layer(layer, device, stage) for layer in parameters.layers]
        self.prepared = {}  # bucket -> its positions, and zeros that a key mask is spread over

    def __call__(self, ids, key_mask):
        """ids [1, batch * N] of [CLS], the pieces and [SEP], rows of uint32 -> [1, 1, batch * N, width]

        `key_mask` [batch, 1, 1, N]: what is added to the scores, 0 for ids that exist and MASKED behind them.
        """
        batch, tokens = key_mask.shape[0], key_mask.shape[3]
        positions, square = self._prepared(tokens)
        memory_config = self._placement(batch * tokens)
        # every query needs a row of the mask, which is read from DRAM
        mask = ttnn.add(key_mask, square, dtype=ttnn.bfloat16, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        words = ttnn.embedding(ids, self.words, layout=ttnn.TILE_LAYOUT, memory_config=memory_config)
        words = ttnn.reshape(words, (batch, 1, tokens, words.shape[2]))
        x = ttnn.add(words, positions, dtype=self.stage.activations, memory_config=memory_config)
        x = self.norm(ttnn.reshape(x, (1, 1, batch * tokens, x.shape[3])))
        for layer in self.layers:
            x = layer(x, mask, memory_config)
        return x

    def _prepared(self, tokens: int):
        if tokens not in self.prepared:
            if tokens not in BUCKETS:
                raise ValueError(f"{tokens} word pieces are no bucket: BERT runs on {BUCKETS}")
            positions = ttnn.slice(self.positions, [0, 0, 0, 0], [1, 1, tokens, self.positions.shape[3]])
            shape = (1, 1, tokens, tokens)
            square = ttnn.zeros(shape, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=self.device)
            self.prepared[tokens] = positions, square
        return self.prepared[tokens]

    def _placement(self, rows: int):
        """L1, unless there are so many rows that the widened ones, x and their projection do not fit there."""
        columns = self.layers[0].widen.bias.shape[3] + 2 * self.words.shape[1]
        size = rows * columns * BYTES[self.stage.activations]
        return ttnn.L1_MEMORY_CONFIG if size <= l1_bytes(self.device, L1_SHARE) else ttnn.DRAM_MEMORY_CONFIG


class PhoneFeatures:
    """Rows of word pieces -> rows of phones: each phone gets its piece's features, projected to the encoder's width.

    The text encoder projects phones. Both orders give the same, and pieces are fewer rows, which are narrower to
    repeat when they are projected. The repeat is a matmul with a comparison; the projection's bias is the encoder's.
    """

    def __init__(self, parameters, device, stage: Stage):
        self.projection = Linear(parameters, device, stage, dtype=ttnn.float32)
        self.gather = RowGather(device, stage)

    def __call__(self, x, pieces):
        """x [1, 1, batch * N, width] -> [1, 1, batch * phones, channels]

        `pieces` [batch, 1, phones, 1]: for each phone the number of its row; one that is no row's, -1, gives zeros.
        """
        batch, _, phones, _ = pieces.shape
        tokens = x.shape[2] // batch
        narrow = self.projection(x)
        repeated = self.gather(ttnn.reshape(narrow, (batch, 1, tokens, narrow.shape[3])), pieces)
        return ttnn.reshape(repeated, (1, 1, batch * phones, narrow.shape[3]))
