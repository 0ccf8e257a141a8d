# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: the assertion of every PCC test."""

import torch

import ttnn
from models.common.utility_functions import comp_pcc


def _on_host(tensor):
    return ttnn.to_torch(tensor) if isinstance(tensor, ttnn.Tensor) else torch.as_tensor(tensor)


def assert_with_pcc(expected_pytorch_result, actual_pytorch_result, pcc=0.9999):
    """Return (True, PCC) when the shapes are equal and the correlation reaches `pcc`; otherwise raise AssertionError.

    Either tensor may be a ttnn tensor, which is downloaded.
    """
    expected, actual = _on_host(expected_pytorch_result), _on_host(actual_pytorch_result)
    assert list(expected.shape) == list(
        actual.shape
    ), f"shapes differ: expected {list(expected.shape)}, actual {list(actual.shape)}"
    passed, value = comp_pcc(expected, actual, pcc)
    assert passed, f"PCC {value:.7f} is below {pcc} for shape {list(expected.shape)}, {expected.dtype} / {actual.dtype}"
    return passed, value
