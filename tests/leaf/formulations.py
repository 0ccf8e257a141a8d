# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parts shared by the leaf tests: placing tensors on the device, and the two ways to convolve along time.

`ON_WIDTH` is ttnn.conv1d; `ON_HEIGHT` is ttnn.conv2d with kernel (k, 1) on an image as high as the signal is long.
Both read and write rows [1, 1, length, channels].
"""

import torch

import ttnn

ON_WIDTH, ON_HEIGHT = "conv1d (time on width)", "conv2d (time on height)"
TANH, SIGMOID = (ttnn.UnaryWithParam(kind) for kind in (ttnn.UnaryOpType.TANH, ttnn.UnaryOpType.SIGMOID))
L1_SMALL = {"l1_small_size": 32768}  # tables of the sliding windows


def leaky_relu(slope: float):
    return ttnn.UnaryWithParam(ttnn.UnaryOpType.LEAKY_RELU, slope)


def format_name(dtype) -> str:
    return {ttnn.float32: "fp32", ttnn.bfloat16: "bf16", ttnn.bfloat8_b: "bfp8"}[dtype]


def exact(device):
    """Return the most accurate configuration of the matrix unit: HiFi4 with a float32 accumulator."""
    return ttnn.init_device_compute_kernel_config(
        device.arch(),
        math_fidelity=ttnn.MathFidelity.HiFi4,
        math_approx_mode=False,
        fp32_dest_acc_en=True,
        packer_l1_acc=True,
    )


def upload(x: torch.Tensor, device, dtype, memory_config=ttnn.L1_MEMORY_CONFIG, layout=ttnn.TILE_LAYOUT):
    return ttnn.from_torch(x.contiguous(), dtype=dtype, layout=layout, device=device, memory_config=memory_config)


def rows(signal: torch.Tensor) -> torch.Tensor:
    """Return torch's [1, channels, length] in TTNN's layout [1, 1, length, channels]."""
    return signal.transpose(1, 2)[None].contiguous()


class Convolution:
    """Convolution of weight [out, in, k] and bias [out]; the first call prepares them, later ones upload nothing."""

    def __init__(
        self, device, weight, bias, axis, dtype, weights_dtype=None, dilation=1, padding=None, move_halo=False
    ):
        self.device, self.axis, self.dtype, self.dilation, self.move_halo = device, axis, dtype, dilation, move_halo
        self.weights_dtype = weights_dtype or dtype
        self.out_channels, self.in_channels, self.kernel = weight.shape
        self.padding = (self.kernel - 1) // 2 * dilation if padding is None else padding
        weight = weight[:, :, :, None] if axis == ON_HEIGHT else weight
        self.raw = (
            ttnn.from_torch(weight.contiguous(), dtype=ttnn.float32),
            None if bias is None else ttnn.from_torch(bias.reshape(1, 1, 1, -1), dtype=ttnn.float32),
        )
        self.prepared = None

    def __call__(self, x):
        weight, bias = self.prepared or self.raw
        common = dict(
            input_tensor=x,
            weight_tensor=weight,
            bias_tensor=bias,
            device=self.device,
            in_channels=self.in_channels,
            out_channels=self.out_channels,
            batch_size=1,
            dtype=self.dtype,
            conv_config=ttnn.Conv2dConfig(
                weights_dtype=self.weights_dtype,
                reallocate_halo_output=self.move_halo,
                config_tensors_in_dram=True,
            ),
            compute_config=exact(self.device),
            return_weights_and_bias=True,
        )
        if self.axis == ON_WIDTH:
            window = dict(input_length=x.shape[2], kernel_size=self.kernel, stride=1)
            y, self.prepared = ttnn.conv1d(**common, **window, padding=self.padding, dilation=self.dilation)
        else:
            window = dict(input_height=x.shape[2], input_width=1, kernel_size=(self.kernel, 1), stride=(1, 1))
            y, self.prepared = ttnn.conv2d(**common, **window, padding=(self.padding, 0), dilation=(self.dilation, 1))
        return y
