# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The emulation of a GPU's number formats: what is rounded, to which values, and what is not."""

import pytest
import torch
from torch.nn.functional import conv1d, conv_transpose1d, linear

from models.tt_audio.testing.emulated_formats import Emulated, rounded
from models.tt_audio.torch_backend.stages import BFLOAT16, IEEE, TF32

STEP = 2.0**-10  # of TF32 just above 1


def test_tf32_has_ten_bits_of_mantissa():
    x = torch.tensor([1.0, 1 + STEP, 1 + 0.49 * STEP, 1 + 0.51 * STEP, -1 - 0.51 * STEP, 0.0])
    assert rounded(x, TF32).tolist() == [1.0, 1 + STEP, 1.0, 1 + STEP, -1 - STEP, 0.0]
    assert torch.equal(rounded(x, IEEE), x)


PRODUCTS = {
    "linear": lambda x, weight, bias: linear(x, weight[:, :, 0], bias),
    "conv1d": lambda x, weight, bias: conv1d(x[:, :, None], weight, bias)[:, :, 0],
    "conv_transpose1d": lambda x, weight, bias: conv_transpose1d(x[:, :, None], weight.transpose(0, 1), bias)[:, :, 0],
    "matmul": lambda x, weight, bias: x @ weight[:, :, 0].T + bias,
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("inference", [True, False])
def test_operands_of_products_are_rounded_and_what_is_added_is_not(name, inference):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(5, 8), torch.randn(3, 8, 1), torch.randn(3)
    compute = PRODUCTS[name]
    expected = compute(rounded(x, TF32), rounded(weight, TF32), bias)
    with torch.inference_mode(inference), Emulated(TF32):
        result = compute(x, weight, bias)
    torch.testing.assert_close(result, expected, atol=1e-6, rtol=0)
    assert (result - compute(x, weight, bias)).abs().max() > 1e-5


def test_tf32_leaves_elementwise_ops_alone():
    x = torch.tensor([1 + 2.0**-20])
    with Emulated(TF32):
        assert torch.equal((x + 1).sqrt(), (x + 1).sqrt().clone())
        result = x * x
    assert torch.equal(result, x * x)


def test_bfloat16_rounds_every_result_also_in_place():
    x = torch.tensor([1.23456])
    with Emulated(BFLOAT16):
        product, changed = x * x, x.clone().mul_(1.23456)
    for result in (product, changed):
        assert torch.equal(result, result.bfloat16().float())
        assert not torch.equal(result, x * x)


def test_a_view_stays_part_of_the_whole():
    x = torch.zeros(3, 3)
    with Emulated(BFLOAT16):
        whole = x + 0
        whole.diagonal().add_(1.23456)
    assert torch.equal(whole, torch.eye(3) * torch.tensor(1.23456).bfloat16().float())
