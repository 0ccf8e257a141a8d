# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets for the costs of stages of device code, in one file that changes only on purpose: tests/budgets/budgets.yaml.

A test under tests/budgets measures a stage with a `Budget`. A figure worse than its budget fails the test; one that is
two per cent better fails it, too, and asks for a tighter budget, so that a gain cannot be lost again without notice.

    python -m mock_device.budget --write [-k EXPRESSION]

measures on mocked cards and writes what it finds into the file: all budgets, or those of the tests that pytest selects
by the expression. Every change is printed; the commit that carries it says why.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from mock_device.cards import DEFAULT_CARD
from mock_device.ledger import Ledger

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests/budgets/budgets.yaml"
COMMAND = "python -m mock_device.budget --write"
TIGHTEN = 0.02  # a gain of this share asks for a tighter budget
# Of a core's L1, for tensors: the rest is for what the allocator cannot place tightly. Programs may take more for their
# own buffers, which they size by what is free.
L1_SHARE = 0.9
_RECORD = "MOCK_DEVICE_RECORD_BUDGETS"  # names the file that takes the figures instead of judging them
# The cards of `make test` and what runs on each.
_RUNS = (("wormhole_b0", "not mesh"), ("blackhole", "not mesh"), ("n300", "mesh"), ("t3k", "mesh"))
_NO_TESTS = 5  # pytest's exit status where a selection is empty
_HEADING = f"""\
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

# What each stage may cost on a card, as counted on a mocked one (mock_device/budget.py says what a figure means and how
# it is held). Written by `{COMMAND}`; loosened only with the reason in the commit.

"""

Stages = dict[str, dict[str, dict[str, float]]]  # stage -> figure -> card -> value


def figures(ledger: Ledger, complete: Ledger, arch: str, minimum_flops: int | None = None) -> dict[str, float]:
    """Return the budgeted figures of a stage that ran warm.

    complete: a ledger that did not dispatch, which counts all of L1.
    """
    found = {
        "programs": ledger.num_programs,
        "cache_misses": ledger.cache_misses,
        "uploads": ledger.uploads.count,
        "uploaded_bytes": ledger.uploads.bytes,
        "downloads": ledger.downloads.count,
        "downloaded_bytes": ledger.downloads.bytes,
        "peak_l1_bytes_a_core": max(ledger.peak_l1, complete.peak_l1),
        "peak_dram_bytes": ledger.dram_peak,
        "dram_bytes_moved": ledger.dram_bytes,
        "flops": ledger.flops,  # of convolutions and matrix products
        "estimated_us": round(
            1e6 * ledger.estimate(DEFAULT_CARD[arch].name).seconds, 1
        ),  # a roofline (roofline.py), no measurement
    }
    if minimum_flops is not None:  # what the network itself asks for, before any padding or recomputation
        found["flops_by_minimum"] = round(ledger.flops / minimum_flops, 4)
    return found


def judge(stage: str, card: str, measured: dict[str, float], budgets: Stages) -> None:
    """Raise an AssertionError that names the stage, and every figure that is over its budget or well below it."""
    budget = {name: of_card[card] for name, of_card in budgets.get(stage, {}).items() if card in of_card}
    if budget.keys() != measured.keys():
        odd = ", ".join(sorted(budget.keys() ^ measured.keys()))
        raise AssertionError(f"{stage} on {card}: {FILE.name} and the measurement differ in {odd}; write it: {COMMAND}")

    def lines(names: list[str]) -> str:
        return "".join(f"\n  {name}: {measured[name]:,} where {budget[name]:,} are budgeted" for name in names)

    worse = [name for name in measured if not measured[name] <= budget[name]]
    if worse:
        raise AssertionError(f"{stage} on {card} is over budget:{lines(worse)}")
    better = [name for name in measured if budget[name] > 0 and measured[name] <= (1 - TIGHTEN) * budget[name]]
    if better:
        raise AssertionError(
            f"{stage} on {card} is better than its budget, which has to be tightened ({COMMAND}):{lines(better)}"
        )


def read(file: Path) -> Stages:
    return (yaml.load(file.read_text(), Loader=yaml.CSafeLoader) or {}) if file.exists() else {}


def write(file: Path, stages: Stages) -> None:
    """One line a figure, its cards side by side."""
    text = _HEADING + yaml.safe_dump(stages, sort_keys=False, default_flow_style=None, width=120)
    file.write_text(text, encoding="utf-8")


def merge(stages: Stages, found: Stages) -> None:
    """Put what was found into `stages`; of a stage, figures that are measured no more go."""
    for stage, names in found.items():
        before = stages.get(stage, {})
        stages[stage] = {name: {**before.get(name, {}), **of_card} for name, of_card in names.items()}


class Budget:
    """The fixture `budget` of tests/budgets: `budget("converter, short window", device, lambda: convert(...))`."""

    def __init__(self, file: Path = FILE):
        self.file = file

    def __call__(
        self,
        stage: str,
        device,
        run: Callable,
        inputs: Callable[[], tuple] = tuple,
        minimum_flops: int | None = None,
    ) -> Ledger:
        """Run the stage three times and compare the second run, in which nothing may be compiled, with its budget.

        What `inputs` makes before each run is handed to `run` and not counted: for stages that free their input. (The
        third run dispatches nothing, so it frees nothing, either: one stage a test keeps the peaks of memory apart.)
        """
        run(*inputs())  # compiles, prepares weights
        given = inputs()
        with Ledger(device) as ledger:
            run(*given)
        given = inputs()
        with Ledger(device, dispatch=False) as complete:
            run(*given)
        ledger.check(cache_misses=0, peak_l1_fraction=L1_SHARE)
        arch, chips = device.arch().name.lower(), device.get_num_devices()
        card = arch if chips == 1 else f"{chips} x {arch}"
        self.hold(stage, card, figures(ledger, complete, arch, minimum_flops), ledger)
        return ledger

    def hold(self, stage: str, card: str, measured: dict[str, float], ledger: Ledger | None = None) -> None:
        if record := os.environ.get(_RECORD):
            found = read(Path(record))
            merge(found, {stage: {name: {card: value} for name, value in measured.items()}})
            write(Path(record), found)
            return
        try:
            judge(stage, card, measured, read(self.file))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{ledger.table()}" if ledger else f"{error}") from None


def changes(before: Stages, after: Stages) -> list[str]:
    """Return a line for each value that differs."""
    rows = []
    for stage in dict.fromkeys([*before, *after]):
        old, new = before.get(stage, {}), after.get(stage, {})
        for name in dict.fromkeys([*old, *new]):
            for card in dict.fromkeys([*old.get(name, {}), *new.get(name, {})]):
                a, b = old.get(name, {}).get(card), new.get(name, {}).get(card)
                if a != b:
                    rows.append(
                        f"{stage}, {card}, {name}: {'none' if a is None else a} -> {'none' if b is None else b}"
                    )
    return rows


def rewrite(select: str | None) -> None:
    """Measure on every card and write; nothing is written if a test fails for another reason than its budget."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "budgets.yaml"
        for arch, mark in _RUNS:
            words = [sys.executable, "-m", "pytest", "-q", "tests/budgets", "--arch", arch, "-m", mark]
            words += ["-k", select] if select else []
            status = subprocess.run(words, cwd=ROOT, env={**os.environ, _RECORD: str(record)}, check=False).returncode
            if status not in (0, _NO_TESTS):
                raise SystemExit(f"tests/budgets fail on {arch}: {FILE.name} is left as it was")
        found = read(record)
    before = read(FILE)
    after = {**before} if select else {}
    merge(after, found)
    write(FILE, after)
    print("\n".join(changes(before, after)) or "nothing has changed")
    print("now bring PERF.md up to date: python -m scripts.perf_sheet")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mock_device.budget", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", required=True, help="measure, and write what is found")
    parser.add_argument("-k", metavar="EXPRESSION", help="only the tests that pytest selects by it")
    rewrite(parser.parse_args(arguments).k)


if __name__ == "__main__":
    main()
