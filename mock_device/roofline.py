# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Estimate device time from the operations in a ledger: the largest of three lower bounds, plus a launch cost.

No number made here is a measurement. An operation is bounded by the multiply-adds it needs, by the bytes it moves
between DRAM and the cores, and by the bytes it moves in and out of L1; the estimate takes the largest of the three at
the card's peak rates and adds a fixed cost per program. It ignores uneven work, re-read weights, NoC
congestion and the vector unit, so real times are longer. Transfers between host and device are not in it.
"""

from dataclasses import asdict, dataclass

# The matrix engine of Wormhole and of Blackhole multiplies 8x16 by 16x16 in a cycle (tt-metal,
# tech_reports/matrix_engine/matrix_engine.md). With float32 operands the rate may be lower: no public figure was found.
_MATRIX_FLOPS_PER_CYCLE = 2 * 8 * 16 * 16
_FIDELITY_PHASES = {"LoFi": 1, "HiFi2": 2, "HiFi3": 3, "HiFi4": 4}  # same report
_UNSTATED_FIDELITY = "HiFi4"

# Per core: the two unpackers together read five times 16 bytes a cycle, the four packers write four times 16 bytes
# (tt-isa-documentation, WormholeB0/TensixTile/L1.md). The same is assumed of Blackhole: no public figure was found.
_L1_BYTES_PER_CYCLE = 5 * 16 + 4 * 16

# Uncertain to a factor of two. tt-metal's bring-up notes of gemma-4-12B (functional decoder) report 58 us of op-to-op
# gap over 36 traced operations on one card. Without a trace the host needs longer per operation.
_SECONDS_PER_PROGRAM = 1.6e-6


@dataclass(frozen=True)
class Limits:
    """Peak rates of one chip."""

    cores: int
    clock_hz: float
    dram_bytes_per_second: float

    def flops_per_second(self, fidelity: str | None) -> float:
        phases = _FIDELITY_PHASES[fidelity or _UNSTATED_FIDELITY]
        return self.cores * self.clock_hz * _MATRIX_FLOPS_PER_CYCLE / phases

    @property
    def l1_bytes_per_second(self) -> float:
        return self.cores * self.clock_hz * _L1_BYTES_PER_CYCLE


# Clock and DRAM: docs.tenstorrent.com, aibs/wormhole/specifications and aibs/blackhole/specifications (the P150's clock
# is "up to" this one). Cores: the grid that TTNN 0.81.1 gives to operations on the mocked card of that kind.
LIMITS = {
    "n150": Limits(cores=8 * 8, clock_hz=1.0e9, dram_bytes_per_second=288e9),
    "p150": Limits(cores=11 * 10, clock_hz=1.35e9, dram_bytes_per_second=512e9),
}


@dataclass(frozen=True)
class OperationEstimate:
    """Seconds that one operation takes at least, by resource."""

    name: str
    matrix: float
    dram: float
    l1: float
    launch: float

    @property
    def bound(self) -> str:
        """The resource that takes longest."""
        return max(("matrix", "dram", "l1", "launch"), key=lambda resource: getattr(self, resource))

    @property
    def seconds(self) -> float:
        return max(self.matrix, self.dram, self.l1) + self.launch


@dataclass(frozen=True)
class Estimate:
    """An estimate of device time on a card; never a measurement."""

    card: str
    operations: tuple[OperationEstimate, ...]

    @property
    def seconds(self) -> float:
        return sum(operation.seconds for operation in self.operations)

    def seconds_by_bound(self) -> dict[str, float]:
        """The total, divided among the resources that bound the operations; each operation counts once."""
        total: dict[str, float] = {}
        for operation in self.operations:
            total[operation.bound] = total.get(operation.bound, 0.0) + operation.seconds
        return dict(sorted(total.items(), key=lambda item: -item[1]))

    def __str__(self) -> str:
        shares = ", ".join(f"{bound}-bound {1e6 * part:,.1f}" for bound, part in self.seconds_by_bound().items())
        return f"{1e6 * self.seconds:,.1f} us on {self.card} (estimate, not measured; {shares})"

    def to_json(self) -> dict:
        return {
            "kind": "estimate, not measured",
            "card": self.card,
            "estimated_seconds": self.seconds,
            "estimated_seconds_by_bound": self.seconds_by_bound(),
            "operations": [
                {**asdict(operation), "bound": operation.bound, "estimated_seconds": operation.seconds}
                for operation in self.operations
            ],
        }


def estimate(operations, card: str) -> Estimate:
    """`operations` have name, flops, fidelity, dram_bytes and l1_bytes, as those of a ledger do."""
    if card not in LIMITS:
        raise ValueError(f"no peak rates for card '{card}': choose one of {', '.join(LIMITS)}")
    limits = LIMITS[card]
    return Estimate(
        card,
        tuple(
            OperationEstimate(
                name=operation.name,
                matrix=operation.flops / limits.flops_per_second(operation.fidelity),
                dram=operation.dram_bytes / limits.dram_bytes_per_second,
                l1=operation.l1_bytes / limits.l1_bytes_per_second,
                launch=_SECONDS_PER_PROGRAM,
            )
            for operation in operations
        ),
    )


def minimum_seconds(card: str, flops: int, dram_bytes: int, fidelity: str) -> float:
    """Return a lower bound in seconds: these FLOPs at the fidelity's peak, or these bytes from DRAM."""
    limits = LIMITS[card]
    return max(flops / limits.flops_per_second(fidelity), dram_bytes / limits.dram_bytes_per_second)
