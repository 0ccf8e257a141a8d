# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets count what TTNN's host code does, so they need no values: a device without the golden executor."""

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
    """The full-size V2 converter; its weights do not matter here."""
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("converter")))


@pytest.fixture
def bare_device():
    opened = ttnn.open_device(device_id=0)
    yield opened
    ttnn.close_device(opened)


@pytest.fixture
def budget():
    """Measures a stage and holds it to budgets.yaml; mock_device/budget.py says how."""
    return Budget()


@pytest.fixture
def minimum_flops():
    """`minimum_flops(module, run)`: convolutions and matrix products that `run(module)` asks for in PyTorch.

    On the device "meta" nothing is computed and tensors have no values, which a `run` that looks at them does not bear.
    """

    def count(module: torch.nn.Module, run: Callable, device: str = "cpu") -> int:
        with torch.no_grad(), torch.device(device), FlopCounterMode(display=False) as counter:
            run(deepcopy(module).to(device))
        return counter.get_total_flops()

    return count
