# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""OpenVoice's device time of a stage, from the profiler's report to the verdict, with recorded reports."""

import csv
from dataclasses import replace

import pytest

from models.demos.openvoice.tests.perf.stages import TARGETS
from models.demos.openvoice.tests.perf.test_device_perf_openvoice import TESTS
from models.tt_audio.testing import gates, targets
from models.tt_audio.testing.targets import KernelTime

STAGE = "converter, short window"
COLUMNS = ["DEVICE FW", "DEVICE KERNEL", "DEVICE BRISC KERNEL"]


@pytest.fixture
def kernel(profiler):
    """Return a function: after `kernel(3000, 2000)` the profiler reports two programs of that many nanoseconds."""

    def prepare(*nanoseconds):
        header = ["OP CODE", "OP TYPE", *(f"{name} DURATION [ns]" for name in COLUMNS)]
        rows = [["Conv2dDeviceOperation", "tt_dnn_device", time + 200, time, time - 100] for time in nanoseconds]
        return profiler(rows, header)

    return prepare


def hold():
    row = KernelTime(STAGE, "n150", us=5.0, margin=0.1, provenance="measured")
    gates.hold_device_time(
        TESTS, "openvoice_converter-short-window", STAGE, "n150", replace(targets.load(TARGETS), kernel_times=(row,))
    )


def test_a_stage_within_its_margin_leaves_its_report(kernel, tmp_path):
    called = kernel(3000, 2400)
    hold()
    assert called()[-2:] == ["pytest", f"'{TESTS}::test_stage[converter-short-window]'"]
    (path,) = tmp_path.glob("device_perf_openvoice_converter-short-window_n150_*.csv")
    with open(path) as file:
        header, values = csv.reader(file, skipinitialspace=True)
    row = dict(zip(header, values, strict=True))
    assert row["AVG DEVICE KERNEL DURATION [ns]"] == "5400"
    assert row["Lower Threshold AVG DEVICE KERNEL DURATION [ns]"] == "4500.0000"


@pytest.mark.parametrize("nanoseconds, measured", [([3000, 3000], 6000), ([2000], 2000)], ids=["slower", "faster"])
def test_a_broken_margin_names_stage_target_and_measurement(kernel, expect_error, nanoseconds, measured):
    kernel(*nanoseconds)
    message = rf"{STAGE} on n150: expected 5,000 ns \+- 10.0% \(measured\), measured AVG .* {measured}\.0 is outside"
    with expect_error(AssertionError, message):
        hold()
