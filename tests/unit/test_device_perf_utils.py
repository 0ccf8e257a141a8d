# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Device performance: reading tracy's report, the band, the CSV, and the profiler's command line.

The fixture `profiler` (conftest.py) replaces the profiler; the process boundary is the real one.
"""

import csv
import time

import pytest

from models.perf.device_perf_utils import (
    check_device_perf,
    prep_device_perf_report,
    run_device_perf,
    run_model_device_perf_test,
)

KERNEL = "DEVICE KERNEL DURATION [ns]"
# Two programs before the signposts, two between them, one after; a host op has no device time.
OPS = [
    ("Conv2dDeviceOperation", "tt_dnn_device", "1000"),
    ("HaloDeviceOperation", "tt_dnn_device", "500"),
    ("start", "signpost", ""),
    ("Conv2dDeviceOperation", "tt_dnn_device", "2000"),
    ("HaloDeviceOperation", "tt_dnn_device", "300"),
    ("ttnn.from_torch", "python_fallback", "-"),
    ("stop", "signpost", ""),
    ("HaloDeviceOperation", "tt_dnn_device", "40"),
]


@pytest.fixture
def profiler(profiler):
    """Return the stand-in; without other orders it reports the operations above."""

    def prepare(operations=OPS, status=0, header=("OP CODE", "OP TYPE", KERNEL)):
        return profiler(operations, header, status)

    return prepare


def measure(**options):
    return run_device_perf("pytest test_x.py", "converter", 1, ["DEVICE KERNEL"], 2, **options)


def test_durations_of_all_device_programs_are_added(profiler):
    profiler()
    results = measure()
    assert results == {
        f"AVG {KERNEL}": 3840,
        f"MIN {KERNEL}": 3840,
        f"MAX {KERNEL}": 3840,
        "AVG DEVICE KERNEL SAMPLES/S": pytest.approx(2e9 / 3840),
        "MIN DEVICE KERNEL SAMPLES/S": pytest.approx(2e9 / 3840),
        "MAX DEVICE KERNEL SAMPLES/S": pytest.approx(2e9 / 3840),
    }


def test_signposts_and_op_name_select_programs(profiler):
    profiler()
    assert measure(has_signposts=True)[f"AVG {KERNEL}"] == 2300
    assert measure(op_name="HaloDeviceOperation")[f"AVG {KERNEL}"] == 840
    assert measure(op_name="HaloDeviceOperation", has_signposts=True)[f"AVG {KERNEL}"] == 300


def test_every_iteration_reads_its_own_report(profiler):
    profiler()
    measure()
    profiler([("Conv2dDeviceOperation", "tt_dnn_device", "7")])
    assert measure()[f"AVG {KERNEL}"] == 7


def test_the_report_of_an_earlier_run_is_not_taken_for_this_one(profiler, expect_error):
    profiler()
    measure()
    profiler(operations=None)
    with expect_error(FileNotFoundError, r"left no ops_perf_results_\*\.csv"):
        measure()


def test_the_profiler_gets_the_command_as_words_that_no_shell_expands(profiler):
    arguments = profiler()
    run_device_perf("pytest x.py -k 'a and b' ; touch $HOME", "converter", 1, ["DEVICE KERNEL"], 1)
    called = arguments()
    assert called[:2] == ["-p", "-r"] and "--check-exit-code" in called
    assert called[called.index("-a") + 1] == "device_kernel_duration"
    assert called[called.index("-m") + 1 :] == ["pytest", "x.py", "-k", "'a and b'", "';'", "touch", "'$HOME'"]


@pytest.mark.parametrize(
    "setting, options, error, message",
    [
        ({"status": 4}, {}, RuntimeError, "exit status 4"),
        ({"operations": OPS[:3]}, {"has_signposts": True}, ValueError, "no signpost stop"),
        ({}, {"op_name": "Matmul"}, ValueError, "no device program named Matmul"),
        ({"operations": []}, {}, ValueError, "no device program"),
        ({"header": ("OP CODE", "OP TYPE", "HOST")}, {}, ValueError, r"no column DEVICE KERNEL DURATION \[ns\]"),
    ],
    ids=["failed run", "no signpost", "unknown op", "no program", "no column"],
)
def test_a_run_without_figures_fails(profiler, expect_error, setting, options, error, message):
    profiler(**setting)
    with expect_error(error, message):
        measure(**options)


def test_a_folder_that_the_profilers_shell_would_split_is_refused(profiler, expect_error):
    profiler()
    with expect_error(ValueError, "would not take"):
        run_device_perf("pytest x.py", "two words", 1, ["DEVICE KERNEL"], 1)


# ---- the band ----

EXPECTED = {f"AVG {KERNEL}": 1000}


@pytest.mark.parametrize("measured", [986, 1000, 1014])
def test_a_time_within_the_margin_passes_and_the_thresholds_are_answered(measured):
    thresholds = check_device_perf({f"AVG {KERNEL}": measured}, 0.015, EXPECTED, assert_on_fail=True)
    assert thresholds == {
        f"Lower Threshold AVG {KERNEL}": pytest.approx(985),
        f"Upper Threshold AVG {KERNEL}": pytest.approx(1015),
    }


@pytest.mark.parametrize("measured", [980, 1020, float("nan")], ids=["faster", "slower", "nan"])
def test_a_time_outside_the_margin_fails(expect_error, measured):
    results = {f"AVG {KERNEL}": measured}
    with expect_error(AssertionError, "is outside of expected range"):
        check_device_perf(results, 0.015, EXPECTED, assert_on_fail=True)


def test_without_assert_on_fail_a_bad_time_is_only_reported():
    assert len(check_device_perf({f"AVG {KERNEL}": 5000}, 0.015, EXPECTED)) == 2


# ---- the report ----


def test_report_file_and_columns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = {f"AVG {KERNEL}": 1000.0, "AVG DEVICE KERNEL SAMPLES/S": 2.5}
    prep_device_perf_report("converter", 2, results, check_device_perf(results, 0.1, EXPECTED), "8s")
    (path,) = tmp_path.iterdir()
    assert path.name == f"device_perf_converter_8s_{time.strftime('%Y_%m_%d')}.csv"
    with open(path) as file:
        header, values = csv.reader(file, skipinitialspace=True)
    assert dict(zip(header, values, strict=True)) == {
        "Model": "converter",
        "Setting": "8s",
        "Batch": "2",
        f"AVG {KERNEL}": "1000",
        f"Lower Threshold AVG {KERNEL}": "900.0000",
        f"Upper Threshold AVG {KERNEL}": "1100.0000",
        "AVG DEVICE KERNEL SAMPLES/S": "2.5000",
    }


def run_whole(expected):
    run_model_device_perf_test("pytest x.py", expected, "converter", "converter", margin=0.05, comments="8s")


@pytest.fixture
def three_columns(profiler):
    names = ["DEVICE FW", "DEVICE KERNEL", "DEVICE BRISC KERNEL"]
    header = ["OP CODE", "OP TYPE", *(f"{name} DURATION [ns]" for name in names)]
    profiler([["Conv2dDeviceOperation", "tt_dnn_device", "1100", "1000", "900"]], header=header)


def test_one_call_measures_judges_and_records(three_columns, tmp_path):
    run_whole(expected=1020)
    (path,) = tmp_path.glob("device_perf_converter_8s_*.csv")
    assert f"AVG {KERNEL}, Lower Threshold AVG {KERNEL}" in path.read_text()


@pytest.mark.parametrize("expected", [1100, 900], ids=["faster", "slower"])
def test_one_call_fails_outside_the_band(three_columns, expect_error, expected):
    with expect_error(AssertionError, "outside of expected range"):
        run_whole(expected)
