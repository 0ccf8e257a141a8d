# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""One step of the speech decoder on the device: mirrors ../reference/decoder.py for all rows at once.

Prenet, blocks and heads; everything that a step reads and changes is in a DecoderState (state.py).
"""

import ttnn
from models.demos.speecht5_tts.tt.attention import Cache, attend_up_to
from models.demos.speecht5_tts.tt.layers import FeedForward
from models.demos.speecht5_tts.tt.layout import KEYS, TOKENS
from models.demos.speecht5_tts.tt.precision import HALF
from models.demos.speecht5_tts.tt.state import DecoderState
from models.tt_audio.tt.activations import RELU
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict

L1 = ttnn.L1_MEMORY_CONFIG


class Prenet:
    """Linear layers with dropout masks, then position and voice."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.layers = [Linear(layer, device, stage) for layer in parameters.layers]
        self.projection = Linear(parameters.projection, device, stage)
        self.positions = ttnn.to_device(parameters.positions, device)

    def __call__(self, frames: ttnn.Tensor, state: DecoderState) -> ttnn.Tensor:
        """Return the blocks' input [1, 1, rows, C] for the frames of the step before [1, 1, rows, values]."""
        x = frames
        for layer, mask in zip(self.layers, state.masks(), strict=True):
            x = layer(x, L1)
            x = ttnn.multiply(x, mask, input_tensor_a_activations=[RELU], output_tensor=x)
        place = ttnn.embedding(state.position_index, self.positions, layout=ttnn.TILE_LAYOUT, memory_config=L1)
        x = self.projection(x, L1)
        x = ttnn.add(x, state.voice, output_tensor=x)
        return ttnn.add(x, ttnn.reshape(place, (1, 1, 1, x.shape[3])), activations=[RELU], output_tensor=x)


class DecoderLayer:
    """Attention to earlier steps, attention to the text, feed-forward network; a norm after each."""

    def __init__(self, parameters: ParameterDict, heads: int, device: ttnn.MeshDevice, stage: Stage):
        self.heads = heads
        self.compute_config = stage.compute_config(device)
        self.qkv = Linear(parameters.self_attention.qkv, device, stage, dtype=HALF)
        self.output = Linear(parameters.self_attention.output, device, stage)
        self.norm = LayerNorm(parameters.self_attention_norm, device, stage)
        self.cross_query = Linear(parameters.cross_query, device, stage, dtype=HALF)
        self.cross_keys_values = Linear(parameters.cross_keys_values, device, stage, dtype=HALF)
        self.cross_output = Linear(parameters.cross_output, device, stage)
        self.cross_norm = LayerNorm(parameters.cross_attention_norm, device, stage)
        self.feed_forward = FeedForward(parameters.feed_forward, parameters.feed_forward_norm, device, stage)

    def __call__(self, x: ttnn.Tensor, steps: Cache, text: Cache, state: DecoderState) -> ttnn.Tensor:
        """x [1, 1, rows, C] -> [1, 1, rows, C]; write the step's keys and values into `steps`."""
        query, key, value = ttnn.experimental.nlp_create_qkv_heads_decode(
            self.qkv(x, L1),
            num_heads=self.heads,
            num_kv_heads=self.heads,
            memory_config=ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG,
        )
        steps.write(key, value, state.position)
        attended = attend_up_to(query, steps, state.position, KEYS, self.compute_config)
        x = self.norm(self.output(attended, L1), residual=x)
        query = self.cross_query(x)  # into DRAM, where attention reads queries that are not sharded
        _, _, rows, width = query.shape
        query = ttnn.reshape(query, (1, rows, self.heads, width // self.heads))
        attended = attend_up_to(query, text, state.last_token, TOKENS, self.compute_config)
        x = self.cross_norm(self.cross_output(attended, L1), residual=x)
        return self.feed_forward(x, L1)

    def text_keys_values(self, memory: ttnn.Tensor) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return keys and values [1, heads, T, D] of the encoder's memory [1, 1, T, C]."""
        keys, _, values = ttnn.experimental.nlp_create_qkv_heads(
            self.cross_keys_values(memory),  # keys | values; the op takes them for queries | keys that are values too
            num_heads=self.heads,
            num_kv_heads=self.heads,
            transpose_k_heads=False,
            kv_tied=True,
        )
        return keys, values


class Decoder:
    """Prenet, layers, and heads for mel frames and for the end of speech."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.prenet = Prenet(parameters.prenet, device, stage)
        self.layers = [DecoderLayer(layer, parameters.heads, device, stage) for layer in parameters.layers]
        self.mel_head = _Head(parameters.mel, device, stage)
        self.stop = Linear(parameters.stop, device, stage, activation="sigmoid")
        self.stop_sum = Linear(parameters.stop_sum, device, stage)

    def __call__(self, state: DecoderState) -> None:
        """Take one step with all rows; its frames are written into `state`, which is then that of the next step."""
        x = self.prenet(state.frames, state)
        for layer, steps, text in zip(self.layers, state.steps, state.texts, strict=True):
            x = layer(x, steps, text, state)
        self.mel_head(x, state.frames)
        # less than zero: the step does not end the speech
        state.advance(self.stop_sum(self.stop(x, L1), L1))

    def read_text(self, memory: ttnn.Tensor) -> list[tuple[ttnn.Tensor, ttnn.Tensor]]:
        """Return for each layer the keys and values of the encoder's memory, as `text_keys_values` does."""
        return [layer.text_keys_values(memory) for layer in self.layers]


class _Head(Linear):
    """Linear layer that writes its result into a given tensor."""

    def __call__(self, x: ttnn.Tensor, result: ttnn.Tensor) -> None:  # type: ignore[override]
        ttnn.linear(x, self.weight, bias=self.bias, optional_output_tensor=result, **self.options)
