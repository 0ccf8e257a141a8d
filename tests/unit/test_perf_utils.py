# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""End-to-end performance reports: their contents, their merging, and failures at both ends of the band."""

import csv
import subprocess
import time

import pytest

from models.perf.perf_utils import check_perf_results, merge_perf_files, prep_perf_report

COLUMNS = [
    "Model",
    "Setting",
    "Batch",
    "First Run (sec)",
    "Second Run (sec)",
    "Compile Time (sec)",
    "Expected Compile Time (sec)",
    "Inference Time (sec)",
    "Expected Inference Time (sec)",
    "Throughput (batch*inf/sec)",
    "Inference Time CPU (sec)",
    "Throughput CPU (batch*inf/sec)",
]


@pytest.fixture(autouse=True)
def in_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(inference_time=0.5, expected=0.5, model="org/converter", cpu=None):
    prep_perf_report(model, 4, 3.0, inference_time, 3.0, expected, "8s", inference_time_cpu=cpu)


def test_report_file_and_values(in_temporary_folder):
    report(cpu=2.0)
    (path,) = in_temporary_folder.iterdir()
    assert path.name == f"perf_org_converter_8s_{time.strftime('%Y_%m_%d')}.csv"
    with open(path) as file:
        header, values = csv.reader(file, skipinitialspace=True)
    assert header == COLUMNS
    assert values == "org/converter,8s,4,3.00,0.50,2.50,3.00,0.5000,0.5000,8.0000,2.0000,2.0000".split(",")


def test_without_a_cpu_time_its_columns_are_unknown(in_temporary_folder):
    report()
    (path,) = in_temporary_folder.iterdir()
    assert path.read_text().endswith(", unknown, unknown")


@pytest.fixture
def merged(in_temporary_folder):
    """Return a function that merges the reports written so far, in a repository of one commit."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], [*identity, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *command], check=True)

    def merge():
        merge_perf_files("merged.csv", "perf", COLUMNS)
        return "merged.csv"

    return merge


def check(path):
    check_perf_results(path, COLUMNS, ["Inference Time (sec)"])


def test_times_within_the_band_pass(merged, capsys):
    report(inference_time=0.45)
    report(inference_time=0.5, model="generator")
    check(merged())
    assert capsys.readouterr().out.count("PASS") == 2


@pytest.mark.parametrize(
    "inference_time, reason", [(0.51, "slower than expected"), (0.39, "faster than expected"), (float("nan"), "nan")]
)
def test_a_time_outside_the_band_fails(merged, expect_error, inference_time, reason):
    report(inference_time=inference_time)
    with expect_error(AssertionError, rf"org/converter_8s Inference Time \(sec\).*{reason}"):
        check(merged())


def test_a_report_with_other_columns_fails(merged, expect_error):
    report()
    path = merged()
    with expect_error(AssertionError, "has the columns"):
        check_perf_results(path, COLUMNS[:-1], ["Inference Time (sec)"])
