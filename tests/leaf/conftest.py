# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cost and accuracy of single formulations, at the shapes that the models use.

Every test passes a formulation to `measure`, which asserts its PCC and its number of device programs. At the end of
`pytest tests/leaf` all measurements are printed as one table; docs/formulations.md draws the conclusions.
"""

import pytest
import torch

import ttnn
from mock_device.ledger import Ledger
from models.common.utility_functions import comp_pcc
from tests.ttnn.utils_for_testing import assert_with_pcc

_PROPERTY = "formulation"


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


class Measure:
    """Measurement that runs formulations, checks them, and records their costs."""

    def __init__(self, device, record_property):
        self._device, self._record = device, record_property

    def __call__(self, subject, name, formulation, expected, pcc, programs):
        actual = ttnn.to_torch(formulation())  # warm-up: compiles programs and prepares weights
        with Ledger(self._device) as ledger:
            formulation()
        with Ledger(self._device, dispatch=False) as memory:
            formulation()
        launched = ", ".join(f"{name} {count}" if count > 1 else name for name, count in ledger.programs.items())
        moved = f"{ledger.dram_bytes / 1e3:,.0f} + {ledger.l1_bytes / 1e3:,.0f}"
        costs = {"programs": f"{ledger.num_programs}: {launched}", "moved": moved, "L1": f"{memory.peak_l1 / 1e3:,.0f}"}
        self.compare(subject, name, actual, expected, pcc, costs)
        assert ledger.num_programs == programs, f"{programs} programs expected, {ledger.num_programs}: {launched}"
        return actual

    def compare(self, subject, name, actual, expected, pcc, costs=None):
        """Check and record the PCC of a result that is already computed."""
        _, value = comp_pcc(expected, actual)
        costs = costs or {"programs": "", "moved": "", "L1": ""}
        self._record(_PROPERTY, {"subject": subject, "formulation": name, "1 - PCC": f"{1 - value:.1e}", **costs})
        assert_with_pcc(expected, actual, pcc)


@pytest.fixture
def measure(device, record_property):
    return Measure(device, record_property)


def pytest_terminal_summary(terminalreporter):
    rows = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for key, value in report.user_properties
        if key == _PROPERTY
    ]
    if rows and terminalreporter.verbosity >= 0:
        terminalreporter.section("formulations (moved: kB of DRAM + of L1; L1: kB per core at the peak)")
        widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
        for row in [{key: key for key in widths}, *sorted(rows, key=lambda row: row["subject"])]:
            terminalreporter.write_line("  ".join(f"{row[key]:<{width}}" for key, width in widths.items()))
