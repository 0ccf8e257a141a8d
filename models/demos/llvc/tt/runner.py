# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams on one device: each has a slot, and all slots that have a chunk of samples pass through the network together.

A chunk uploads one packed tensor and downloads one tensor of samples. If the device can replay traces, a chunk is one
replay; otherwise the host dispatches op by op. The programs are the same, whatever number of streams takes part:
streams without samples pause, which is a zero in the packed tensor (layout.py), and their state does not change.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

import ttnn
from models.demos.llvc.streams import StreamError
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.net import Net
from models.demos.llvc.tt.precision import Precision
from models.tt_audio.tt.tensors import download, upload
from models.tt_audio.tt.trace_cache import TraceCache
from ttnn.model_preprocessing import ParameterDict


class DeviceRunner:
    """Slots for streams, and the network that converts a chunk of all of them; implements streams.Runner."""

    def __init__(
        self,
        parameters: ParameterDict,
        layout: Layout,
        device: ttnn.MeshDevice,
        precision: Precision | None = None,
        traces: TraceCache | None = None,
    ):
        """`traces`: the device's trace cache; None: the device runs op by op."""
        self.layout = layout
        self.device = device
        self.traces = traces
        if traces is not None:
            traces.release()  # the model's tensors must not be where a trace writes
        self.net = Net(parameters, layout, device, precision or Precision())
        self.chunk = layout.factor * layout.config.chunk
        # by slot: the samples that the next row repeats, and whether the prenet's context holds samples of the stream
        self._recent = np.zeros((layout.streams, layout.history), np.float32)
        self._started = np.zeros(layout.streams, np.float32)
        self._free = list(range(layout.streams))

    def begin(self, first: np.ndarray) -> int:
        """Take a slot for a stream that begins with the samples `first` [up to hop]; return its number."""
        if not self._free:
            raise StreamError(
                f"all {self.layout.streams} streams of this device are in use: end one, or open the device for more"
            )
        slot = self._free.pop(0)
        self._join(slot)
        self._recent[slot] = 0
        hop = self.layout.config.hop
        self._recent[slot, self.layout.history - hop :][: len(first)] = first
        self._started[slot] = 0
        return slot

    def step(self, samples: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Convert the next samples of some streams, by slot.

        They are whole hops, at most `chunk` samples each; a stream's last ones alone may be fewer than that. The result
        is as long and one hop earlier in the stream.
        """
        output = self._run("chunk", self._packed(samples), self.net)
        rows = download(output)[0]
        for slot, own in samples.items():
            self._recent[slot] = np.concatenate((self._recent[slot], own))[-self.layout.history :]
            self._started[slot] = 1
        return {slot: rows[slot].reshape(-1)[: len(own)] for slot, own in samples.items()}

    def end(self, slot: int) -> None:
        """Give a slot back."""
        self._free = sorted({*self._free, slot})

    def warm_up(self) -> None:
        """Compile all programs, and capture the traces, so that no stream has to wait for it."""
        for _ in range(1 if self.traces is None else 2):
            self._join()
            self.step({})

    def _join(self, *slots: int) -> None:
        """Clear the history of slots, for new streams."""
        keep = np.ones((1, self.layout.streams, 1, 1), np.float32)
        keep[0, list(slots)] = 0
        self._run("join", keep, lambda packed: self.net.join(ttnn.to_layout(packed, ttnn.TILE_LAYOUT)))

    def _packed(self, samples: Mapping[int, np.ndarray]) -> np.ndarray:
        layout, config = self.layout, self.layout.config
        packed = np.zeros((layout.streams, layout.factor, layout.width), np.float32)
        for slot, own in samples.items():
            known = np.concatenate((self._recent[slot], own, np.zeros(self.chunk - len(own), np.float32)))
            for row in range(layout.factor):
                start = row * config.chunk
                packed[slot, row, : layout.row_samples] = known[start : start + layout.row_samples]
            packed[slot, :, layout.started_column] = 1
            packed[slot, 0, layout.started_column] = self._started[slot]
            packed[slot, 0, layout.frames_column] = len(own) // config.hop
        return packed.reshape(1, 1, layout.streams * layout.factor, layout.width)

    def _run(self, form: str, packed: np.ndarray, compute: Any) -> Any:
        if self.traces is not None:
            return self.traces.run((self, form), packed, compute)
        return compute(upload(packed, self.device, layout=ttnn.ROW_MAJOR_LAYOUT))
