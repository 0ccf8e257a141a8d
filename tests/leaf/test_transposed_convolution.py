# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Upsampling: a transposed convolution as polyphase convolution, compared with torch and with ttnn.conv_transpose2d."""

import pytest
import torch

import ttnn
from models.tt_audio.parameters.hifigan import polyphase
from models.tt_audio.tt.sharding import shard
from tests.leaf.formulations import L1_SMALL, ON_HEIGHT, Convolution, exact, format_name, rows, upload

pytestmark = pytest.mark.parametrize("device_params", [L1_SMALL], indirect=True)

# kernel, stride, padding, inputs, outputs, length: OpenVoice's (16, 8) and (4, 2), MeloTTS's (8, 2) and (2, 2), and one
# without overlap
STAGES = pytest.mark.parametrize(
    "kernel, stride, padding, inputs, outputs, length",
    [
        (16, 8, 4, 256, 128, 256),
        (4, 2, 1, 128, 64, 1024),
        (8, 2, 3, 128, 64, 1024),
        (8, 8, 0, 64, 32, 256),
        (2, 2, 0, 32, 32, 2048),
    ],
)


def layer(generator, kernel, stride, padding, inputs, outputs):
    up = torch.nn.ConvTranspose1d(inputs, outputs, kernel, stride, padding)
    with torch.no_grad():
        up.weight.copy_(torch.randn(up.weight.shape, generator=generator) * (inputs * kernel / stride) ** -0.5)
        up.bias.copy_(0.1 * torch.randn(outputs, generator=generator))
    return up.requires_grad_(False)


@STAGES
@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 8e-6), (ttnn.float32, 1 - 4e-7)], ids=["bf16", "fp32"])
def test_polyphase(device, measure, generator, kernel, stride, padding, inputs, outputs, length, dtype, pcc):
    up = layer(generator, kernel, stride, padding, inputs, outputs)
    signal = torch.randn(1, inputs, length, generator=generator)
    x = upload(rows(signal), device, dtype, shard(device, length, inputs))
    convolution = Convolution(device, *polyphase(up), ON_HEIGHT, dtype)

    def formulation():
        phases = ttnn.untilize(convolution(x), memory_config=ttnn.L1_MEMORY_CONFIG)
        samples = ttnn.reshape(phases, (1, 1, length * stride, outputs))
        return ttnn.tilize(samples, memory_config=shard(device, length * stride, outputs))

    name = f"polyphase, {format_name(dtype)}"
    subject = f"transposed k{kernel} s{stride}, {inputs}->{outputs}, {length} rows"
    # halo, convolution (kernel 1: a matmul alone), untilize, reshape (of rows: a copy), tilize
    taps = polyphase(up)[0].shape[2]
    measure(subject, name, formulation, rows(up(signal)), pcc, programs=4 if taps == 1 else 5)


def test_conv_transpose2d(device, measure, generator):
    kernel, stride, padding, inputs, outputs, length = 16, 8, 4, 256, 128, 256
    up = layer(generator, kernel, stride, padding, inputs, outputs)
    signal = torch.randn(1, inputs, length, generator=generator)
    x = upload(rows(signal), device, ttnn.float32, shard(device, length, inputs))
    weights = [
        ttnn.from_torch(up.weight[:, :, :, None].contiguous(), dtype=ttnn.float32),
        ttnn.from_torch(up.bias.reshape(1, 1, 1, -1), dtype=ttnn.float32),
    ]

    def formulation():
        y, weights[:] = ttnn.conv_transpose2d(
            input_tensor=x,
            weight_tensor=weights[0],
            bias_tensor=weights[1],
            device=device,
            in_channels=inputs,
            out_channels=outputs,
            batch_size=1,
            input_height=length,
            input_width=1,
            kernel_size=(kernel, 1),
            stride=(stride, 1),
            padding=(padding, 0),
            dtype=ttnn.float32,
            conv_config=ttnn.Conv2dConfig(weights_dtype=ttnn.float32, config_tensors_in_dram=True),
            compute_config=exact(device),
            return_weights_and_bias=True,
        )
        return y

    subject = f"transposed k{kernel} s{stride}, {inputs}->{outputs}, {length} rows"
    measure(subject, "conv_transpose2d, fp32", formulation, rows(up(signal)), 1 - 4e-7, programs=2)
