# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norms and linear layers against torch."""

import pytest
import torch

import ttnn
from models.tt_audio.parameters import layers
from models.tt_audio.parameters.balance import two_parts, vector_norm
from models.tt_audio.tt.activations import RELU
from models.tt_audio.tt.linear import FusedLinear, Linear
from models.tt_audio.tt.normalization import LayerNorm, PreciseLayerNorm, VectorLayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from models.tt_audio.tt.tensors import upload
from tests.ttnn.utils_for_testing import assert_with_pcc

ROWS, INPUTS, OUTPUTS = 64, 96, 64


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.fixture
def norm():
    norm = torch.nn.LayerNorm(INPUTS)
    norm.load_state_dict({"weight": random(INPUTS), "bias": random(INPUTS)})
    return norm.requires_grad_(False)


@pytest.fixture
def x(device):
    return upload(random(1, 1, ROWS, INPUTS).numpy(), device)


def test_layer_norm(device, norm, x):
    actual = ttnn.to_torch(LayerNorm(layers.layer_norm(norm), device, Stage())(x))
    assert_with_pcc(norm(random(1, 1, ROWS, INPUTS)), actual, 0.9999)


def test_layer_norm_of_a_sum_with_another_bias(device, norm, x):
    residual, bias = random(1, 1, ROWS, INPUTS).flip(2), random(1, 1, 1, INPUTS).flip(3)
    expected = norm(random(1, 1, ROWS, INPUTS) + residual) - norm.bias + bias
    layer = LayerNorm(layers.layer_norm(norm), device, Stage())
    actual = layer(x, upload(residual.numpy(), device), upload(bias.numpy(), device))
    assert_with_pcc(expected, ttnn.to_torch(actual), 0.9999)


def test_precise_layer_norm(device, norm, x):
    actual = ttnn.to_torch(PreciseLayerNorm(layers.layer_norm(norm), device, Stage())(x))
    assert_with_pcc(norm(random(1, 1, ROWS, INPUTS)), actual, 0.99999)


def test_vector_layer_norm(device, norm, x):
    """Expect no row with a scale of its own: ttnn.layer_norm has up to 0.2 %."""
    residual = random(1, 1, ROWS, INPUTS).flip(2)
    expected = norm(random(1, 1, ROWS, INPUTS) + residual) - norm.bias
    actual = VectorLayerNorm(vector_norm(norm), device, Stage())(x, upload(residual.numpy(), device))
    actual = ttnn.to_torch(actual) - norm.bias
    scales = (expected * actual).sum(3) / (expected * expected).sum(3)
    assert (scales - 1).abs().max() < 1e-4
    assert_with_pcc(expected, actual, 0.9999999)


def test_weights_in_two_parts(device, x):
    weight = random(OUTPUTS, INPUTS)
    layer = FusedLinear(layers.fused_linear(two_parts(weight, 0)), device, Stage())
    given = (
        ttnn.to_torch(x).view(torch.int32).bitwise_and(-(1 << 13)).view(torch.float32)
    )  # as the matrix unit reads it
    actual = ttnn.to_torch(layer((x, x), shard(device, ROWS, OUTPUTS)))
    expected = torch.nn.functional.linear(given, weight)
    assert ((actual - expected).norm() / expected.norm()).item() < 1e-5


@pytest.mark.parametrize("whole_grid", [True, False])
@pytest.mark.parametrize("biased", [True, False])
def test_linear(device, x, whole_grid, biased):
    weight, bias = random(OUTPUTS, INPUTS), random(OUTPUTS) if biased else None
    layer = Linear(layers.linear(weight, bias), device, Stage(), whole_grid=whole_grid)
    expected = torch.nn.functional.linear(random(1, 1, ROWS, INPUTS), weight, bias)
    assert_with_pcc(expected, ttnn.to_torch(layer(x)), 0.9999)


def test_linear_ends_in_an_activation_and_another_format(device, x):
    weight, bias = random(OUTPUTS, INPUTS), random(OUTPUTS)
    layer = Linear(layers.linear(weight, bias), device, Stage(), dtype=ttnn.bfloat16, activation="relu")
    actual = layer(x, ttnn.L1_MEMORY_CONFIG)
    assert actual.dtype == ttnn.bfloat16
    expected = torch.nn.functional.linear(random(1, 1, ROWS, INPUTS), weight, bias).relu()
    assert_with_pcc(expected, ttnn.to_torch(actual).float(), 0.9999)


@pytest.mark.parametrize("masked", [True, False])
def test_fused_linear_ends_in_an_addition(device, x, masked):
    weight, bias, addend = random(OUTPUTS, INPUTS), random(OUTPUTS), random(1, 1, ROWS, OUTPUTS)
    mask = (torch.arange(ROWS) < 50).float()[None, None, :, None]
    layer = FusedLinear(layers.fused_linear(weight, bias), device, Stage())
    placement = shard(device, ROWS, OUTPUTS)
    actual = layer(
        x,
        placement,
        addend=ttnn.to_memory_config(upload(addend.numpy(), device), placement),
        factor=layer.widened(upload(mask.numpy(), device)) if masked else None,
        scale=-1.0,
    )
    product = torch.nn.functional.linear(random(1, 1, ROWS, INPUTS), weight, bias)
    assert_with_pcc(addend - (mask if masked else 1) * product, ttnn.to_torch(actual), 0.9999)


def test_fused_linear_reads_two_tensors_as_one(device):
    weight, bias, x = random(OUTPUTS, INPUTS), random(OUTPUTS), random(1, 1, ROWS, INPUTS)
    halves = tuple(upload(part.numpy(), device) for part in x.split([64, 32], dim=3))
    actual = FusedLinear(layers.fused_linear(weight, bias), device, Stage())(halves, shard(device, ROWS, OUTPUTS))
    assert_with_pcc(torch.nn.functional.linear(x, weight, bias), ttnn.to_torch(actual), 0.9999)


def test_activation_of_an_operand(device, x):
    actual = ttnn.to_torch(ttnn.multiply(x, x, input_tensor_a_activations=[RELU]))
    expected = random(1, 1, ROWS, INPUTS)
    assert_with_pcc(expected.relu() * expected, actual, 0.99999)
