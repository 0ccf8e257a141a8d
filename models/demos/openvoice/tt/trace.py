# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The network as captured traces: what runner.py runs a window with where a card can replay.

A trace replays device programs at the addresses they were captured with, so everything that lives longer than one
window has its place before the first capture: the packed input of each bucket, a source and a target voice, the
prepared weights, the tables of the compiled programs. A form of window that was not met before therefore drops all
traces, runs once op by op, and is captured after that; the others are captured anew when they come next. For the same
reason whatever else keeps tensors on this device is loaded before the first window.

Two command queues: queue 1 carries the next window's upload while queue 0 still generates from the last one.
"""

import os
from dataclasses import dataclass
from typing import NamedTuple

import ttnn
from models.demos.openvoice.tt.converter import Converter
from ttnn.tools.trace_allocation_tracker import corruptible_allocation_scope

# For `ttnn.open_device(trace_region_size=...)`. All forms of window of the V2 model are 6,175 programs (by the ledger),
# as many forms of sentence as are kept at most 24,000; in the traces of a simulated Wormhole each takes 5.8 kB, on 72
# cores: 175 MB. Twice that for the cores of a Blackhole, and a reserve; DRAM has gigabytes.
TRACE_REGION_SIZE = 384 << 20
FORMS_KEPT = 24  # traces of sentences, of up to 1,000 programs
COMPUTE, UPLOAD = 0, 1  # command queues


@dataclass(frozen=True)
class Form:
    """What two windows must share to run as the same programs."""

    frames: int
    masked: bool
    starts: tuple[int, ...]  # of the generator windows


def obstacle(device) -> str | None:
    """Why nothing can be captured on this device, or None."""
    if "TT_METAL_MOCK_CLUSTER_DESC_PATH" in os.environ:
        return "a mocked card cannot replay"
    if "TT_METAL_SLOW_DISPATCH_MODE" in os.environ:
        return "TT_METAL_SLOW_DISPATCH_MODE is set, and only fast dispatch can replay"
    if not ttnn.get_memory_view(device, ttnn.BufferType.TRACE).total_bytes_per_bank:
        return (
            "the device was opened without a trace region: "
            f"open it with trace_region_size={TRACE_REGION_SIZE} and num_command_queues=2"
        )
    return None


class SecondQueue:
    """Around the first use of the second command queue: nothing tells beforehand how many a device has."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, place):
        if kind is RuntimeError:
            raise ValueError(
                "the device was opened with one command queue, and traces upload on a second one: "
                "open it with num_command_queues=2, or ask for traced=False"
            ) from error


class Input:
    """The packed tensor of one bucket at one address."""

    def __init__(self, shape, device):
        self.device = device
        self.tensor = ttnn.allocate_tensor_on_device(
            ttnn.Shape(shape), ttnn.float32, ttnn.ROW_MAJOR_LAYOUT, device, ttnn.DRAM_MEMORY_CONFIG
        )
        self.address = self.tensor.buffer_address()
        self.release()

    def upload(self, packed) -> None:
        host = ttnn.from_torch(packed, dtype=ttnn.float32, layout=ttnn.ROW_MAJOR_LAYOUT)
        ttnn.wait_for_event(UPLOAD, self.free)
        ttnn.copy_host_to_device_tensor(host, self.tensor, cq_id=UPLOAD)
        ttnn.wait_for_event(COMPUTE, ttnn.record_event(self.device, UPLOAD))

    def release(self) -> None:
        """All that reads the tensor has been enqueued: once it is through, the next upload may begin."""
        self.free = ttnn.record_event(self.device, COMPUTE)


class Slot:
    """The one place on the device from which the traces read a voice."""

    def __init__(self, voice, device):
        self.voice = voice
        self.biases = voice.map(lambda bias: ttnn.to_device(bias, device, memory_config=ttnn.DRAM_MEMORY_CONFIG))

    def load(self, voice) -> None:
        """No program: one small write for each bias (V2: 16), and only when the voice changes."""
        if voice is not self.voice:
            for bias, place in zip(voice.flat(), self.biases.flat(), strict=True):
                ttnn.copy_host_to_device_tensor(bias, place, cq_id=COMPUTE)
            self.voice = voice


class Trace(NamedTuple):
    number: ttnn.MeshTraceId
    output: object


class Traces:
    """`voice`: any voice, on the host, as a pattern of the slots. `shapes`: of the packed tensor, by bucket."""

    def __init__(self, converter: Converter, window: int, shapes: dict[int, tuple[int, ...]], voice, device):
        with SecondQueue():
            ttnn.record_event(device, UPLOAD)
        self.converter = converter
        self.window = window
        self.device = device
        self.inputs = {frames: Input(shape, device) for frames, shape in shapes.items()}
        self.source, self.target = Slot(voice, device), Slot(voice, device)
        self.met = set()
        self.others: list[Replays] = []
        self.latent: dict[tuple[int, bool], Trace] = {}
        self.voiced: dict[Form, Trace] = {}

    def begin(self, packed, form: Form, source, targets):
        """Enqueues a window; returns what waits for its rows of samples, one a target."""
        place = self.inputs[form.frames]
        self.source.load(source)
        place.upload(packed)
        self.compile(form)
        latent, voiced = self._captured(form)
        ttnn.execute_trace(self.device, latent.number, cq_id=COMPUTE, blocking=False)
        place.release()
        rows = []
        for target in targets:
            self.target.load(target)
            ttnn.execute_trace(self.device, voiced.number, cq_id=COMPUTE, blocking=False)
            rows.append(ttnn.from_device(voiced.output, blocking=False, queue_id=COMPUTE))
        done = ttnn.record_event(self.device, COMPUTE)

        def finish():
            ttnn.event_synchronize(done)
            return [ttnn.to_torch(row) for row in rows]

        return finish

    def compile(self, form: Form) -> None:
        """A first run op by op of a form not met before, on whatever its input holds."""
        if self.meet(form):
            self._run_voiced(form, self._run_latent(form.frames, form.masked))
            self.inputs[form.frames].release()

    def meet(self, shapes) -> bool:
        """To be called before ops of these shapes run; True at the first time, when they will leave something behind.

        Programs and prepared weights stay on the device, so they must not lie where a trace writes: all are dropped."""
        if shapes in self.met:
            return False
        self.drop()
        self.met.add(shapes)
        return True

    def drop(self) -> None:
        """Releases every trace; they are captured again when they are needed."""
        ttnn.synchronize_device(self.device)
        for trace in (*self.latent.values(), *self.voiced.values()):
            ttnn.release_trace(self.device, trace.number)
        self.latent.clear()
        self.voiced.clear()
        for other in self.others:
            other.release()

    def _captured(self, form: Form) -> tuple[Trace, Trace]:
        # the voiced part reads what the latent part left, so the latent part comes first
        latent_form = form.frames, form.masked
        if latent_form not in self.latent:
            self.latent[latent_form] = self.capture(lambda: self._run_latent(*latent_form))
        latent = self.latent[latent_form]
        if form not in self.voiced:
            self.voiced[form] = self.capture(lambda: self._run_voiced(form, latent.output))
        place = self.inputs[form.frames]
        assert place.tensor.buffer_address() == place.address, "the packed input moved since it was allocated"
        return latent, self.voiced[form]

    def capture(self, run) -> Trace:
        # Another trace may write over the output, but not before a window is through with it: a window's traces run in
        # the order of their captures, and its rows are read before the next window's. TT_METAL_TRACE_ALLOC_TRACKING=1
        # makes TTNN check before every replay that nothing else was allocated meanwhile.
        with corruptible_allocation_scope(self.device):
            number = ttnn.begin_trace_capture(self.device, cq_id=COMPUTE)
            output = run()
            ttnn.end_trace_capture(self.device, number, cq_id=COMPUTE)
        return Trace(number, output)

    def _run_latent(self, frames: int, masked: bool):
        hops, noise, mask = self.converter.unpack(self.inputs[frames].tensor, frames, masked)
        return self.converter.neutral(hops, noise, self.source.biases, mask), mask

    def _run_voiced(self, form: Form, latent):
        neutral, mask = latent
        z = self.converter.voiced(neutral, self.target.biases, mask)
        return self.converter.waveform(z, form.starts, self.window, self.target.biases, mask)


class Replays:
    """More traces on the converter's device: those of a model whose results it takes. They come and go with its own.

    What runs for the first time runs op by op and is captured when it comes again, so that no first time comes between
    a trace and the next one that reads its output.
    """

    def __init__(self, traces: Traces):
        self.traces = traces
        self.inputs: dict[tuple[int, ...], Input] = {}
        self.captured: dict[object, Trace] = {}
        traces.drop()  # what the model keeps on the device must not lie where a trace writes
        traces.others.append(self)

    def run(self, form, packed, compute):
        """What `compute` makes of the packed tensor on the device; `form` tells these programs from others."""
        first_time, shape = self.traces.meet((id(self), form)), tuple(packed.shape)
        if shape not in self.inputs:
            self.inputs[shape] = Input(shape, self.traces.device)
        place = self.inputs[shape]
        place.upload(packed)
        if first_time:
            output = compute(place.tensor)
        else:
            if form not in self.captured:
                self.captured[form] = self.traces.capture(lambda: compute(place.tensor))
            number, output = self.captured[form]
            ttnn.execute_trace(self.traces.device, number, cq_id=COMPUTE, blocking=False)
        place.release()
        return output

    def make_room(self) -> None:
        """To be called where no trace is to come that reads what another one left."""
        if len(self.captured) >= FORMS_KEPT:
            ttnn.synchronize_device(self.traces.device)
            self.release()

    def release(self) -> None:
        for trace in self.captured.values():
            ttnn.release_trace(self.traces.device, trace.number)
        self.captured.clear()
