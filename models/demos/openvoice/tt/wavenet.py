# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""WaveNet on the device: mirrors reference/wavenet.py, with whatever projection follows it folded in.

Hidden features [1, 1, T, C] -> features [1, 1, T, P]. Per layer: convolution (bias: the voice's), split, gate, residual
convolution, addition; six programs. The skip halves of all layers and the projection behind them are one matmul over
the concatenated gates.
"""

import ttnn
from models.demos.openvoice.tt.conv1d import Conv1d
from models.demos.openvoice.tt.precision import Stage

TANH = ttnn.UnaryWithParam(ttnn.UnaryOpType.TANH)
SIGMOID = ttnn.UnaryWithParam(ttnn.UnaryOpType.SIGMOID)


class WaveNet:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.in_layers = [
            Conv1d(layer, device, stage, dilation=dilation)
            for layer, dilation in zip(parameters.in_layers, parameters.dilations, strict=True)
        ]
        self.residual_layers = [Conv1d(layer, device, stage) for layer in parameters.residual_layers]
        self.out = Conv1d(parameters.out, device, stage)

    def __call__(self, x, mask=None, biases=None, batch: int = 1):
        """`mask` [1, 1, T, 1] is 1 on frames that exist; `biases`: a voice's, one a layer."""
        gates, in_dram = [], self._gates_need_dram(x)
        for i, in_layer in enumerate(self.in_layers):
            y = in_layer(x, batch, biases and biases[i])
            filtered, gate = ttnn.split(y, y.shape[3] // 2, 3)
            ttnn.deallocate(y)
            gates.append(
                ttnn.multiply(filtered, gate, input_tensor_a_activations=[TANH], input_tensor_b_activations=[SIGMOID])
            )
            ttnn.deallocate(filtered)
            ttnn.deallocate(gate)
            if i < len(self.residual_layers):
                residual = self.residual_layers[i](gates[-1], batch)
                following = (
                    ttnn.add(x, residual)
                    if mask is None
                    else ttnn.addcmul(x, residual, mask, memory_config=x.memory_config())
                )
                ttnn.deallocate(residual)
                ttnn.deallocate(x)
                x = following
            if in_dram:
                gates[-1] = ttnn.to_memory_config(gates[-1], ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(x)
        return self.out(ttnn.concat(gates, dim=3), batch)

    def _gates_need_dram(self, x) -> bool:
        """Whether the gates of all layers, there twice while they are joined, would fill half of L1: a batch's."""
        height, width = x.memory_config().shard_spec.shape
        gates = len(self.in_layers) * height * width * x.element_size()
        return 2 * gates > ttnn.get_memory_view(self.device, ttnn.BufferType.L1).total_bytes_per_bank / 2
