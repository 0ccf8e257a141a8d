# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: device kernel time of a command, compared with a band.

run_device_perf runs the command under tracy on a card, reads the ops_perf_results CSV that tracy writes and adds up
the device programs; check_device_perf and prep_device_perf_report judge and record the sums. tracy is part of the ttnn
wheel; its capture tool is built with tt-metal and found through TT_METAL_HOME.
"""

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from loguru import logger

from models.perf.perf_utils import today, write_report

NANOSECONDS = 1e9
# Programs that tracy reserves memory for: a third above its default of 1,000, as in tt-metal's own runs.
OP_SUPPORT_COUNT = 1333


def _profiler_folder(subdir):
    """Return the folder in which tracy keeps its files, by tracy's own rule."""
    root = os.environ.get("TT_METAL_PROFILER_DIR") or Path(os.environ.get("TT_METAL_HOME", "")) / "generated/profiler"
    return Path(root).absolute() / subdir


def _run_profiler(command, folder, device_analysis_types):
    """Profile one run of the command and return the path of the report that it wrote."""
    if shlex.quote(str(folder)) != str(folder):
        raise ValueError(f"tracy hands its folder to a shell, which would not take {str(folder)!r} for one word")
    earlier = _ops_reports(folder)
    arguments = [sys.executable, "-m", "tracy", "-p", "-r", "-o", str(folder), "--check-exit-code"]
    for analysis in device_analysis_types:
        arguments += ["-a", analysis]
    # Quote the words after -m, because tracy passes them to a shell.
    words = [shlex.quote(word) for word in shlex.split(command)]
    arguments += ["--op-support-count", str(OP_SUPPORT_COUNT), "-t", "5000", "-m", *words]
    logger.info(shlex.join(arguments))
    with subprocess.Popen(arguments) as process:
        try:
            status = process.wait()
        except BaseException:
            process.terminate()  # on SIGTERM tracy ends the measured program and its capture tool as well
            raise
    if status != 0:
        raise RuntimeError(f"the profiler run ended with exit status {status}: {shlex.join(arguments)}")
    reports = _ops_reports(folder) - earlier
    if not reports:
        raise FileNotFoundError(f"the profiler left no ops_perf_results_*.csv under {folder / 'reports'}")
    return max(reports)


def _ops_reports(folder):
    return set(folder.glob("reports/*/ops_perf_results_*.csv"))


def _sum_columns(report, columns, op_name="", has_signposts=False):
    """Sum each column of an ops_perf_results CSV over the device programs; "-" marks a program without that figure."""
    with open(report, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if has_signposts:
        signposts = {row["OP CODE"]: number for number, row in reversed(list(enumerate(rows))) if _is_signpost(row)}
        missing = {"start", "stop"} - signposts.keys()
        if missing:
            raise ValueError(f"{report} has no signpost {' and no signpost '.join(sorted(missing))}")
        rows = rows[signposts["start"] + 1 : signposts["stop"]]
    rows = [row for row in rows if not _is_signpost(row) and op_name in ("", row["OP CODE"])]
    if not rows:
        raise ValueError(f"{report} has no device program" + (f" named {op_name}" if op_name else ""))
    absent = [column for column in columns if column not in rows[0]]
    if absent:
        raise ValueError(f"{report} has no column {', '.join(absent)}")
    return {column: sum(float(row[column]) for row in rows if row[column] not in ("", "-")) for column in columns}


def _is_signpost(row):
    return row["OP TYPE"] == "signpost"


def run_device_perf(
    command,
    subdir,
    num_iterations,
    cols,
    batch_size,
    op_name="",
    has_signposts=False,
    device_analysis_types=("device_kernel_duration",),
) -> dict:
    """Profile num_iterations runs of a pytest command and summarise its device times.

    Returns {"AVG|MIN|MAX <col> DURATION [ns]" and "... SAMPLES/S": value}.
    """
    folder = _profiler_folder(subdir)
    runs = []
    for _ in range(num_iterations):
        report = _run_profiler(command, folder, device_analysis_types)
        runs.append(_sum_columns(report, [f"{col} DURATION [ns]" for col in cols], op_name, has_signposts))

    results = {}
    for col in cols:
        durations = [run[f"{col} DURATION [ns]"] for run in runs]
        average = sum(durations) / num_iterations
        for name, duration in (("AVG", average), ("MIN", max(durations)), ("MAX", min(durations))):
            results[f"{name} {col} SAMPLES/S"] = batch_size * NANOSECONDS / duration
        results[f"AVG {col} DURATION [ns]"] = average
        results[f"MIN {col} DURATION [ns]"] = min(durations)
        results[f"MAX {col} DURATION [ns]"] = max(durations)
    logger.info(f"{command}\n{num_iterations} iterations\n{json.dumps(results, indent=4)}")
    return results


def check_device_perf(post_processed_results, margin, expected_perf_cols, assert_on_fail=False):
    """Return the "Lower|Upper Threshold <col>" of each expected column; log, or assert, a value outside its band."""
    thresholds = {}
    failures = []
    for col, expected in expected_perf_cols.items():
        lower, upper = (1 - margin) * expected, (1 + margin) * expected
        thresholds[f"Lower Threshold {col}"] = lower
        thresholds[f"Upper Threshold {col}"] = upper
        if not lower <= post_processed_results[col] <= upper:
            failures.append(f"{col} {post_processed_results[col]} is outside of expected range ({lower}, {upper})")
            logger.error(failures[-1])
    if assert_on_fail:
        assert not failures, "; ".join(failures)
    return thresholds


def prep_device_perf_report(
    model_name: str, batch_size: int, post_processed_results: dict, expected_results: dict, comments: str
) -> None:
    """Write device_perf_{model}_{comments}_{date}.csv: each result, followed by its thresholds if it has any."""
    row = {"Model": model_name, "Setting": comments, "Batch": str(batch_size)}
    for name, value in post_processed_results.items():
        row[name] = f"{value:.0f}" if float(value).is_integer() else f"{value:.4f}"
        for threshold in (f"Lower Threshold {name}", f"Upper Threshold {name}"):
            if threshold in expected_results:
                row[threshold] = f"{expected_results[threshold]:.4f}"
    write_report(f"device_perf_{model_name}_{comments}_{today()}.csv", row)


def run_model_device_perf_test(
    command: str,
    expected_device_perf_ns_per_iteration: float,
    subdir: str,
    model_name: str,
    num_iterations: int = 1,
    batch_size: int = 1,
    margin: float = 0.015,
    comments: str = "",
):
    """Measure, judge and record in one call; fails when the mean device kernel time leaves expected * (1 +- margin)."""
    results = run_device_perf(
        command, subdir, num_iterations, ["DEVICE FW", "DEVICE KERNEL", "DEVICE BRISC KERNEL"], batch_size
    )
    expected = {"AVG DEVICE KERNEL DURATION [ns]": expected_device_perf_ns_per_iteration}
    thresholds = check_device_perf(results, margin, expected, assert_on_fail=True)
    prep_device_perf_report(model_name, batch_size, results, thresholds, comments)
