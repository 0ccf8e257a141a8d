# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parity and speed of all models on an NVIDIA GPU, as tables for PERF.md.

    scripts/cuda_report.sh [--device cuda:0] [--minutes 5.5]

Three ways compute the same in one run: with CUDA graphs, the same code op by op, and plain modules as upstream has them
(weight norm not folded, no fixed sizes, one item after another). Weights are seeded, except for the Piper voice joe.
"""

import argparse
import gc
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
import torch

from models.tt_audio.cli.terminal import Parser, errors_as_sentences, positive
from models.tt_audio.host.errors import UserError
from models.tt_audio.torch_backend.device import torch_device
from models.tt_audio.torch_backend.graph_cache import GraphCache, open_graphs

GRAPHS, EAGER, UPSTREAM = "graphs", "op by op", "upstream style"
WAYS = (GRAPHS, EAGER, UPSTREAM)
REPEATS, WARM_UPS = 5, 2
REQUESTS = 500

# (graphs?) -> the cache of a model that opens
Caches = Callable[[bool], GraphCache]


@dataclass(frozen=True)
class Case:
    """One thing to measure."""

    audio: str  # "1 s", "a chunk"
    batch: int
    run: Callable[[], float]  # computes it and returns the seconds of audio that were made
    first: Callable[[], Any] | None = None  # computes up to the first audio


@dataclass(frozen=True)
class Opened:
    """A model that is ready to be measured in one of the WAYS."""

    cases: list[Case]
    graphs: Callable[[], int]


class Workload(Protocol):
    """A model to measure; cuda_workloads.py has them."""

    name: str

    def open(self, way: str, device: torch.device, caches: Caches) -> Opened:
        ...

    def parity(self, device: torch.device, caches: Caches) -> tuple[np.ndarray, np.ndarray]:
        """Return the same samples computed on the device and on the CPU, both in IEEE fp32."""
        ...


class Clock(Protocol):
    """Measures time and memory of a device."""

    def milliseconds(self, run: Callable[[], Any]) -> tuple[float, Any]:
        ...

    def release(self) -> None:
        ...

    def reset_peak(self) -> None:
        ...

    def peak(self) -> float:
        """Return the most MiB that were allocated since the last reset."""
        ...


class CudaClock:
    """The events and the allocator of a GPU."""

    def __init__(self, device: torch.device):
        self.device = device

    def milliseconds(self, run: Callable[[], Any]) -> tuple[float, Any]:
        """Return the time from an event before `run` to one after it, and its result."""
        before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize(self.device)
        before.record()
        result = run()
        after.record()
        after.synchronize()
        return before.elapsed_time(after), result

    def release(self) -> None:
        """Free the memory of models that are gone; a cache and its models refer to each other."""
        gc.collect()
        torch.cuda.empty_cache()

    def reset_peak(self) -> None:
        """Forget the peak."""
        torch.cuda.reset_peak_memory_stats(self.device)

    def peak(self) -> float:
        """Return the most MiB that were allocated since the last reset."""
        return torch.cuda.max_memory_allocated(self.device) / 2**20


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    model: str
    audio: str
    batch: int
    way: str
    wall_ms: float
    rtf: float
    first_audio_ms: float | None
    peak_mib: float
    open_s: float
    graphs: int


def measured(case: Case, clock: Clock) -> tuple[float, float, float | None, float]:
    """Return the median time in ms, the seconds of audio, the time to the first audio in ms, and the peak in MiB."""
    for _ in range(WARM_UPS):
        case.run()
    clock.reset_peak()
    times, seconds = [], 0.0
    for _ in range(REPEATS):
        taken, seconds = clock.milliseconds(case.run)
        times.append(taken)
    peak = clock.peak()
    first = None
    if case.first is not None:
        case.first()
        first = statistics.median(clock.milliseconds(case.first)[0] for _ in range(REPEATS))
    return statistics.median(times), seconds, first, peak


def rows(
    workloads: Iterable[Workload], device: torch.device, caches: Caches, clock: Clock, time_left: Callable[[], float]
) -> Iterator[Row | str]:
    """Yield the lines of the table, and a sentence for each way that fails or for which no time is left."""
    for workload, way in itertools.product(workloads, WAYS):
        if time_left() <= 0:
            yield f"{workload.name}, {way}: not measured, the time is up"
            continue
        opened = None
        clock.release()
        try:
            taken, opened = clock.milliseconds(lambda w=workload, kind=way: w.open(kind, device, caches))
            for case in opened.cases:
                if time_left() <= 0:
                    yield f"{workload.name}, {way}, {case.audio}, batch {case.batch}: not measured, the time is up"
                    continue
                wall, seconds, first, peak = measured(case, clock)
                rtf = wall / 1e3 / seconds
                yield Row(
                    workload.name, case.audio, case.batch, way, wall, rtf, first, peak, taken / 1e3, opened.graphs()
                )
        except (UserError, torch.OutOfMemoryError) as error:
            yield f"{workload.name}, {way}: {error}"


def agreement(workload: Workload, device: torch.device, caches: Caches) -> str:
    """Return a line about how well a model on the device agrees with the CPU, both in IEEE fp32."""
    ours, expected = workload.parity(device, caches)
    if ours.shape != expected.shape:
        return f"| {workload.name} | {len(ours)} samples on the GPU, {len(expected)} on the CPU | |"
    pcc, largest = np.corrcoef(ours, expected)[0, 1], np.abs(ours - expected).max()
    return f"| {workload.name} | {pcc:.8f} | {largest:.1e} |"


def memory_of_requests(request: Callable[[float], Any], clock: Clock, count: int = REQUESTS) -> tuple[float, float]:
    """Return the peak in MiB of the first fifth and of all others of `count` requests of 0.5 to 10 s."""
    lengths = np.random.default_rng(0).uniform(0.5, 10.0, count)
    lengths[0] = lengths[count // 5] = 10.0
    peaks = []
    for part in np.split(lengths, [count // 5]):
        clock.reset_peak()
        for seconds in part:
            request(float(seconds))
        peaks.append(clock.peak())
    return peaks[0], peaks[1]


def line(row: Row) -> str:
    """Return a row in Markdown."""
    first = "" if row.first_audio_ms is None else f"{row.first_audio_ms:.2f}"
    values = (row.model, row.audio, row.batch, row.way, f"{row.wall_ms:.3f}", f"{row.rtf:.5f}", first)
    return f"| {' | '.join(map(str, (*values, f'{row.peak_mib:.0f}', f'{row.open_s:.1f}', row.graphs)))} |"


def gains(table: list[Row]) -> Iterator[str]:
    """Yield how many times as fast graphs are as upstream's style, for each case that has both."""
    by_case: dict[tuple[str, str, int], dict[str, float]] = {}
    for row in table:
        by_case.setdefault((row.model, row.audio, row.batch), {})[row.way] = row.rtf
    for (model, audio, batch), found in by_case.items():
        if GRAPHS in found and UPSTREAM in found:
            yield f"{model}, {audio}, batch {batch}: {found[UPSTREAM] / found[GRAPHS]:.1f} times upstream's style"


def report(
    workloads: list[Workload],
    device: torch.device,
    caches: Caches,
    clock: Clock,
    time_left: Callable[[], float],
    request: Callable[[float], Any] | None = None,
) -> Iterator[str]:
    """Yield the lines of the report."""
    yield "| model | PCC with the CPU (IEEE fp32) | largest difference |\n|---|---|---|"
    for workload in workloads:
        yield agreement(workload, device, caches)
    names = " | ".join(field.name for field in fields(Row))
    yield f"\n| {names} |\n|{'---|' * len(fields(Row))}"
    table: list[Row] = []
    for row in rows(workloads, device, caches, clock, time_left):
        yield row if isinstance(row, str) else line(row)
        table += [] if isinstance(row, str) else [row]
    yield from gains(table)
    if request is not None and time_left() > 0:
        first, others = memory_of_requests(request, clock)
        yield f"{REQUESTS} requests of varying length: peak {first:.0f} MiB in the first fifth, {others:.0f} MiB after"


def main(arguments: list[str] | None = None) -> None:
    """Print the report for a GPU, or one sentence where there is none."""
    parser = Parser(prog="scripts/cuda_report.sh", description=__doc__.splitlines()[0])
    parser.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    parser.add_argument("--device", default="cuda", help="cuda or cuda:N")
    parser.add_argument("--minutes", type=positive, default=5.5, help="after which nothing more is begun")
    options = parser.parse_args(arguments)
    ends = time.monotonic() + 60 * options.minutes
    with errors_as_sentences():
        device = torch_device(options.device)
        if device.type != "cuda":
            raise UserError("this report is about a GPU: give --device cuda or cuda:N")
        from scripts.cuda_workloads import requests, workloads  # after the check: they load models

        torch.cuda.set_device(device)
        print(f"{torch.cuda.get_device_name(device)}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}\n")

        def caches(graphed: bool) -> GraphCache:
            return open_graphs(device, graphed)

        left = lambda: ends - time.monotonic()  # noqa: E731
        for text in report(workloads(), device, caches, CudaClock(device), left, requests(caches)):
            print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
