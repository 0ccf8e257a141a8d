# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text encoder on the device: mirrors ../reference/encoder.py, for one text in a bucket of tokens.

The scores of relative keys are a product for each query, with all heads as its rows:

    queries [1, heads, T, D] -> [T, 1, heads, D] @ relative keys [T, 1, D, T] -> [T, 1, heads, T] -> [1, heads, T, T]

They enter attention as its mask, together with that of the padding.
"""

import ttnn
from models.demos.speecht5_tts.tt.layers import FeedForward
from models.demos.speecht5_tts.tt.precision import HALF
from models.tt_audio.tt.attention import attend
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.memory import transformer_placement
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict

MASKED = -1e9  # score of a key of padding


class EncoderLayer:
    """Attention and feed-forward network, each with a residual and a norm after it."""

    def __init__(self, parameters: ParameterDict, heads: int, device: ttnn.MeshDevice, stage: Stage):
        self.heads = heads
        self.compute_config = stage.compute_config(device)
        self.qkv = Linear(parameters.attention.qkv, device, stage, dtype=HALF)
        self.output = Linear(parameters.attention.output, device, stage)
        self.norm = LayerNorm(parameters.attention_norm, device, stage)
        self.feed_forward = FeedForward(parameters.feed_forward, parameters.feed_forward_norm, device, stage)

    def __call__(
        self, x: ttnn.Tensor, relative_keys: ttnn.Tensor, mask: ttnn.Tensor, memory_config: ttnn.MemoryConfig
    ) -> ttnn.Tensor:
        """x [1, 1, T, C], relative_keys [T, 1, D, T], mask [1, 1, 1, T] -> [1, 1, T, C]; free x."""
        query, key, value = ttnn.experimental.nlp_create_qkv_heads(
            self.qkv(x, memory_config),
            num_heads=self.heads,
            num_kv_heads=self.heads,
            transpose_k_heads=False,
            memory_config=memory_config,
        )
        attended = attend(
            query, key, value, self._scores(query, relative_keys, mask), self.compute_config, memory_config
        )
        for tensor in (query, key, value):
            ttnn.deallocate(tensor)
        projected = self.output(attended, memory_config)
        ttnn.deallocate(attended)
        y = self.norm(projected, residual=x)
        ttnn.deallocate(projected)
        ttnn.deallocate(x)
        return self.feed_forward(y, memory_config)

    def _scores(self, query: ttnn.Tensor, relative_keys: ttnn.Tensor, mask: ttnn.Tensor) -> ttnn.Tensor:
        """Return the scores of relative keys and padding [1, heads, T, T], in DRAM, where attention reads them."""
        by_query = ttnn.permute(query, (2, 0, 1, 3))
        scores = ttnn.matmul(by_query, relative_keys, dtype=HALF, compute_kernel_config=self.compute_config)
        ttnn.deallocate(by_query)
        by_head = ttnn.permute(scores, (1, 2, 0, 3), memory_config=ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(scores)
        return ttnn.add(by_head, mask, output_tensor=by_head)


class Encoder:
    """Embedding, positions, norm, and layers."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.stage = stage
        self.embedding, self.positions, self.relative_keys = (
            ttnn.to_device(tensor, device)
            for tensor in (parameters.embedding, parameters.positions, parameters.relative_keys)
        )
        self.norm = LayerNorm(parameters.norm, device, stage)
        self.layers = [EncoderLayer(layer, parameters.heads, device, stage) for layer in parameters.layers]
        self._prepared: dict[int, tuple[ttnn.Tensor, ttnn.Tensor]] = {}  # bucket -> positions, relative keys

    def __call__(self, ids: ttnn.Tensor, mask: ttnn.Tensor) -> ttnn.Tensor:
        """Return the memory [1, 1, T, C] of a text in a bucket of T tokens.

        `ids`: [1, T], uint32 and row-major; `mask` [1, 1, 1, T] is added to the scores: 0, MASKED for padding.
        """
        tokens = ids.shape[1]
        positions, relative_keys = self._of_bucket(tokens)
        memory_config = self._placement(tokens)
        words = ttnn.embedding(ids, self.embedding, layout=ttnn.TILE_LAYOUT, memory_config=memory_config)
        words = ttnn.reshape(words, (1, 1, tokens, words.shape[2]))
        x = self.norm(ttnn.add(words, positions, dtype=self.stage.activations, memory_config=memory_config))
        for layer in self.layers:
            x = layer(x, relative_keys, mask, memory_config)
        return x

    def _of_bucket(self, tokens: int) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return positions [1, 1, T, C] and relative keys [T, 1, D, T] of a bucket."""
        if tokens not in self._prepared:
            width, head = self.positions.shape[3], self.relative_keys.shape[2]
            self._prepared[tokens] = (
                ttnn.slice(self.positions, [0, 0, 0, 0], [1, 1, tokens, width]),
                ttnn.slice(self.relative_keys, [0, 0, 0, 0], [tokens, 1, head, tokens]),
            )
        return self._prepared[tokens]

    def _placement(self, tokens: int) -> ttnn.MemoryConfig:
        """Return where a layer's tensors are stored; the most at once are x, the widened rows and their projection."""
        columns = self.layers[0].feed_forward.widen.weight.shape[3] + 2 * self.positions.shape[3]
        return transformer_placement(self.device, tokens * columns, self.stage.activations)
