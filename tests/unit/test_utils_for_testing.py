# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""assert_with_pcc: it compares the shape, then the correlation, for tensors of torch and of ttnn."""

import pytest
import torch

import ttnn
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.fixture
def values():
    return torch.randn(32, 64, generator=torch.Generator().manual_seed(0))


def test_equal_tensors_pass_with_their_correlation(values):
    assert assert_with_pcc(values, values.clone()) == (True, 1.0)


def test_another_shape_fails_even_where_the_values_agree(values, expect_error):
    with expect_error(AssertionError, r"shapes differ: expected \[32, 64\], actual \[1, 32, 64\]"):
        assert_with_pcc(values, values[None])


def test_correlation_below_the_bar_fails_and_names_it_with_the_shape(values, expect_error):
    noisy = values + 0.1 * torch.randn(32, 64, generator=torch.Generator().manual_seed(1))
    with expect_error(AssertionError, r"PCC 0\.99\d+ is below 0\.999 for shape \[32, 64\]"):
        assert_with_pcc(values, noisy, pcc=0.999)


def test_the_default_bar_is_four_nines(values, expect_error):
    noise = torch.randn(32, 64, generator=torch.Generator().manual_seed(1))
    assert_with_pcc(values, values + 0.01 * noise)
    with expect_error(AssertionError, r"below 0\.9999"):
        assert_with_pcc(values, values + 0.02 * noise)


def test_ttnn_tensors_are_downloaded(values, expect_error):
    rounded = ttnn.from_torch(values, dtype=ttnn.bfloat16)
    assert assert_with_pcc(values, rounded, pcc=0.99999)[0]
    with expect_error(AssertionError, "PCC"):
        assert_with_pcc(rounded, -values)
