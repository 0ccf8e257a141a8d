# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets count what TTNN's host code does, so they need no values: a device without the golden executor."""

import pytest

import ttnn
from mock_device.budget import Budget
from models.demos.openvoice.pipeline import load_converter
from models.demos.openvoice.tests.checkpoints import make_converter_checkpoint


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
