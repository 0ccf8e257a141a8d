# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT features of a sentence on the device: mirrors reference/bert.py.

    ids of word pieces -> Bert -> rows of pieces -> PhoneFeatures -> rows of phones, as wide as the text encoder

Rows are [1, 1, batch * N, width], one sentence after the other; N is a bucket of word pieces or of phones.

A layer is eight programs. The residual sum is in the format of the stage's activations; queries, keys and values are
bfloat16, because scaled_dot_product_attention takes nothing wider.
"""

import ttnn
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.memory import transformer_placement
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import RowGather
from ttnn.model_preprocessing import ParameterDict

BUCKETS = (32, 64, 128, 256, 512)  # of word pieces; BERT has positions for at most 512
MASKED = -1e9  # added to a score whose attention weight is to be 0


class Layer:
    """Layer of BERT: attention and feed-forward, each with its residual addition and norm."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.heads = parameters.heads
        self.compute_config = stage.compute_config(device)
        self.query_key_value = Linear(parameters.query_key_value, device, stage, dtype=ttnn.bfloat16)
        self.attention_out = Linear(parameters.attention_out, device, stage)
        self.attention_norm = LayerNorm(parameters.attention_norm, device, stage)
        self.widen = Linear(parameters.widen, device, stage, activation="gelu")
        self.narrow = Linear(parameters.narrow, device, stage)
        self.norm = LayerNorm(parameters.norm, device, stage)

    def __call__(self, x: ttnn.Tensor, mask: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """Run the layer on x [1, 1, batch * N, width]. -> the same shape; `memory_config` places both

        `mask` [batch, 1, N, N] (queries, keys) is added to the scores.
        """
        attended = self.attention_out(self._attend(x, mask, memory_config), memory_config)
        x = self.attention_norm(x, attended)
        return self.norm(x, self.narrow(self.widen(x, memory_config), memory_config))

    def _attend(self, x: ttnn.Tensor, mask: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """Compute the attention of all heads, without the output projection; arguments and result as in `__call__`."""
        batch, _, tokens, _ = mask.shape
        joined = self.query_key_value(x, memory_config)
        heads = ttnn.transformer.split_query_key_value_and_split_heads(
            ttnn.reshape(joined, (batch, tokens, joined.shape[3])),
            num_heads=self.heads,
            transpose_key=False,
            memory_config=memory_config,
        )
        query, key, value = heads
        attended = attend(query, key, value, mask, self.compute_config, memory_config)
        return ttnn.reshape(attended, tuple(x.shape))


class Bert:
    """BERT up to its hidden state [-3]: `parameters` (parameters/bert.py) contain no layer after it."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.stage = stage
        self.words = ttnn.to_device(parameters.words, device)
        self.positions = ttnn.to_device(parameters.positions, device)
        self.norm = LayerNorm(parameters.norm, device, stage)
        self.layers = [Layer(layer, device, stage) for layer in parameters.layers]
        # bucket -> its rows of `positions`, and zeros [1, 1, N, N] to which a key mask is added
        self.prepared: dict[int, tuple[ttnn.Tensor, ttnn.Tensor]] = {}

    def __call__(self, ids: ttnn.Tensor, key_mask: ttnn.Tensor) -> ttnn.Tensor:
        """Encode word pieces. -> [1, 1, batch * N, width]

        `ids` [1, batch * N], uint32 and row-major, are those of [CLS], the pieces and [SEP] of each sentence.
        `key_mask` [batch, 1, 1, N] is added to the scores: 0 for ids of the sentence, MASKED after its end.
        """
        batch, tokens = key_mask.shape[0], key_mask.shape[3]
        positions, square = self._prepared(tokens)
        memory_config = self._placement(batch * tokens)
        # scaled_dot_product_attention reads the mask from DRAM and needs a row of it for each query
        mask = ttnn.add(key_mask, square, dtype=ttnn.bfloat16, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        words = ttnn.embedding(ids, self.words, layout=ttnn.TILE_LAYOUT, memory_config=memory_config)
        words = ttnn.reshape(words, (batch, 1, tokens, words.shape[2]))
        x = ttnn.add(words, positions, dtype=self.stage.activations, memory_config=memory_config)
        x = self.norm(ttnn.reshape(x, (1, 1, batch * tokens, x.shape[3])))
        for layer in self.layers:
            x = layer(x, mask, memory_config)
        return x

    def _prepared(self, tokens: int) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return positions [1, 1, N, width] and zeros [1, 1, N, N] of a bucket of N = `tokens` word pieces."""
        if tokens not in self.prepared:
            if tokens not in BUCKETS:
                raise ValueError(f"{tokens} word pieces are no bucket: BERT runs on {BUCKETS}")
            positions = ttnn.slice(self.positions, [0, 0, 0, 0], [1, 1, tokens, self.positions.shape[3]])
            shape = (1, 1, tokens, tokens)
            square = ttnn.zeros(shape, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=self.device)
            self.prepared[tokens] = positions, square
        return self.prepared[tokens]

    def _placement(self, rows: int) -> ttnn.MemoryConfig:
        """Return where a layer's tensors of that many rows are stored.

        The most that a layer holds at once are x, the widened rows and their projection.
        """
        columns = self.layers[0].widen.weight.shape[3] + 2 * self.words.shape[1]
        return transformer_placement(self.device, rows * columns, self.stage.activations)


class PhoneFeatures:
    """Projection of BERT features to the width of the text encoder, and repetition of each piece for its phones.

    The reference repeats first and projects phones. Both orders give the same result; this one projects fewer rows and
    repeats narrower ones. A one-hot matmul repeats the rows. The text encoder adds the bias of the projection.
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.projection = Linear(parameters, device, stage, dtype=ttnn.float32)
        self.gather = RowGather(device, stage)

    def __call__(self, x: ttnn.Tensor, pieces: ttnn.Tensor) -> ttnn.Tensor:
        """Project x [1, 1, batch * N, width] and repeat its rows for phones. -> [1, 1, batch * phones, channels]

        `pieces` [batch, 1, phones, 1]: the row 0 .. N-1 of each phone's word piece; -1 gives zeros.
        """
        batch, _, phones, _ = pieces.shape
        tokens = x.shape[2] // batch
        narrow = self.projection(x)
        repeated = self.gather(ttnn.reshape(narrow, (batch, 1, tokens, narrow.shape[3])), pieces)
        return ttnn.reshape(repeated, (1, 1, batch * phones, narrow.shape[3]))
