# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""comp_pcc of models/common/utility_functions.py."""

import math

import numpy as np
import pytest
import torch

from models.common.utility_functions import comp_pcc

NAN, INF = math.nan, math.inf


@pytest.fixture
def noisy():
    """Return (values, the same values with noise): correlation 1 / sqrt(1 + 0.1**2) = 0.995."""
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(4, 5000, generator=generator)
    return values, values + 0.1 * torch.randn(4, 5000, generator=generator)


def test_pcc_is_the_correlation_coefficient(noisy):
    passed, value = comp_pcc(*noisy)
    assert passed is True
    assert value == pytest.approx(np.corrcoef(noisy[0].flatten(), noisy[1].flatten())[0, 1], abs=1e-12)


def test_pcc_below_the_bar_fails_and_tells_the_value(noisy):
    passed, value = comp_pcc(*noisy, pcc=0.999)
    assert passed is False
    assert value == pytest.approx(1 / math.sqrt(1.01), abs=1e-3)


def test_pcc_ignores_scale_but_not_sign(noisy):
    values, _ = noisy
    assert comp_pcc(values, 3 * values + 1) == (True, pytest.approx(1.0))
    assert comp_pcc(values, -values) == (False, pytest.approx(-1.0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int32, torch.bool])
def test_pcc_takes_other_dtypes(dtype):
    values = torch.tensor([0, 1, 0, 1, 1, 0, 1, 1]).to(dtype)
    assert comp_pcc(values, values.float()) == (True, 1.0)
    assert comp_pcc(values, 1 - values.float())[0] is False


def test_pcc_ignores_layout_but_not_the_number_of_values(noisy, expect_error):
    values, _ = noisy
    assert comp_pcc(values, values.reshape(1, 2, 2, 5000)) == (True, 1.0)
    with expect_error(ValueError, r"\[4, 5000\] and \[4, 4999\] differ in the number of values"):
        comp_pcc(values, values[:, 1:])


@pytest.mark.parametrize(
    "golden, calculated, passes",
    [
        ([NAN, NAN], [NAN, NAN], True),
        ([1.0, 2.0], [NAN, NAN], False),
        ([1.0, NAN, 2.0, 4.0], [1.0, NAN, 2.0, 4.0], True),
        ([1.0, NAN, 2.0, 4.0], [1.0, 0.0, 2.0, 4.0], False),
        ([1.0, INF, 2.0, 4.0], [1.0, INF, 2.0, 4.0], True),
        ([1.0, INF, 2.0, 4.0], [1.0, -INF, 2.0, 4.0], False),
        ([1.0, INF, 2.0, 4.0], [4.0, INF, 2.0, 1.0], False),
    ],
)
def test_pcc_of_non_finite_values(golden, calculated, passes):
    assert comp_pcc(golden, calculated)[0] is passes


def test_one_nan_among_many_good_values_fails(noisy):
    values, _ = noisy
    broken = values.clone()
    broken[2, 17] = NAN
    assert comp_pcc(values, broken) == (False, 0.0)


@pytest.mark.parametrize(
    "golden, calculated, passes",
    [
        ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0], True),
        ([0.1, 0.1, 0.1], torch.full((3,), 0.1, dtype=torch.bfloat16), True),
        ([2.0, 2.0, 2.0], [3.0, 3.0, 3.0], False),
        ([2.0, 2.0, 2.0], [1.0, 2.0, 3.0], False),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], True),
        ([0.0, 0.0, 0.0], [0.0, 1e-9, 0.0], False),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], False),
        ([5.0], [5.0], True),
        ([5.0], [6.0], False),
    ],
)
def test_constant_tensors_are_compared_by_value(golden, calculated, passes):
    assert comp_pcc(golden, calculated) == (passes, float(passes))
