# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Ops that fit into one binary program: a WaveNet's gate, HiFi-GAN's residual addition; and rounding of bfloat16."""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from models.tt_audio.tt.sharding import shard
from tests.leaf.formulations import SIGMOID, TANH, format_name, leaky_relu, upload
from tests.ttnn.utils_for_testing import assert_with_pcc

FORMATS = pytest.mark.parametrize(
    "dtype, pcc", [(ttnn.bfloat16, 1 - 1e-5), (ttnn.float32, 1 - 1e-9)], ids=["bf16", "fp32"]
)


def gated(filtered, gate):
    return ttnn.multiply(filtered, gate, input_tensor_a_activations=[TANH], input_tensor_b_activations=[SIGMOID])


GATES = {
    "split, fused activations": (lambda y: gated(*ttnn.split(y, 192, 3)), 2),
    "chunk, fused activations": (lambda y: gated(*ttnn.chunk(y, 2, 3)), 3),
    "split, tanh, sigmoid, multiply": (
        lambda y: (lambda a, b: ttnn.multiply(ttnn.tanh(a), ttnn.sigmoid(b)))(*ttnn.split(y, 192, 3)),
        4,
    ),
}


@FORMATS
@pytest.mark.parametrize("name", GATES)
def test_gate(device, measure, generator, name, dtype, pcc):
    y = 2 * torch.randn(1, 1, 256, 384, generator=generator)
    on_device = upload(y, device, dtype, shard(device, 256, 384))
    formulation, programs = GATES[name]
    expected = torch.tanh(y[..., :192]) * torch.sigmoid(y[..., 192:])
    measure(
        "gate of 256 x 384", f"{name}, {format_name(dtype)}", lambda: formulation(on_device), expected, pcc, programs
    )


SLOPE, LINKS = 0.1, 9  # three residual blocks of three additions


def inverted(a, ts):
    """Keep only a = leaky_relu(x) and compute x as its inverse."""
    for t in ts:
        a = ttnn.add(a, t, input_tensor_a_activations=[leaky_relu(1 / SLOPE)], activations=[leaky_relu(SLOPE)])
    return a


def separate(a, ts):
    """Keep x, and compute leaky_relu(x) in a program of its own before each convolution."""
    x = ttnn.leaky_relu(a, negative_slope=1 / SLOPE)
    for t in ts:
        x = ttnn.add(x, t)
        a = ttnn.leaky_relu(x, negative_slope=SLOPE)
    return a


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 1e-4), (ttnn.float32, 1 - 1e-9)], ids=["bf16", "fp32"])
@pytest.mark.parametrize("formulation, programs", [(inverted, LINKS), (separate, 2 * LINKS + 1)])
def test_residual_chain(device, measure, generator, formulation, programs, dtype, pcc):
    x = torch.randn(1, 1, 512, 64, generator=generator)
    ts = [torch.randn(x.shape, generator=generator) for _ in range(LINKS)]
    memory_config = shard(device, 512, 64)
    a = upload(F.leaky_relu(x, SLOPE), device, dtype, memory_config)
    on_device = [upload(t, device, dtype, memory_config) for t in ts]
    expected = F.leaky_relu(x + sum(ts), SLOPE)
    name = f"leaky_relu {formulation.__name__}, {format_name(dtype)}"
    measure(f"{LINKS} residual additions", name, lambda: formulation(a, on_device), expected, pcc, programs)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply"])
def test_bf16_rounds_to_nearest_when_told_to(device, generator, name):
    a, b = (torch.randn(1, 1, 64, 64, generator=generator).bfloat16() for _ in range(2))
    on_device = [upload(x, device, ttnn.bfloat16) for x in (a, b)]
    exact = getattr(torch, name)(a, b)
    nearest = ttnn.to_torch(getattr(ttnn, name)(*on_device, fast_and_approximate_mode=False))
    assert torch.equal(nearest, exact)
    # the default is within two steps (bfloat16 has 8 significant bits)
    assert_with_pcc(exact, ttnn.to_torch(getattr(ttnn, name)(*on_device)), 1 - 1e-5)
