# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Convolutions over time (Conv1d) and over images (Conv2d), by ttnn.conv2d: the one place that convolves.

The op prepares weights for the very shape it is called with. So the first call of a shape passes the host weights and
keeps what the op returns; later calls of that shape upload nothing.
"""

from typing import Any

import ttnn
from ttnn.model_preprocessing import ParameterDict

from .precision import Stage
from .tensors import add_by_item


class _Convolution:
    """The call of ttnn.conv2d and its prepared weights."""

    def __init__(
        self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, activation: ttnn.UnaryWithParam | None
    ):
        self.parameters = parameters
        self.device = device
        self.stage = stage
        self.activation = activation
        self.out_channels, self.in_channels, *self.kernel = parameters.weight.shape
        # batch, size and placement of the input -> weight and bias as the op laid them out
        self.prepared: dict[tuple, tuple[ttnn.Tensor, ttnn.Tensor | None]] = {}

    def _convolve(
        self,
        x: ttnn.Tensor,
        batch: int,
        size: tuple[int, int],
        bias: ttnn.Tensor | None = None,
        consume: bool = False,
        block_rows: int = 0,
        **geometry: Any,
    ) -> tuple[ttnn.Tensor, tuple[int, int]]:
        """Return the result and its (height, width).

        `bias` replaces the parameter's; `consume` frees x once it is read.
        `block_rows`: rows of unrolled input that a core holds at once; 0: as many as the op likes.
        """
        by_item = bias is not None and bias.shape[0] > 1  # which the op cannot, so it costs an addition
        key = (batch, *size, str(x.memory_config()))
        weight, own_bias = self.prepared.get(key) or (self.parameters.weight, self.parameters.get("bias"))
        y, out_size, kept = ttnn.conv2d(
            input_tensor=x,
            weight_tensor=weight,
            bias_tensor=None if by_item else own_bias if bias is None else bias,
            device=self.device,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            batch_size=batch,
            input_height=size[0],
            input_width=size[1],
            kernel_size=tuple(self.kernel),
            dtype=self.stage.activations,
            # made anew each time, because the op writes its choices back into it
            conv_config=ttnn.Conv2dConfig(
                weights_dtype=self.stage.weights,
                activation=self.activation,
                deallocate_activation=consume,
                reallocate_halo_output=False,  # it would be a program of its own, to move what already has a place
                config_tensors_in_dram=True,  # else every shape keeps halo tables in L1 for good
                act_block_h_override=block_rows,
            ),
            compute_config=self.stage.compute_config(self.device),
            return_output_dim=True,
            return_weights_and_bias=True,
            **geometry,
        )
        if key not in self.prepared:
            self.prepared[key] = (kept[0], kept[1] if bias is None else None)
        return (add_by_item(y, bias, batch, in_place=True) if by_item else y), tuple(out_size)


class Conv1d(_Convolution):
    """Convolution over time: [1, 1, batch * length, in_channels] -> [1, 1, batch * length', out_channels].

    Time is the height axis of ttnn.conv2d. The taps of the kernel are then separate inner blocks, and a long kernel
    needs a fraction of the L1 that ttnn.conv1d asks for, which has time on the width axis and unrolls all taps at once;
    docs/formulations.md has the figures. A sharded input stays in L1 and costs two programs (halo, convolution), with
    kernel size 1 one (a matmul with its bias fused). The output is on the cores of the input.
    """

    def __init__(
        self,
        parameters: ParameterDict,
        device: ttnn.MeshDevice,
        stage: Stage,
        dilation: int = 1,
        padding: int | None = None,
        activation: ttnn.UnaryWithParam | None = None,
    ):
        """`padding`: zeros before and after each item; None: as many as keep the length."""
        super().__init__(parameters, device, stage, activation)
        self.dilation = dilation
        self.padding = (self.kernel[0] - 1) // 2 * dilation if padding is None else padding

    def __call__(
        self, x: ttnn.Tensor, batch: int = 1, bias: ttnn.Tensor | None = None, consume: bool = False
    ) -> ttnn.Tensor:
        """Convolve the rows of each item; `consume` frees x once it is read.

        `bias` is a device tensor in place of the parameter's: [1, 1, 1, out_channels] for all items, or [batch, 1, 1,
        out_channels] for each its own, which is one program more.
        """
        y, _ = self._convolve(
            x,
            batch,
            (x.shape[2] // batch, 1),
            bias,
            consume,
            stride=(1, 1),
            padding=(self.padding, 0),
            dilation=(self.dilation, 1),
        )
        return y


class Conv2d(_Convolution):
    """Convolution over images, which stay in L1: [1, 1, batch * height * width, in_channels] -> likewise."""

    def __init__(
        self,
        parameters: ParameterDict,
        device: ttnn.MeshDevice,
        stage: Stage,
        stride: tuple[int, int],
        padding: tuple[int, int, int, int],
        activation: ttnn.UnaryWithParam | None = None,
    ):
        """`padding`: zeros above, below, left and right."""
        super().__init__(parameters, device, stage, activation)
        self.stride = stride
        self.padding = padding

    def __call__(self, x: ttnn.Tensor, batch: int, size: tuple[int, int]) -> tuple[ttnn.Tensor, tuple[int, int]]:
        """Convolve images of `size` (height, width) and free them; return the result and its (height, width)."""
        return self._convolve(
            x,
            batch,
            size,
            consume=True,
            block_rows=32,  # else a whole shard is unrolled, which takes as many times its size as the kernel has taps
            stride=self.stride,
            padding=self.padding,
            dilation=(1, 1),
            slice_config=ttnn.Conv2dL1FullSliceConfig,
        )
