# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Performance targets: this module reads and checks a model's targets.yaml, and compares measurements with it.

A figure that misses its target fails with stage, card, target and measurement.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

NAME = "targets.yaml"
PROVENANCES = ("measured", "forecast", "required")
LEVELS = ("bounty", "stretch", "own")


class TargetError(ValueError):
    """Error of an entry in targets.yaml that is no valid target."""


@dataclass(frozen=True)
class Limit:
    metric: str
    level: str
    provenance: str
    below: float | None = None
    at_least: float | None = None
    card: str | None = None  # None: on every card

    def check(self) -> None:
        if self.level not in LEVELS:
            raise TargetError(f"level {self.level!r} is none of {', '.join(LEVELS)}")
        if (self.below is None) == (self.at_least is None):
            raise TargetError("give either `below` or `at_least`")

    @property
    def value(self) -> float:
        bound = self.at_least if self.below is None else self.below
        if bound is None:
            raise TargetError("give either `below` or `at_least`")
        return bound

    @property
    def key(self) -> tuple:
        return self.metric, self.level, self.card

    def met(self, measured: float) -> bool:
        return measured < self.value if self.at_least is None else measured >= self.value

    def __str__(self) -> str:
        bound = f"at least {self.at_least:g}" if self.below is None else f"below {self.below:g}"
        return f"{bound} ({self.level}, {self.provenance})"


@dataclass(frozen=True)
class KernelTime:
    stage: str
    card: str
    us: float
    margin: float
    provenance: str

    def check(self) -> None:
        if not 0 < self.margin < 1:
            raise TargetError(f"margin {self.margin} does not lie between 0 and 1")

    @property
    def value(self) -> float:
        return self.us

    @property
    def key(self) -> tuple:
        return self.stage, self.card

    def __str__(self) -> str:
        return f"{1e3 * self.us:,.0f} ns +- {self.margin:.1%} ({self.provenance})"


@dataclass(frozen=True)
class Targets:
    limits: tuple[Limit, ...]
    kernel_times: tuple[KernelTime, ...]

    def of_metric(self, metric: str, card: str) -> list[Limit]:
        found = [limit for limit in self.limits if limit.metric == metric and limit.card in (None, card)]
        if not found:
            raise TargetError(f"{NAME} has no limit for {metric} on {card}: enter one")
        return found

    def strictest(self, metric: str, card: str) -> float:
        """Return the lowest upper limit of the metric."""
        return min(limit.below for limit in self.of_metric(metric, card) if limit.below is not None)

    def kernel_time(self, stage: str, card: str) -> KernelTime:
        for row in self.kernel_times:
            if row.key == (stage, card):
                return row
        raise TargetError(f"{NAME} has no kernel time for {stage} on {card}: enter one")

    def hold(self, subject: str, card: str, metrics: dict[str, float]) -> None:
        """Fail, and name every target that a measurement misses."""
        missed = [
            f"{subject} on {card}: {metric} is {measured:.4g}, expected {limit}"
            for metric, measured in metrics.items()
            for limit in self.of_metric(metric, card)
            if not limit.met(measured)
        ]
        assert not missed, "\n".join(missed)


def load(file: Path) -> Targets:
    """Read a targets.yaml."""
    tables = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(tables, dict) or tables.keys() != {"limits", "kernel_times"}:
        raise TargetError(f"{file.name} has to hold `limits` and `kernel_times`, nothing else")
    return Targets(*(_rows(file, name, kind, tables[name]) for name, kind in _TABLES.items()))


def scaled(table: Targets, factor: float) -> Targets:
    """Return the table with limits that are `factor` times as easy to hold, to test a case on a CPU."""
    limits = (
        replace(limit, below=limit.below and limit.below * factor, at_least=limit.at_least and limit.at_least / factor)
        for limit in table.limits
    )
    return replace(table, limits=tuple(limits))


_TABLES = {"limits": Limit, "kernel_times": KernelTime}


def _rows(file: Path, table: str, kind: type, entries: list[dict[str, Any]]) -> tuple:
    rows = {}
    for number, entry in enumerate(entries, start=1):
        try:
            row = _row(kind, entry)
            if row.key in rows:
                raise TargetError(f"{' '.join(str(part) for part in row.key if part)} is there twice")
        except TargetError as error:
            raise TargetError(f"{file.name}, {table}, entry {number}: {error}") from None
        rows[row.key] = row
    return tuple(rows.values())


def _row(kind: type, entry: dict[str, Any]):
    known = {field.name: field for field in fields(kind)}
    needed = {name for name, field in known.items() if "None" not in str(field.type)}
    if odd := sorted((entry.keys() - known.keys()) | (needed - entry.keys())):
        raise TargetError(f"{', '.join(odd)} is missing or unknown")
    row = kind(**entry)
    if row.provenance not in PROVENANCES:
        raise TargetError(f"provenance {row.provenance!r} is none of {', '.join(PROVENANCES)}")
    row.check()
    if isinstance(row.value, bool) or not isinstance(row.value, int | float) or not row.value > 0:
        raise TargetError(f"{row.value!r} is no positive number")
    return row
