# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Gates of the performance tests: measure on a card, record in tt-metal's CSV files, and compare with targets.yaml."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from loguru import logger

import ttnn
from models.demos.openvoice.tests.perf.stages import identify
from models.demos.openvoice.tests.perf.targets import Targets
from models.perf.device_perf_utils import run_model_device_perf_test
from models.perf.perf_utils import prep_perf_report

TESTS = "models/demos/openvoice/tests/perf/test_device_perf_openvoice.py"
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


def hold_device_time(stage: str, card: str, targets: Targets) -> None:
    """Profile one run of the stage; its device kernel time must be within its margin."""
    expected = targets.kernel_time(stage, card)
    heard: list[str] = []  # tt-metal's helper logs the figures, but its error does not contain them
    sink = logger.add(lambda message: heard.append(message.record["message"]), level="ERROR")
    try:
        run_model_device_perf_test(
            command=f"pytest {TESTS}::test_stage[{identify(stage)}]",
            expected_device_perf_ns_per_iteration=1e3 * expected.us,
            subdir=f"openvoice_{identify(stage)}",
            model_name=f"openvoice_{identify(stage)}",
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
    case: str, card: str, wall: Wall, metrics: dict[str, float], expected: float, targets: Targets, batch: int = 1
) -> None:
    """Record the case in a CSV, then compare its metrics, and the time of its first call, with their limits.

    `expected`: the seconds that a warm call may take.
    """
    compilation = targets.strictest("compile_seconds", card)
    prep_perf_report(f"openvoice_{case}", batch, wall.first, wall.again, compilation, expected, card)
    figures = {**metrics, "compile_seconds": wall.first - wall.again}
    listed = ", ".join(f"{metric} {value:.4g}" for metric, value in figures.items())
    logger.info(f"{case} on {card}, batch {batch}: {wall.again:.4f} s; {listed}")
    targets.hold(case, card, figures)
