# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams on a GPU: each has a row of the state, and all rows pass through the network together, as one CUDA graph.

The state stays on the GPU and keeps its addresses. Rows without samples in a step, because their stream pauses or there
is none, are masked: their state does not change.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from models.demos.llvc.reference.net import Net
from models.demos.llvc.state import StreamState
from models.demos.llvc.streams import StreamError
from models.demos.llvc.torch_backend.net import FastNet, FastState
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.accelerate import Accelerated
from models.tt_audio.torch_backend.device import torch_device
from models.tt_audio.torch_backend.graph_cache import GraphCache, open_graphs
from models.tt_audio.torch_backend.stages import Format, stages


class GraphRunner:
    """Streams of one network on the device of `graphs`; implements streams.Runner."""

    def __init__(self, net: Net, graphs: GraphCache, form: Format, factor: int = 1, streams: int = 1):
        """`factor`: windows of the decoder in a chunk; `streams`: the most that are open at once."""
        if factor < 1 or streams < 1:
            raise UsageError(f"{streams} streams in chunks of {factor} windows cannot be: both are at least 1")
        self.config = net.config
        self.chunk = factor * net.config.chunk
        self.graphs = graphs
        self.net = FastNet(net.to(graphs.device))
        self.state_of_rows = self.net.unpacked(StreamState.fresh(net.config, streams, graphs.device))
        self._free = list(range(streams))
        self._rows: dict[int, int] = {}  # key -> row
        self._next = 0
        self._step = Accelerated(self.step_rows, graphs, form)
        with graphs.opening():
            self._step(torch.zeros(streams, self.chunk), torch.zeros(streams, self.chunk // self.config.hop))

    def step_rows(self, samples: Tensor, valid: Tensor) -> Tensor:
        """Convert the next samples [rows, chunk] of all rows; `valid` [rows, chunk / hop] is 1 on existing frames.

        The state of rows with a valid frame is replaced, in place.
        """
        old = self.state_of_rows
        new = FastState(*(list(value) if isinstance(value, list) else value for value in vars(old).values()))
        converted = self.net.step(samples, new, valid)
        takes_part = valid[:, 0] > 0
        for before, after in zip(_tensors(old), _tensors(new), strict=True):
            before.copy_(torch.where(takes_part.view(-1, *[1] * (before.ndim - 1)), after, before))
        return converted

    def begin(self, first: np.ndarray) -> int:
        """Begin a stream with its first samples [up to hop]; return its key."""
        samples = torch.from_numpy(np.ascontiguousarray(first, np.float32))[None]
        return self._add(self.graphs.eager([samples], self.net.begin))

    def step(self, samples: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Convert the next samples of some streams, by key: `chunk` samples, or whole hops at the end of a stream."""
        rows = {key: self._row(key) for key in samples}
        if not rows:
            return {}
        streams = len(self._rows) + len(self._free)
        packed = np.zeros((streams, self.chunk), np.float32)
        valid = np.zeros((streams, self.chunk // self.config.hop), np.float32)
        for key, own in samples.items():
            packed[rows[key], : len(own)] = own
            valid[rows[key], : len(own) // self.config.hop] = 1
        converted = self._step(torch.from_numpy(packed), torch.from_numpy(valid)).cpu().numpy()
        return {key: converted[rows[key], : len(own)].copy() for key, own in samples.items()}

    def end(self, key: int) -> None:
        """Forget a stream."""
        if key in self._rows:
            self._free.append(self._rows.pop(key))

    def state(self, key: int) -> StreamState:
        """Return a copy of the state of a stream on the host; `resume` continues it, here or elsewhere."""
        row = self._row(key)
        parts = [tensor[row : row + 1].cpu() for tensor in _tensors(self.state_of_rows)]
        return self.net.packed(_like(self.state_of_rows, parts))

    def resume(self, state: StreamState) -> int:
        """Begin a stream where another one was; return its key."""
        return self._add(self.net.unpacked(state.to(self.graphs.device)))

    @torch.inference_mode()
    def _add(self, state: FastState) -> int:
        if not self._free:
            raise UsageError(
                f"{len(self._rows)} streams are open, as many as this model was opened for: end one, or open the model "
                "with more streams"
            )
        key, self._next = self._next, self._next + 1
        row = self._rows[key] = self._free.pop(0)
        for whole, part in zip(_tensors(self.state_of_rows), _tensors(state), strict=True):
            whole[row : row + 1].copy_(part)
        return key

    def _row(self, key: int) -> int:
        if key not in self._rows:
            raise StreamError(f"stream {key} has ended or never began: begin another one")
        return self._rows[key]


def open_graph_runner(
    net: Net,
    device: str,
    factor: int = 1,
    streams: int = 1,
    precision: str = "fast",
    graphs: bool | None = None,
) -> GraphRunner:
    """Move a network to a GPU and return the runner, warm. `graphs` is that of `open_graphs`."""
    return GraphRunner(net, open_graphs(torch_device(device), graphs), stages(precision).stream, factor, streams)


def _tensors(state: FastState) -> list[Tensor]:
    return [*state.prenet, state.tail, *state.encoder, *state.decoder, state.output]


def _like(state: FastState, tensors: list[Tensor]) -> FastState:
    """Return a state with the tensors in the order of `_tensors`."""
    rest = iter(tensors)
    values = vars(state).values()
    return FastState(*([next(rest) for _ in value] if isinstance(value, list) else next(rest) for value in values))
