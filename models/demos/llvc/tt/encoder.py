# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The encoder on the device: mirrors ../reference/encoder.py.

What the taps of all layers read from the state is weighted and added for all layers at once, before the first layer
(`state_terms`). A layer then adds what its taps read from the chunk:

    depthwise(x) = state term + sum over taps of w_tap * (x shifted by its tap)

The first norm adds the state term.
"""

import ttnn
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.selection import Selection
from models.tt_audio.tt.activations import RELU
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


class Layer:
    """x + relu(norm(pointwise(relu(norm(depthwise(x))))))."""

    def __init__(self, parameters: ParameterDict, dilation: int, layout: Layout, device: ttnn.MeshDevice, stage: Stage):
        self.taps = ttnn.to_device(ttnn.to_layout(parameters.taps, ttnn.TILE_LAYOUT), device)
        # a chunk that ends before the first tap reaches it reads the state there, and itself by the last tap only
        self.shifts = (
            Selection(layout.taps_of_chunk(dilation), layout.streams, device) if dilation < layout.frames else None
        )
        self.depthwise_norm = LayerNorm(parameters.depthwise_norm, device, stage)
        self.pointwise = Linear(parameters.pointwise, device, stage)
        self.pointwise_norm = LayerNorm(parameters.pointwise_norm, device, stage)

    def __call__(self, x: ttnn.Tensor, state_term: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """x and state_term [1, streams, rows, C] -> [1, streams, rows, C]; free the state term, keep x."""
        _, streams, rows, channels = x.shape
        weighted = ttnn.multiply(ttnn.reshape(x, (streams, 1, rows, channels)), self.taps, memory_config=memory_config)
        weighted = ttnn.reshape(weighted, (1, streams, weighted.shape[1] * rows, channels))
        if self.shifts is not None:
            depthwise = self.shifts(weighted, memory_config)
            ttnn.deallocate(weighted)
        else:
            depthwise = weighted
        h = self.depthwise_norm(depthwise, residual=state_term)
        ttnn.deallocate(depthwise)
        ttnn.deallocate(state_term)
        h = ttnn.relu(h, output_tensor=h)
        projected = self.pointwise(h, memory_config)
        ttnn.deallocate(h)
        h = self.pointwise_norm(projected)
        ttnn.deallocate(projected)
        return ttnn.add(x, h, input_tensor_b_activations=[RELU], output_tensor=h)


class Encoder:
    """Layers in a row, and what they read from the state."""

    def __init__(self, parameters: ParameterDict, layout: Layout, device: ttnn.MeshDevice, stage: Stage):
        self.layout = layout
        self.weights, self.biases = (
            ttnn.to_device(ttnn.to_layout(tensor, ttnn.TILE_LAYOUT), device)
            for tensor in (parameters.state_weights, parameters.state_biases)
        )
        self.add_taps = Selection(layout.taps_of_state(), layout.streams, device)
        self.layers = [
            Layer(layer, dilation, layout, device, stage)
            for layer, dilation in zip(parameters.layers, layout.config.dilations, strict=True)
        ]

    def weigh(self, from_state: ttnn.Tensor) -> ttnn.Tensor:
        """Weigh the frames [1, streams, blocks * rows, C] from the state by their taps, in place; keep other blocks."""
        _, streams, rows, channels = from_state.shape
        blocks = ttnn.reshape(from_state, (streams, self.layout.blocks, self.layout.rows, channels))
        weighed = ttnn.addcmul(self.biases, blocks, self.weights, output_tensor=blocks)
        return ttnn.reshape(weighed, (1, streams, rows, channels))

    def __call__(
        self, frames: ttnn.Tensor, weighed: ttnn.Tensor, memory_config: ttnn.MemoryConfig
    ) -> tuple[ttnn.Tensor, list[ttnn.Tensor]]:
        """frames [1, streams, rows, C], and what `weigh` returned -> encoded frames, and the input of each layer.

        Free what `weigh` returned.
        """
        terms = self.add_taps(weighed, memory_config)
        ttnn.deallocate(weighed)
        x, inputs, rows = frames, [], self.layout.rows
        for number, layer in enumerate(self.layers):
            inputs.append(x)
            term = ttnn.slice(
                terms,
                [0, 0, number * rows, 0],
                [1, terms.shape[1], (number + 1) * rows, terms.shape[3]],
                memory_config=memory_config,
            )
            x = layer(x, term, memory_config)
        ttnn.deallocate(terms)
        return x, inputs
