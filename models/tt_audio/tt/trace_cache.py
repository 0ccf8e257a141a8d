# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Captured traces of all models on one device.

A trace replays device programs at the addresses they were captured with. So every tensor that lives longer than one run
must be allocated before the first capture: packed inputs, voices, prepared weights, tables of compiled programs. A form
(whatever decides which programs run) that is new therefore releases all traces, runs once op by op, and is captured
later; the other forms are captured again when they come next.

Two command queues: queue 1 carries the next upload while queue 0 still computes.

    traces = TraceCache(device)
    output = traces.run((self, "encode", bucket), packed, lambda tensor: self.network(tensor))

A form is a tuple that begins with its owner, the object whose programs it names.
"""

import os
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np

import ttnn
from ttnn.tools.trace_allocation_tracker import corruptible_allocation_scope

from ..host.errors import UserError
from .tensors import host_tensor

COMPUTE, UPLOAD = 0, 1  # command queues

Form = tuple[Hashable, ...]


class TraceError(UserError, ValueError):
    """A device cannot replay traces; the message says how to open one that can."""


def obstacle(device: ttnn.MeshDevice, region_size: int) -> str | None:
    """Return why nothing can be captured on this device, or None. `region_size`: bytes that the traces need."""
    if "TT_METAL_MOCK_CLUSTER_DESC_PATH" in os.environ:
        return "a mocked card cannot replay"
    if "TT_METAL_SLOW_DISPATCH_MODE" in os.environ:
        return "TT_METAL_SLOW_DISPATCH_MODE is set, and only fast dispatch can replay"
    if not ttnn.get_memory_view(device, ttnn.BufferType.TRACE).total_bytes_per_bank:
        return (
            "the device was opened without a trace region: "
            f"open it with trace_region_size={region_size} and num_command_queues=2"
        )
    return None


def require_second_queue(device: ttnn.MeshDevice) -> None:
    """Use the second command queue once, because a device does not say how many it has; raise TraceError without it."""
    try:
        ttnn.record_event(device, UPLOAD)
    except RuntimeError as error:
        raise TraceError(
            "the device was opened with one command queue, and traces upload on a second one: "
            "open it with num_command_queues=2, or ask for traced=False"
        ) from error


class Input:
    """Packed upload of one shape, at one address."""

    def __init__(self, shape: tuple[int, ...], device: ttnn.MeshDevice):
        self.device = device
        self.tensor = ttnn.allocate_tensor_on_device(
            ttnn.Shape(shape), ttnn.float32, ttnn.ROW_MAJOR_LAYOUT, device, ttnn.DRAM_MEMORY_CONFIG
        )
        self.address = self.tensor.buffer_address()
        self.release()

    def upload(self, packed: np.ndarray) -> None:
        """Copy `packed` to the device on the upload queue, once all reads of the last upload have finished."""
        host = host_tensor(packed, layout=ttnn.ROW_MAJOR_LAYOUT)
        ttnn.wait_for_event(UPLOAD, self.free)
        ttnn.copy_host_to_device_tensor(host, self.tensor, cq_id=UPLOAD)
        ttnn.wait_for_event(COMPUTE, ttnn.record_event(self.device, UPLOAD))

    def release(self) -> None:
        """Let the next upload begin when everything enqueued so far has finished. Call it after the last read."""
        self.free = ttnn.record_event(self.device, COMPUTE)

    def check(self) -> None:
        """Assert that the tensor is where the traces read it."""
        assert self.tensor.buffer_address() == self.address, "the packed input moved since it was allocated"


class Trace(NamedTuple):
    number: ttnn.MeshTraceId
    output: Any  # whatever the captured function returned


class TraceCache:
    """Traces by form, shared by all models of a device."""

    def __init__(self, device: ttnn.MeshDevice):
        require_second_queue(device)
        self.device = device
        self._inputs: dict[tuple[int, ...], Input] = {}
        self._registered: set[Form] = set()
        self._traces: dict[Form, Trace] = {}

    def run(self, form: Form, packed: np.ndarray, compute: Callable[[ttnn.Tensor], Any]) -> Any:
        """Upload `packed` and return the result of `compute` for the tensor on the device.

        The first call of a form runs op by op; the second one captures it; later ones replay. So no first run of a
        form, which would release all traces, comes between a trace and the next one that reads its output.
        """
        first_time = self.register_shape(form)
        form_input = self.input(tuple(packed.shape))
        form_input.upload(packed)
        output = compute(form_input.tensor) if first_time else self.replay(form, lambda: compute(form_input.tensor))
        form_input.release()
        return output

    def input(self, shape: tuple[int, ...]) -> Input:
        """Return the input of this shape; it is allocated at the first call."""
        if shape not in self._inputs:
            self._inputs[shape] = Input(shape, self.device)
        return self._inputs[shape]

    def register_shape(self, form: Form) -> bool:
        """Register a form before its ops run for the first time; return whether it is new.

        The first run allocates program tables and prepared weights. A captured trace could overwrite them, so a new
        form releases all traces.
        """
        if form in self._registered:
            return False
        self.release()
        self._registered.add(form)
        return True

    def replay(self, form: Form, compute: Callable[[], Any]) -> Any:
        """Enqueue the trace of a form, captured from `compute` if there is none, and return its output."""
        trace = self.captured(form, compute)
        self.execute(trace)
        return trace.output

    def execute(self, trace: Trace) -> None:
        """Enqueue a trace; its output is valid when the compute queue has finished it."""
        ttnn.execute_trace(self.device, trace.number, cq_id=COMPUTE, blocking=False)

    def captured(self, form: Form, compute: Callable[[], Any]) -> Trace:
        """Return the trace of a form, captured from `compute` if there is none.

        Another trace may overwrite its output, but not before the run is through with it, provided that the traces of a
        run are replayed in the order of their captures and the results are read before the next run.
        TT_METAL_TRACE_ALLOC_TRACKING=1 makes TTNN check before every replay that nothing else was allocated meanwhile.
        """
        if form not in self._traces:
            with corruptible_allocation_scope(self.device):
                number = ttnn.begin_trace_capture(self.device, cq_id=COMPUTE)
                output = compute()
                ttnn.end_trace_capture(self.device, number, cq_id=COMPUTE)
            self._traces[form] = Trace(number, output)
        return self._traces[form]

    def release(self) -> None:
        """Release every trace. Call it before allocating a tensor that stays; the traces are captured again later."""
        self._release(list(self._traces))

    def keep_at_most(self, limit: int, owner: Hashable) -> None:
        """Release the traces of one owner once there are `limit` of them.

        Call it where no trace is to come that reads the output of an earlier one.
        """
        own = [form for form in self._traces if form[0] is owner]
        if len(own) >= limit:
            self._release(own)

    def _release(self, forms: list[Form]) -> None:
        ttnn.synchronize_device(self.device)
        for form in forms:
            ttnn.release_trace(self.device, self._traces.pop(form).number)


def open_traces(device: ttnn.MeshDevice, region_size: int, traced: bool | None = None) -> TraceCache | None:
    """Return a trace cache for the device, or None if it runs op by op.

    `region_size`: bytes that the traces need. `traced`: False: op by op; None: traces if the device can replay; True:
    traces, or raise TraceError if it cannot.
    """
    reason = obstacle(device, region_size)
    if traced and reason:
        raise TraceError(f"no traces here: {reason}")
    return None if reason or traced is False else TraceCache(device)
