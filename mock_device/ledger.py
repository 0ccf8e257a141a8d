# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Costs of a block of TTNN code: device programs, transfers, program-cache misses, memory, FLOPs and bytes.

    with Ledger(device) as ledger:
        model(x)
    ledger.check(programs=40, uploads=1, downloads=1, cache_misses=0)
    print(ledger.table())

Everything is read from TTNN's own graph capture, so it is the same on a mocked card, a simulator and a card, and with
or without the golden executor. A capture records the thread that began it; on a mesh, sizes are those of one chip.
"""

import re
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from math import ceil, prod

from loguru import logger

import ttnn
from mock_device import hooks, roofline

_L1 = 1  # tt::tt_metal::BufferType::L1; the small region for sliding-window tables is type 3 and has its own budget
_IN_PROGRAM = ("circular_buffer_allocate", "dataflow_buffer_allocate", "scratchpad_allocate")
_TILE = 32
# Bytes of a 32x32 tile; block formats carry one exponent byte for each 16 values.
_TILE_BYTES = {"BFLOAT8_B": 1024 + 64, "BFLOAT4_B": 512 + 64}
_VALUE_BYTES = {"BFLOAT16": 2, "FLOAT32": 4, "UINT32": 4, "INT32": 4, "UINT16": 2, "UINT8": 1}


@dataclass(frozen=True)
class TensorInfo:
    shape: tuple[int, ...]
    dtype: str
    layout: str
    memory: str  # HOST, DRAM or L1
    sharding: str
    identity: int

    @classmethod
    def of(cls, node: dict) -> "TensorInfo":
        parameters = node["params"]
        config = parameters.get("memory_config", "")
        on_device = parameters["storage_type"] == "DEVICE"
        return cls(
            shape=tuple(int(size) for size in re.findall(r"\d+", parameters["shape"])),
            dtype=parameters["dtype"].rpartition("::")[2],
            layout=parameters["layout"].rpartition("::")[2],
            memory=("DRAM" if "BufferType::DRAM" in config else "L1") if on_device else "HOST",
            sharding=match[1] if (match := re.search(r"TensorMemoryLayout::(\w+)", config)) else "",
            identity=parameters["tensor_id"],
        )

    @property
    def bytes(self) -> int:
        """Bytes in memory; in tile layout with the padding to whole tiles."""
        if self.layout != "TILE":
            return prod(self.shape) * _VALUE_BYTES[self.dtype]
        height, width = ((1, 1) + self.shape)[-2:]
        tiles = prod(self.shape[:-2]) * ceil(height / _TILE) * ceil(width / _TILE)
        return tiles * (_TILE_BYTES.get(self.dtype) or _TILE * _TILE * _VALUE_BYTES[self.dtype])

    def __str__(self) -> str:
        return f"{list(self.shape)} {self.dtype} {self.memory}"


@dataclass(frozen=True)
class Operation:
    """One launch of a device program."""

    name: str  # TTNN's device operation, without that suffix
    caller: str  # the ttnn function that launched it
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    flops: int
    fidelity: str | None
    cache_hit: bool

    def _bytes(self, memory: str) -> int:
        return sum(tensor.bytes for tensor in self.inputs + self.outputs if tensor.memory == memory)

    @property
    def dram_bytes(self) -> int:
        """Bytes read from and written to DRAM if each operand is read once."""
        return self._bytes("DRAM")

    @property
    def l1_bytes(self) -> int:
        """The same for operands in L1."""
        return self._bytes("L1")


@dataclass(frozen=True)
class Transfer:
    caller: str
    tensor: TensorInfo

    def __str__(self) -> str:
        return f"{self.caller} of {list(self.tensor.shape)} {self.tensor.dtype}, {self.tensor.bytes:,} B"


class Transfers(tuple):
    """Transfers in one direction."""

    @property
    def count(self) -> int:
        return len(self)

    @property
    def bytes(self) -> int:
        return sum(transfer.tensor.bytes for transfer in self)


class Ledger:
    """Count of what happens on `device` inside the `with` block; read the results after it.

    `dispatch=False` launches no program and allocates no buffer. That is the way to the whole peak of L1: TTNN 0.81.1
    reports the dataflow buffers inside a program (matmul, layer norm, unary, ...) to a capture only then
    (tt-metal issue 51674), so `peak_l1` of an ordinary ledger lacks them and `l1_unseen` says for how many programs.
    Nothing is computed, copies between buffers may be missing from the counts (no buffer has an address), and nothing
    made in such a block may be used after it: load and warm up the model before.
    """

    def __init__(self, device, dispatch: bool = True):
        self._device = device
        self._dispatch = dispatch
        self.operations: tuple[Operation, ...] = ()
        self.uploads = self.downloads = Transfers()
        self.peak_l1 = self.l1_unseen = self.dram_in_use = self.dram_peak = 0
        self.l1_capacity = 0

    def __enter__(self) -> "Ledger":
        l1, dram = self._memory(ttnn.BufferType.L1), self._memory(ttnn.BufferType.DRAM)
        self.l1_capacity = l1.total_bytes_per_bank
        self._l1_before, self._dram_before = l1.total_bytes_allocated_per_bank, dram.total_bytes_allocated_per_bank
        self._hooks = nullcontext() if self._dispatch else hooks.suspended()  # the executor's need addresses
        self._hooks.__enter__()
        # A capture that does not dispatch notes the circular buffers of every program; one that does, only those of
        # programs that are new to the cache. Inside an ordinary capture the former dispatches all the same.
        modes = [ttnn.graph.RunMode.NORMAL] if self._dispatch else []
        logger.disable("ttnn.graph")  # its advice to leave the fast mode does not concern what is read here
        for mode in [*modes, ttnn.graph.RunMode.NO_DISPATCH]:
            ttnn.graph.begin_graph_capture(mode)
        logger.enable("ttnn.graph")
        return self

    def __exit__(self, kind, error, trace) -> None:
        graph = ttnn.graph.end_graph_capture()
        if self._dispatch:
            ttnn.graph.end_graph_capture()
        self._hooks.__exit__(None, None, None)
        if kind is None:
            self._read_calls(graph)
            self._read_memory(graph)

    def _memory(self, kind):
        return ttnn.get_memory_view(self._device, kind)

    def _read_calls(self, graph: list[dict]) -> None:
        open_calls: list[dict] = []
        operations, uploads, downloads = [], [], []
        for node in graph:
            if node["node_type"] == "function_start":
                open_calls.append(node)
            elif node["node_type"] == "function_end":
                call = open_calls.pop()
                caller = open_calls[0]["params"]["name"] if open_calls else call["params"]["name"]
                inputs = [TensorInfo.of(graph[counter]) for counter in call["input_tensors"]]
                name = call["params"]["name"].rpartition("::")[2]
                if "program_cache_hit" in call["params"]:
                    connected = (graph[counter] for counter in node["connections"])
                    outputs = [TensorInfo.of(other) for other in connected if other["node_type"] == "tensor"]
                    operations.append(_operation(call, caller, inputs, outputs))
                elif name in ("to_device", "copy_to_device") and inputs[0].memory == "HOST":
                    uploads.append(Transfer(caller, inputs[0]))
                elif name in ("cpu", "copy_to_host") and inputs[0].memory != "HOST":
                    downloads.append(Transfer(caller, inputs[0]))
        self.operations = tuple(operations)
        self.uploads, self.downloads = Transfers(uploads), Transfers(downloads)

    def _read_memory(self, graph: list[dict]) -> None:
        """Replay allocations, in bytes per bank; an L1 bank is a core.

        Buffers inside programs are placed at the other end of L1 than tensors; TTNN checks that they do not overlap.
        """
        l1 = l1_peak = self._l1_before
        dram = dram_peak = self._dram_before
        in_program = seen = 0
        announced = False
        for node in graph:
            kind, parameters = node["node_type"], node["params"] or {}
            if kind in ("buffer_allocate", "buffer_deallocate"):
                change = parameters["max_size_per_bank"] * (1 if kind == "buffer_allocate" else -1)
                if parameters["type"] == "DRAM":
                    dram += change
                elif parameters["buffer_type"] == _L1:
                    l1 += change
                l1_peak, dram_peak = max(l1_peak, l1), max(dram_peak, dram)
            elif kind == "circular_buffer_deallocate_all":  # the next program starts
                in_program, announced = 0, False
            elif kind in _IN_PROGRAM and not parameters["address"]:  # a first launch repeats them with their addresses
                seen += not announced
                announced = True
                if "1" not in (parameters.get("globally_allocated"), parameters.get("borrows_memory")):
                    in_program += parameters["size"]  # the others share a tensor's buffer
                l1_peak = max(l1_peak, l1 + in_program)
        banks = self._memory(ttnn.BufferType.DRAM).num_banks
        self.peak_l1, self.l1_unseen = l1_peak, self.num_programs - seen
        self.dram_in_use, self.dram_peak = dram * banks, dram_peak * banks

    @property
    def programs(self) -> Counter:
        """How many times a program of each device operation was launched."""
        return Counter(operation.name for operation in self.operations)

    @property
    def num_programs(self) -> int:
        return len(self.operations)

    @property
    def cache_misses(self) -> int:
        return sum(not operation.cache_hit for operation in self.operations)

    @property
    def flops(self) -> int:
        """Of convolutions and matrix products, a multiply-add counting as two, as the device does them: with the
        zeros between the blocks of a grouped convolution, without padding to tiles."""
        return sum(operation.flops for operation in self.operations)

    @property
    def dram_bytes(self) -> int:
        return sum(operation.dram_bytes for operation in self.operations)

    @property
    def l1_bytes(self) -> int:
        return sum(operation.l1_bytes for operation in self.operations)

    def estimate(self, card: str) -> roofline.Estimate:
        """Device time on a card ("n150", "p150") by a roofline: an estimate, not a measurement."""
        return roofline.estimate(self.operations, card)

    def check(self, programs=None, uploads=None, downloads=None, cache_misses=None, peak_l1_fraction=None) -> None:
        """Raise an AssertionError that names every budget that is exceeded; None is no budget."""
        used_and_allowed = {
            "programs": (self.num_programs, programs),
            "uploads": (self.uploads.count, uploads),
            "downloads": (self.downloads.count, downloads),
            "cache misses": (self.cache_misses, cache_misses),
            "bytes of L1 per core": (
                self.peak_l1,
                None if peak_l1_fraction is None else int(peak_l1_fraction * self.l1_capacity),
            ),
        }
        over = [
            f"{used:,} {name} where {allowed:,} are allowed"
            for name, (used, allowed) in used_and_allowed.items()
            if allowed is not None and used > allowed
        ]
        if over:
            missed = Counter(operation.name for operation in self.operations if not operation.cache_hit)
            lines = {
                "programs": _counts(self.programs),
                "cache misses": _counts(missed),
                "uploads": "; ".join(map(str, self.uploads)),
                "downloads": "; ".join(map(str, self.downloads)),
            }
            details = "".join(f"\n  {name}: {line or 'none'}" for name, line in lines.items())
            raise AssertionError(f"over budget: {'; '.join(over)}{details}")

    def table(self, cards=tuple(roofline.LIMITS)) -> str:
        unseen = f"; dataflow buffers of {self.l1_unseen} programs not visible" if self.l1_unseen else ""
        rows = [
            ("programs", f"{self.num_programs}: {_counts(self.programs)}"),
            ("cache misses", f"{self.cache_misses}"),
            ("uploads", f"{self.uploads.count}, {self.uploads.bytes:,} B"),
            ("downloads", f"{self.downloads.count}, {self.downloads.bytes:,} B"),
            (
                "peak L1 per core",
                f"{self.peak_l1:,} B of {self.l1_capacity:,} ({self.peak_l1 / self.l1_capacity:.1%}){unseen}",
            ),
            ("DRAM", f"{self.dram_peak:,} B at the peak, {self.dram_in_use:,} B left in use"),
            ("FLOPs", f"{self.flops / 1e9:,.3f} G in convolutions and matrix products"),
            ("bytes moved", f"{self.dram_bytes / 1e6:,.2f} MB DRAM, {self.l1_bytes / 1e6:,.2f} MB L1"),
            *(("device time", str(self.estimate(card))) for card in cards),
        ]
        return "\n".join(f"{name:<18}{value}" for name, value in rows)

    def to_json(self, cards=tuple(roofline.LIMITS)) -> dict:
        return {
            "programs": dict(self.programs),
            "num_programs": self.num_programs,
            "cache_misses": self.cache_misses,
            "uploads": {"count": self.uploads.count, "bytes": self.uploads.bytes},
            "downloads": {"count": self.downloads.count, "bytes": self.downloads.bytes},
            "peak_l1_bytes_per_core": self.peak_l1,
            "l1_capacity_bytes_per_core": self.l1_capacity,
            "programs_with_unseen_l1": self.l1_unseen,
            "dram_peak_bytes": self.dram_peak,
            "dram_in_use_bytes": self.dram_in_use,
            "flops": self.flops,
            "dram_bytes_moved": self.dram_bytes,
            "l1_bytes_moved": self.l1_bytes,
            "operations": [
                {**asdict(operation), "dram_bytes": operation.dram_bytes, "l1_bytes": operation.l1_bytes}
                for operation in self.operations
            ],
            "estimates": [self.estimate(card).to_json() for card in cards],
        }


def _counts(counter: Counter) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _operation(call: dict, caller: str, inputs: list[TensorInfo], outputs: list[TensorInfo]) -> Operation:
    for output in outputs:  # a capture lists an output that existed before among the inputs, once more than it is read
        repeated = [index for index, tensor in enumerate(inputs) if tensor.identity == output.identity]
        if repeated:
            del inputs[repeated[-1]]
    name = call["params"]["name"].rpartition("::")[2].removesuffix("DeviceOperation")
    if name == "PagedUpdateCache":  # a program of one tile of rows for each item and head, which it reads and writes
        batch, heads, rows, width = outputs[0].shape
        outputs = [replace(outputs[0], shape=(batch, heads, min(rows, _TILE), width))]
        inputs = [*inputs, *outputs]
    elif name == "UpdateKVCacheOperation":  # writes as many rows as it is given
        outputs = [replace(outputs[0], shape=inputs[0].shape)]
    fidelity = re.search(r"math_fidelity=(\w+)", " ".join(call["arguments"]))
    return Operation(
        name=name,
        caller=caller,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        flops=_flops(name, inputs, outputs),
        fidelity=fidelity[1] if fidelity else None,
        cache_hit=call["params"]["program_cache_hit"],
    )


def _flops(name: str, inputs: list[TensorInfo], outputs: list[TensorInfo]) -> int:
    if name == "Conv2d":  # the weight is a matrix of (taps * input channels) x output channels
        return 2 * prod(outputs[0].shape) * inputs[1].shape[-2]
    if name in ("Matmul", "MinimalMatmul"):  # the inner size, wherever a transposed first operand has it
        inner = prod(inputs[0].shape[-2:]) // outputs[0].shape[-2]
        return 2 * prod(outputs[0].shape) * inner
    if name == "SDPAOperation":  # scores of all pairs, then their product with the values
        query, key, value = (tensor.shape for tensor in inputs[:3])
        return 2 * prod(query[:-1]) * key[-2] * (query[-1] + value[-1])
    if name == "SdpaDecode":  # queries [1, batch, heads, width] with all keys of the cache, the most it may read
        query, key = (tensor.shape for tensor in inputs[:2])
        return 4 * prod(query) * key[-2]
    return 0
