# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Gates of a model's performance tests: measure on a card, record in tt-metal's CSV files, compare with targets."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from loguru import logger

import ttnn
from models.perf.device_perf_utils import run_model_device_perf_test
from models.perf.perf_utils import prep_perf_report

from .targets import Targets

REPEATS = 5
_WITHOUT_TIME = {
    "TT_METAL_MOCK_CLUSTER_DESC_PATH": "a mocked card executes nothing, so it has no times",
    "TT_METAL_SIMULATOR": "a simulator's times are not a card's",
}


def without_time() -> str | None:
    """Return why times mean nothing on this machine, or None."""
    return next((reason for variable, reason in _WITHOUT_TIME.items() if os.environ.get(variable)), None)


needs_card = pytest.mark.skipif(without_time() is not None, reason=without_time() or "")


def card_name() -> str:
    """Return the card's name as in targets.yaml: n150, n300, p150, ..."""
    return ttnn.cluster.get_cluster_type().name.lower()


def identify(stage: str) -> str:
    """Return the name as one word, for a test's id on a command line."""
    return stage.replace(",", "").replace(" ", "-")


def hold_device_time(tests: str, report: str, stage: str, card: str, targets: Targets) -> None:
    """Profile one run of the stage; its device kernel time must be within its margin.

    `tests`: the file whose `test_stage` runs it. `report`: the name in tt-metal's CSV file.
    """
    expected = targets.kernel_time(stage, card)
    heard: list[str] = []  # tt-metal's helper logs the figures, but its error does not contain them
    sink = logger.add(lambda message: heard.append(message.record["message"]), level="ERROR")
    try:
        run_model_device_perf_test(
            command=f"pytest {tests}::test_stage[{identify(stage)}]",
            expected_device_perf_ns_per_iteration=1e3 * expected.us,
            subdir=report,
            model_name=report,
            margin=expected.margin,
            comments=card,
        )
    except AssertionError as error:
        figures = "; ".join(heard) or str(error)
        raise AssertionError(f"{stage} on {card}: expected {expected}, measured {figures}") from error
    finally:
        logger.remove(sink)


@dataclass(frozen=True)
class Wall:
    first: float  # seconds of the first call, with compilation, preparation of weights and capture of traces
    again: float  # median seconds of the later calls


def wall_time(
    run: Callable[[], object], repeats: int = REPEATS, clock: Callable[[], float] = time.perf_counter
) -> Wall:
    """Measure a first and `repeats` later calls of `run`, which must return results that have arrived on the host."""
    seconds = []
    for _ in range(1 + repeats):
        start = clock()
        run()
        seconds.append(clock() - start)
    return Wall(seconds[0], statistics.median(seconds[1:]))


def hold_wall_time(
    report: str, card: str, wall: Wall, metrics: dict[str, float], expected: float, targets: Targets, batch: int = 1
) -> None:
    """Record a case in a CSV, then compare its metrics, and the time of its first call, with their limits.

    `report`: the name in the CSV, model and case. `expected`: the seconds that a warm call may take.
    """
    compilation = targets.strictest("compile_seconds", card)
    prep_perf_report(report, batch, wall.first, wall.again, compilation, expected, card)
    figures = {**metrics, "compile_seconds": wall.first - wall.again}
    listed = ", ".join(f"{metric} {value:.4g}" for metric, value in figures.items())
    logger.info(f"{report} on {card}, batch {batch}: {wall.again:.4f} s; {listed}")
    targets.hold(report, card, figures)
