# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Convolutions along time: which axis, which placement, which formats, prepared or raw weights."""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from models.tt_audio.tt.sharding import shard
from tests.leaf.formulations import L1_SMALL, ON_HEIGHT, ON_WIDTH, Convolution, exact, format_name, rows, upload

pytestmark = pytest.mark.parametrize("device_params", [L1_SMALL], indirect=True)

# activations, weights, bar. Simulated losses of PCC: 2e-7, 1.5e-6, 4.3e-6, 3e-5 (docs/formulations.md).
FORMATS = [
    pytest.param(ttnn.float32, ttnn.float32, 1 - 4e-7, id="fp32"),
    pytest.param(ttnn.float32, ttnn.bfloat16, 1 - 3e-6, id="fp32-bf16"),
    pytest.param(ttnn.bfloat16, ttnn.bfloat16, 1 - 8e-6, id="bf16"),
    pytest.param(ttnn.bfloat16, ttnn.bfloat8_b, 1 - 6e-5, id="bf16-bfp8"),
]
AXES = pytest.mark.parametrize("axis", [ON_HEIGHT, ON_WIDTH], ids=["height", "width"])


def problem(generator, inputs, outputs, kernel, length, dilation=1):
    """Return signal, weight, bias and the exact result, in rows."""
    signal = torch.randn(1, inputs, length, generator=generator)
    weight = torch.randn(outputs, inputs, kernel, generator=generator) * (inputs * kernel) ** -0.5
    bias = 0.1 * torch.randn(outputs, generator=generator)
    padding = (kernel - 1) // 2 * dilation
    return signal, weight, bias, rows(F.conv1d(signal, weight, bias, padding=padding, dilation=dilation))


@AXES
@pytest.mark.parametrize("dtype, weights_dtype, pcc", FORMATS)
def test_formats_of_a_wavenet_layer(device, measure, generator, axis, dtype, weights_dtype, pcc):
    signal, weight, bias, expected = problem(generator, 192, 384, 5, 256)
    x = upload(rows(signal), device, dtype, shard(device, 256, 192))
    convolution = Convolution(device, weight, bias, axis, dtype, weights_dtype)
    name = f"{axis}, {format_name(dtype)} with {format_name(weights_dtype)} weights"
    measure("conv 192->384 k5, 256 rows", name, lambda: convolution(x), expected, pcc, programs=2)


@pytest.mark.parametrize("dilation", [2, 3, 4, 5])
def test_dilations(device, measure, generator, dilation):
    signal, weight, bias, expected = problem(generator, 192, 192, 5, 256, dilation)
    x = upload(rows(signal), device, ttnn.float32, shard(device, 256, 192))
    convolution = Convolution(device, weight, bias, ON_HEIGHT, ttnn.float32, dilation=dilation)
    name = f"{ON_HEIGHT}, fp32, dilation {dilation}"
    measure("conv 192->192 k5, 256 rows", name, lambda: convolution(x), expected, 1 - 4e-7, programs=2)


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 8e-6), (ttnn.float32, 1 - 4e-7)], ids=["bf16", "fp32"])
def test_many_channels(device, measure, generator, dtype, pcc):
    signal, weight, bias, expected = problem(generator, 512, 256, 3, 128)
    x = upload(rows(signal), device, dtype, shard(device, 128, 512))
    convolution = Convolution(device, weight, bias, ON_HEIGHT, dtype)
    name = f"{ON_HEIGHT}, {format_name(dtype)}"
    measure("conv 512->256 k3, 128 rows", name, lambda: convolution(x), expected, pcc, programs=2)


# besides Halo and Conv2d: InterleavedToSharded, and Move of the halo's output, which is TTNN's default
@pytest.mark.parametrize(
    "placement, move_halo, programs", [("sharded", False, 2), ("interleaved", False, 3), ("interleaved", True, 4)]
)
def test_a_sharded_input_saves_programs(device, measure, generator, placement, move_halo, programs):
    signal, weight, bias, expected = problem(generator, 192, 192, 3, 256)
    memory_config = shard(device, 256, 192) if placement == "sharded" else ttnn.L1_MEMORY_CONFIG
    x = upload(rows(signal), device, ttnn.float32, memory_config)
    convolution = Convolution(device, weight, bias, ON_HEIGHT, ttnn.float32, move_halo=move_halo)
    name = f"{ON_HEIGHT}, fp32, {placement} input{', halo moved' if move_halo else ''}"
    measure("conv 192->192 k3, 256 rows", name, lambda: convolution(x), expected, 1 - 4e-7, programs)


# The axis decides how much L1 long signals need; these tests print the figures in their table.
LONG = [
    pytest.param(ON_HEIGHT, ttnn.float32, 1 - 4e-7, id="height-fp32"),
    pytest.param(ON_WIDTH, ttnn.float32, 1 - 4e-7, id="width-fp32"),
    pytest.param(ON_HEIGHT, ttnn.bfloat16, 1 - 8e-6, id="height-bf16"),
    pytest.param(ON_WIDTH, ttnn.bfloat16, 1 - 8e-6, id="width-bf16"),
]


@pytest.mark.parametrize("axis, dtype, pcc", LONG)
def test_few_channels_and_a_long_signal(device, measure, generator, axis, dtype, pcc):
    signal, weight, bias, expected = problem(generator, 32, 32, 3, 65536)
    x = upload(rows(signal), device, dtype, shard(device, 65536, 32))
    convolution = Convolution(device, weight, bias, axis, dtype)
    name = f"{axis}, {format_name(dtype)}"
    measure("conv 32->32 k3, 65,536 rows", name, lambda: convolution(x), expected, pcc, programs=2)


def test_a_long_kernel_fits_with_time_on_height(device, measure, generator):
    signal, weight, bias, expected = problem(generator, 128, 128, 11, 16384, dilation=5)
    x = upload(rows(signal), device, ttnn.float32, shard(device, 16384, 128))
    convolution = Convolution(device, weight, bias, ON_HEIGHT, ttnn.float32, dilation=5)
    name = f"{ON_HEIGHT}, fp32, dilation 5"
    # simulated: 1.2e-6, see "single wrong values" in docs/formulations.md
    measure("conv 128->128 k11, 16,384 rows", name, lambda: convolution(x), expected, 1 - 3e-6, programs=2)


def test_a_long_kernel_is_refused_with_time_on_width(device, generator, expect_error):
    signal, weight, bias, _ = problem(generator, 128, 128, 11, 16384, dilation=5)
    x = upload(rows(signal), device, ttnn.float32, shard(device, 16384, 128))
    convolution = Convolution(device, weight, bias, ON_WIDTH, ttnn.float32, dilation=5)
    with expect_error(RuntimeError, r"Statically allocated circular buffers .* beyond max L1 size"):
        convolution(x)


def test_weights_that_the_operation_returned_give_the_same_result(device, generator):
    signal, weight, bias, _ = problem(generator, 64, 64, 11, 1024)
    x = upload(rows(signal), device, ttnn.float32, shard(device, 1024, 64))
    convolution = Convolution(device, weight, bias, ON_HEIGHT, ttnn.float32)
    raw = ttnn.to_torch(convolution(x))
    assert convolution.prepared is not None
    assert torch.equal(ttnn.to_torch(convolution(x)), raw)


# A convolution of kernel size 1 is a matmul; the ways to call it differ in programs.
@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 8e-6), (ttnn.float32, 1 - 4e-7)], ids=["bf16", "fp32"])
@pytest.mark.parametrize(
    "call, programs", [("convolution", 1), ("linear", 2), ("linear, core_grid", 1), ("linear, sharded", 2)]
)
def test_kernel_size_1(device, measure, generator, dtype, pcc, call, programs):
    signal, weight, bias, expected = problem(generator, 192, 192, 1, 256)
    sharded = shard(device, 256, 192)
    matrix, offset = (upload(value, device, dtype) for value in (weight[:, :, 0].T[None, None], bias[None, None, None]))
    placed = call in ("convolution", "linear, sharded")
    x = upload(rows(signal), device, dtype, sharded if placed else ttnn.L1_MEMORY_CONFIG)
    convolution = Convolution(device, weight, bias, ON_HEIGHT, dtype)
    options = {
        "linear": {},
        "linear, core_grid": {"core_grid": ttnn.CoreGrid(y=8, x=6)},
        "linear, sharded": {"memory_config": sharded},
    }

    def formulation():
        if call == "convolution":
            return convolution(x)
        return ttnn.linear(x, matrix, bias=offset, compute_kernel_config=exact(device), **options[call])

    measure("192->192 k1, 256 rows", f"{call}, {format_name(dtype)}", formulation, expected, pcc, programs)
