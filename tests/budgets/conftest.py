# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Fixtures of the budget tests: a device without the golden executor, because budgets need no values."""

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import ttnn
from mock_device.budget import Budget
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import make_converter_checkpoint


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """Return the full-size V2 converter; its weights do not matter here."""
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("converter")))


@pytest.fixture
def bare_device():
    opened = ttnn.open_device(device_id=0)
    yield opened
    ttnn.close_device(opened)


@pytest.fixture
def budget():
    """Return a function that measures a stage and compares it with budgets.yaml, as mock_device/budget.py explains."""
    return Budget()


@pytest.fixture
def minimum_flops():
    """Return `minimum_flops(module, run)`, which counts the FLOPs of convolutions and matrix products of `run(module)`.

    PyTorch runs on the device "meta": nothing is computed and tensors have no values, so `run` must not read any.
    """

    def count(module: torch.nn.Module, run: Callable, device: str = "cpu") -> int:
        with torch.no_grad(), torch.device(device), FlopCounterMode(display=False) as counter:
            run(deepcopy(module).to(device))
        return counter.get_total_flops()

    return count
