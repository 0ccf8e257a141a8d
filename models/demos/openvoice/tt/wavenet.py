# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""WaveNet on the device: mirrors reference/wavenet.py, with whatever projection follows it folded in.

Hidden features [1, 1, T, C] -> features [1, 1, T, P]. Four programs a layer: halo and convolution (bias: the voice's),
the gate, the residual projection with its addition. The gate reads the convolution's halves where they lie and writes
into its slot among the gates of GROUP layers; the skip halves of these layers and the projection behind them are one
product with those gates.
"""

import ttnn
from models.tt_audio.tt.activations import SIGMOID, TANH
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import columns, halves, shard, slots

GROUP = 4  # layers whose gates lie side by side: a slot has to have cores of its own in a row of them


class WaveNet:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.stage = stage
        self.in_layers = [
            Conv1d(layer, device, stage, dilation=dilation)
            for layer, dilation in zip(parameters.in_layers, parameters.dilations, strict=True)
        ]
        self.residual_layers = [FusedLinear(layer, device, stage) for layer in parameters.residual_layers]
        self.out = [FusedLinear(part, device, stage) for part in parameters.out]

    def __call__(self, x, mask=None, biases=None, batch: int = 1, addend=None, factor=None, scale: float = 1.0):
        """`mask` [1, 1, T, C] is 1 on frames that exist; `biases`: a voice's, one a layer.

        With `addend` the features come out as linear.FusedLinear says: addend + scale * factor * features."""
        rows, channels = x.shape[2], x.shape[3]
        total, last = addend, len(self.in_layers) - 1
        for i, in_layer in enumerate(self.in_layers):
            slot = i % GROUP
            if slot == 0:
                count = min(GROUP, last + 1 - i)
                gates = ttnn.empty(
                    (1, 1, rows, count * channels),
                    dtype=self.stage.activations,
                    layout=ttnn.TILE_LAYOUT,
                    device=self.device,
                    memory_config=slots(self.device, rows, channels, count),
                )
            y = in_layer(x, batch, biases and biases[i])
            gate = ttnn.multiply(
                *halves(y),
                input_tensor_a_activations=[TANH],
                input_tensor_b_activations=[SIGMOID],
                output_tensor=columns(gates, slot * channels, channels),
            )
            ttnn.deallocate(y)
            if i < last:
                following = self.residual_layers[i](gate, x.memory_config(), addend=x, factor=mask)
                ttnn.deallocate(x)
                x = following
            if i == last or slot == GROUP - 1:
                out = self.out[i // GROUP]
                total = out(gates, shard(self.device, rows, out.channels), total, factor, scale)
                ttnn.deallocate(gates)
        ttnn.deallocate(x)
        return total
