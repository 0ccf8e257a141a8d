# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: end-to-end times of a model as CSV, merged and compared with a band.

File names, columns and bands are tt-metal's: prep_perf_report writes one row per model and setting into the working
directory, merge_perf_files joins the rows of today, check_perf_results fails on a row outside its band.
"""

import csv
import os
import subprocess
import time
from pathlib import Path

from loguru import logger


def today():
    return time.strftime("%Y_%m_%d")


def write_report(path, row):
    """Write one header line and one value line; a reader finds the whole file or none."""
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(", ".join(row) + "\n" + ", ".join(row.values()), encoding="utf-8")
    os.replace(partial, path)


def prep_perf_report(
    model_name: str,
    batch_size: int,
    inference_and_compile_time: float,
    inference_time: float,
    expected_compile_time: float,
    expected_inference_time: float,
    comments: str,
    inference_time_cpu: float | None = None,
):
    """Write perf_{model}_{comments}_{date}.csv; all times in seconds."""
    row = {
        "Model": model_name,
        "Setting": comments,
        "Batch": str(batch_size),
        "First Run (sec)": f"{inference_and_compile_time:.2f}",
        "Second Run (sec)": f"{inference_time:.2f}",
        "Compile Time (sec)": f"{inference_and_compile_time - inference_time:.2f}",
        "Expected Compile Time (sec)": f"{expected_compile_time:.2f}",
        "Inference Time (sec)": f"{inference_time:.4f}",
        "Expected Inference Time (sec)": f"{expected_inference_time:.4f}",
        "Throughput (batch*inf/sec)": f"{batch_size / inference_time:.4f}",
        "Inference Time CPU (sec)": f"{inference_time_cpu:.4f}" if inference_time_cpu else "unknown",
        "Throughput CPU (batch*inf/sec)": f"{batch_size / inference_time_cpu:.4f}" if inference_time_cpu else "unknown",
    }
    write_report(f"perf_{model_name.replace('/', '_')}_{comments}_{today()}.csv", row)


def merge_perf_files(fname, perf_fname, expected_cols):
    """Join today's reports in the working directory under two lines that name the branch and the commit."""

    def git(*arguments):
        return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()

    reports = sorted(Path().glob(f"{perf_fname}_*_{today()}.csv"))
    lines = [
        f"branch: {git('rev-parse', '--abbrev-ref', 'HEAD')} ",
        f"hash: {git('rev-parse', 'HEAD')} ",
        ", ".join(expected_cols) + " ",
        *(report.read_text(encoding="utf-8").splitlines()[1] for report in reports),
    ]
    Path(fname).write_text("\n".join(lines) + "\n", encoding="utf-8")


def process_perf_results(fname, expected_cols):
    """Return (columns, rows) of a merged report, whose columns must be the expected ones."""
    with open(fname, encoding="utf-8", newline="") as file:
        branch, commit, columns, *rows = csv.reader(file, skipinitialspace=True)
    logger.info(f"{branch[0].strip()}, {commit[0].strip()}")
    columns = [column.strip() for column in columns]
    assert columns == list(expected_cols), f"{fname} has the columns {columns}, expected {list(expected_cols)}"
    return columns, rows


def check_perf_results(
    fname, expected_cols, check_cols, table_width=110, float_precision=4, lower_threshold=0.80, upper_threshold=1.0
):
    """Fail when a time leaves its band: lower_threshold to upper_threshold times its "Expected" column.

    Slower is a regression, faster means that the target is out of date.
    """
    columns, rows = process_perf_results(fname, expected_cols)
    failures = []
    print("=" * table_width)
    for row in (dict(zip(columns, values, strict=True)) for values in rows):
        for column in check_cols:
            measured, expected = float(row[column]), float(row[f"Expected {column}"])
            low, high = expected * lower_threshold, expected * upper_threshold
            passed = low <= measured <= high  # false for NaN, too
            band = f"{low:.{float_precision}f} to {high:.{float_precision}f}"
            line = f"{row['Model']}_{row['Setting']} {column}: {measured:.{float_precision}f}, expected {band}"
            if not passed:
                line += " (faster than expected, update the target)" if measured < low else " (slower than expected)"
                failures.append(line)
            print("PASS" if passed else "FAIL", line)
    print("=" * table_width)
    assert not failures, "Performance checks failed:\n" + "\n".join(failures)
