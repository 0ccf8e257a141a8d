# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""WaveNet on the device: mirrors reference/wavenet.py, with the projection that follows it folded in.

Hidden features [1, 1, T, C] -> features [1, 1, T, P]. A layer takes four programs: halo, convolution (with the voice's
bias), gate, and residual projection, which includes its addition. The gate reads the two halves of the convolution's
output as views and writes into its slot of a tensor that holds the gates of a group of layers:

    slot          0          1          2          3
    channels      0 .. C-1   C .. 2C-1  ...                 one product with this tensor replaces the skip halves
    gate of       layer 0    layer 1    layer 2    layer 3  of these layers and the projection after them
"""

from collections.abc import Sequence

import ttnn
from models.tt_audio.tt.activations import SIGMOID, TANH
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import columns, halves, shard, slots
from ttnn.model_preprocessing import ParameterDict


class WaveNet:
    """Dilated convolutions with gates, residuals and a summed output."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.stage = stage
        self.group = parameters.group  # layers whose gates share a tensor
        self.in_layers = [
            Conv1d(layer, device, stage, dilation=dilation)
            for layer, dilation in zip(parameters.in_layers, parameters.dilations, strict=True)
        ]
        self.residual_layers = [FusedLinear(layer, device, stage) for layer in parameters.residual_layers]
        self.out = [FusedLinear(part, device, stage) for part in parameters.out]

    def __call__(
        self,
        x: ttnn.Tensor,
        mask: ttnn.Tensor | None = None,
        biases: Sequence[ttnn.Tensor] | None = None,
        batch: int = 1,
        addend: ttnn.Tensor | None = None,
        factor: ttnn.Tensor | None = None,
        scale: float = 1.0,
    ) -> ttnn.Tensor:
        """Return features [1, 1, T, P] of x [1, 1, T, C], or addend + scale * factor * features. Free x.

        `mask` [1, 1, T, C] is 1 on valid frames; `biases`: a voice's, one for each layer, in place of the parameters';
        `addend` and `factor`: [1, 1, T, P].
        """
        rows, channels = x.shape[2], x.shape[3]
        total, last = addend, len(self.in_layers) - 1
        for i, in_layer in enumerate(self.in_layers):
            slot = i % self.group
            if slot == 0:
                count = min(self.group, last + 1 - i)
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
            if i == last or slot == self.group - 1:
                out = self.out[i // self.group]
                total = out(gates, shard(self.device, rows, out.channels), total, factor, scale)
                ttnn.deallocate(gates)
        ttnn.deallocate(x)
        return total
