# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Programs that TTNN's host code accepts and that never end on a device.

A mocked card runs host code only, so it cannot find them by itself. Each entry of KNOWN_HANGS recognises one kind by
the operation and its tensors. The golden executor calls `refuse` after every operation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import ttnn

# The ttnn functions that run as the device operation BinaryNg.
BINARY_OPERATIONS = frozenset(
    f"ttnn.{name}{suffix}"
    for name in (
        *("add", "subtract", "multiply", "div", "divide", "rsub", "maximum", "minimum", "pow", "squared_difference"),
        *("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "bias_gelu", "hypot"),
        *("logaddexp", "logaddexp2", "ldexp", "xlogy", "fmod", "remainder", "atan2"),
    )
    for suffix in ("", "_")
)


class KnownHang(RuntimeError):
    """An operation that is known to hang a device."""


@dataclass(frozen=True)
class Entry:
    """One kind of program."""

    applies: Callable[[str, list, object], bool]  # of operation, operands and output, as `refuse` takes them
    sentence: str  # follows the operation and its shapes in the message
    seen: str  # where it was found


def refuse(operation: str, operands: list, output) -> None:
    """Raise KnownHang if an operation is in the list.

    `operation` is its fully qualified name, `operands` all its ttnn tensors, `output` what it returned.
    """
    for entry in KNOWN_HANGS:
        if entry.applies(operation, operands, output):
            shapes = ", ".join(str(list(operand.shape)) for operand in operands)
            raise KnownHang(f"{operation} of {shapes} {entry.sentence}")


def has_empty_shards(tensor) -> bool:
    """Say whether a height-sharded tensor in tiles fills some shards exactly and leaves the others without a row.

    If a shard is filled in part, TTNN reads all of them as it reads interleaved tensors, and no core waits.
    """
    config = tensor.memory_config()
    if tensor.layout != ttnn.TILE_LAYOUT or config.memory_layout != ttnn.TensorMemoryLayout.HEIGHT_SHARDED:
        return False
    filled, part = divmod(prod(tuple(tensor.padded_shape)[:-1]), config.shard_spec.shape[0])
    return part == 0 and filled < config.shard_spec.grid.num_cores()


def _column_on_empty_shards(operation: str, operands: list, output) -> bool:
    if operation not in BINARY_OPERATIONS or not isinstance(output, ttnn.Tensor):
        return False
    column = any(operand.shape[-1] == 1 for operand in operands) and output.shape[-1] > 1
    return column and has_empty_shards(output)


KNOWN_HANGS = (
    Entry(
        _column_on_empty_shards,
        "never ends on a device: one operand is a column and some cores of the height-sharded result hold no row; give "
        "the operand the full width, put the result in DRAM, or take at most as many cores as there are shards with "
        "rows.",
        "ttsim 1.10 (Wormhole and Blackhole), ttnn 0.81.1: [1, 1, 1040, 64] times [1, 1, 1040, 1], shards [32, 64], is "
        "exact on 33 cores and hangs on 34. Wormhole: 2,048 rows, shards [64, 64], exact on 32, hangs on 33; with the "
        "last shard filled in part exact: 1,040 rows on 18 cores, 2,080 rows on 52, 64 and 70",
    ),
)
