# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The one place that convolves.

[1, 1, batch * length, in_channels] -> [1, 1, batch * length, out_channels]. It is ttnn.conv2d with time on the height
axis: the kernel's taps are then separate inner blocks, and a long kernel needs a fraction of the L1 that ttnn.conv1d
(time on the width axis, all taps unrolled at once) asks for; docs/formulations.md has the figures. A sharded input
stays in L1 and costs two programs (halo, convolution), with kernel size 1 one (a matmul with its bias fused); the
output has the input's cores.
The op prepares weights for the very shape it is called with, so each shape's first call hands in the host weights and
keeps what the op returns; later calls at that shape upload nothing.
"""

import ttnn

from .precision import Stage


class Conv1d:
    def __init__(self, parameters, device, stage: Stage, dilation: int = 1, padding=None, activation=None):
        self.parameters = parameters
        self.device = device
        self.stage = stage
        self.dilation = dilation
        self.activation = activation
        self.out_channels, self.in_channels, self.kernel_size, _ = parameters.weight.shape
        self.padding = (self.kernel_size - 1) // 2 * dilation if padding is None else padding
        self.prepared = {}  # shape and placement of the input -> weight, bias as the op laid them out

    def __call__(self, x, batch: int = 1, bias=None, consume: bool = False):
        """`bias`: a device tensor in place of the parameter's, a voice's; `consume`: free x as soon as it is read.

        A bias [batch, 1, 1, out_channels] gives each item its own: the convolution cannot, so it costs an addition.
        """
        by_item = bias is not None and bias.shape[0] > 1
        key = (batch, x.shape[2], str(x.memory_config()))
        weight, own_bias = self.prepared.get(key) or (self.parameters.weight, self.parameters.get("bias"))
        y, kept = ttnn.conv2d(
            input_tensor=x,
            weight_tensor=weight,
            bias_tensor=None if by_item else own_bias if bias is None else bias,
            device=self.device,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            batch_size=batch,
            input_height=x.shape[2] // batch,
            input_width=1,
            kernel_size=(self.kernel_size, 1),
            stride=(1, 1),
            padding=(self.padding, 0),
            dilation=(self.dilation, 1),
            dtype=self.stage.activations,
            # made anew each time: the op writes what it chose back into it
            conv_config=ttnn.Conv2dConfig(
                weights_dtype=self.stage.weights,
                activation=self.activation,
                deallocate_activation=consume,
                reallocate_halo_output=False,  # a program of its own, to move what already has a place
                config_tensors_in_dram=True,  # else every shape pins halo tables in L1 for good
            ),
            compute_config=self.stage.compute_config(self.device),
            return_weights_and_bias=True,
        )
        if key not in self.prepared:
            self.prepared[key] = (kept[0], kept[1] if bias is None else None)
        return _added_by_item(y, bias) if by_item else y


def _added_by_item(y, bias):
    """y [1, 1, batch * length, channels] with each item's own bias; both reshapes are views."""
    batch, rows, channels = bias.shape[0], y.shape[2], y.shape[3]
    items = ttnn.reshape(y, (batch, 1, rows // batch, channels))
    return ttnn.reshape(ttnn.add(items, bias, output_tensor=items), (1, 1, rows, channels))
