# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Timing for the benchmarks of this folder: variants of the same work take turns, and each gets a row of figures."""

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import torch


@dataclass(frozen=True)
class Timing:
    result: np.ndarray  # samples
    walls: list[float] = field(default_factory=list)  # seconds of each turn
    cpus: list[float] = field(default_factory=list)  # the same, of processor time


def take_turns(variants: Mapping[str, Callable[[], np.ndarray]], repeats: int) -> dict[str, Timing]:
    """Run the variants in turns, so that other load on the machine affects all alike."""
    timings = {name: Timing(work()) for name, work in variants.items()}  # also the warm-up
    for _ in range(repeats):
        for name, work in variants.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            timings[name].walls.append(time.perf_counter() - wall)
            timings[name].cpus.append(time.process_time() - cpu)
    return timings


def print_heading(unit: str, repeats: int) -> None:
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; medians of {repeats}")
    print(f"{unit:>7} {'variant':>9} {'wall s':>8} {'best s':>7} {'cpu s':>7} {'RTF':>6} ratio of cpu  PCC", flush=True)


def print_rows(
    label: str, seconds: float, timings: Mapping[str, Timing], exact: str, incomparable: Collection[str] = ()
) -> None:
    """Print figures for `seconds` of audio. Ratios are to the first variant, correlations with the `exact` one."""
    base, expected = next(iter(timings.values())), timings[exact].result
    for name, timing in timings.items():
        wall, cpu = statistics.median(timing.walls), statistics.median(timing.cpus)
        ratio = statistics.median(a / b for a, b in zip(base.walls, timing.walls, strict=True))
        cpu_ratio = statistics.median(base.cpus) / cpu
        pcc = float("nan") if name in incomparable else np.corrcoef(timing.result, expected)[0, 1]
        print(
            f"{label:>7} {name:>9} {wall:8.3f} {min(timing.walls):7.3f} {cpu:7.3f} {wall / seconds:6.3f} "
            f"{ratio:5.2f} {cpu_ratio:6.2f}  {pcc:.6f}",
            flush=True,
        )


def make_importable(checkout: Path, *unused: ModuleType) -> None:
    """Make upstream importable; `unused` replace libraries that it imports but that no timed code calls."""
    sys.path.insert(0, str(checkout))
    for module in unused:
        sys.modules.setdefault(module.__name__, module)
    warnings.filterwarnings("ignore")
