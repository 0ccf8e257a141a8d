# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""CUDA graphs of all models on one GPU, by form.

A graph replays the kernels of a computation without Python and with one launch, at the addresses and with the Python
numbers of its capture. This saves most of the time where kernels are short: short audio, chunks of a stream, steps of a
decoder. The rules that follow from it are kept here, for all models:

* inputs are copied into tensors that keep their addresses, and outputs are copied out before the next replay;
* all graphs share one memory pool, so that together they take about the memory of the largest;
* graphs are captured while a model opens (`opening`); a form that comes later runs op by op, which is logged once;
* one thread owns the cache, because replays from two threads overwrite each other's inputs;
* the number of graphs is bounded.

    graphs = open_graphs(device)
    output = graphs.run((self, "decode", frames), [latents, mask], self.network)

`run` is that of tt/trace_cache.py: a form is a tuple that begins with its owner, and says which kernels run. Here a
form also contains every Python number that `compute` uses.
"""

import os
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from loguru import logger
from torch import Tensor

from ..host.errors import DeviceError, FullMemoryError, UsageError
from .staging import StaticInput

Form = tuple[Hashable, ...]
Compute = Callable[..., Any]

SWITCH = "TT_AUDIO_CUDA_GRAPHS"  # 0: run everything op by op
WARM_UP_RUNS = 2  # before a capture: libraries choose kernels and allocate workspaces, which a capture forbids
MOST_GRAPHS = 256  # a converter and a base speaker have 18 each


class Graph(Protocol):
    """Captured computation."""

    def replay(self) -> None:
        ...

    def reset(self) -> None:
        ...


class GraphApi(Protocol):
    """Captures graphs; the tests put one in that needs no GPU."""

    def capture(self, compute: Callable[[], Any]) -> tuple[Graph, Any]:
        """Return the graph of `compute` and its outputs, which every replay overwrites."""
        ...


class CudaGraphApi:
    """The graphs of PyTorch, in one memory pool."""

    def __init__(self, device: torch.device):
        self._stream = torch.cuda.Stream(device)
        self._pool = torch.cuda.graph_pool_handle()

    def capture(self, compute: Callable[[], Any]) -> tuple[Graph, Any]:
        """Run `compute` on a stream of its own, then capture it."""
        current = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            for _ in range(WARM_UP_RUNS):
                compute()
        current.wait_stream(self._stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
            outputs = compute()
        return graph, outputs


class _Captured(NamedTuple):
    graph: Graph
    inputs: list[StaticInput]
    outputs: Any


@dataclass(frozen=True)
class GraphStats:
    """Counts since the cache was opened or reset."""

    graphs: int  # held
    replays: int
    eager: int  # runs op by op
    input_bytes: int  # of the inputs that keep their addresses


class GraphCache:
    """Graphs by form, shared by all models of one GPU."""

    def __init__(self, device: torch.device, api: GraphApi | None, most: int = MOST_GRAPHS):
        """`api` None: every form runs op by op. `most`: graphs that are held; further forms run op by op."""
        self.device = device
        self.most = most
        self._api = api
        self._owner = threading.get_ident()
        self.reset()

    @torch.inference_mode()
    def run(self, form: Form, packed: Sequence[Tensor], compute: Compute) -> Any:
        """Return the result of `compute` for the inputs `packed` on the device: a tensor or a tuple of tensors.

        `packed`: tensors on the host or the device. A form that is new is captured before the cache is sealed, and runs
        op by op afterwards.
        """
        self._require_owner()
        with memory_errors(self.device):
            captured = self._graphs.get(form)
            if captured is None and self._api is not None and self._captures(form):
                captured = self._graphs[form] = self._capture(self._api, packed, compute)
            if captured is None:
                self._eager += 1
                return compute(*(tensor.to(self.device) for tensor in packed))
            for static, value in zip(captured.inputs, packed, strict=True):
                static.fill(value)
            captured.graph.replay()
            self._replays += 1
            return _copied(captured.outputs)

    @torch.inference_mode()
    def eager(self, packed: Sequence[Tensor], compute: Compute) -> Any:
        """Return the result of `compute` for the inputs `packed` on the device, op by op: for inputs of any shape."""
        self._require_owner()
        with memory_errors(self.device):
            return compute(*(tensor.to(self.device) for tensor in packed))

    def seal(self) -> None:
        """Capture nothing from now on. Call it when all models of the device are open."""
        self._sealed = True

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Capture new forms while a model opens inside the block, then seal the cache."""
        self._sealed = False
        try:
            yield
        finally:
            self.seal()

    def reset(self) -> None:
        """Release all graphs and their inputs, and capture forms again when they come.

        Call it when weights, formats or addresses that graphs read have changed.
        """
        self._require_owner()
        for captured in getattr(self, "_graphs", {}).values():
            captured.graph.reset()
        self._graphs: dict[Form, _Captured] = {}
        self._replays = self._eager = 0
        self._told = False
        self._sealed = False

    def release(self, owner: Hashable) -> None:
        """Release the graphs of one owner, the first item of their forms."""
        self._require_owner()
        for form in [form for form in self._graphs if form[0] is owner]:
            self._graphs.pop(form).graph.reset()

    def stats(self) -> GraphStats:
        """Return what is held and what has run."""
        inputs = [static.tensor for captured in self._graphs.values() for static in captured.inputs]
        return GraphStats(len(self._graphs), self._replays, self._eager, sum(tensor.nbytes for tensor in inputs))

    def _captures(self, form: Form) -> bool:
        """Return whether a new form may be captured; log the first one that may not."""
        if not self._sealed and len(self._graphs) < self.most:
            return True
        if not self._told:
            self._told = True
            reason = "it was not captured when the model opened" if self._sealed else f"{self.most} graphs are held"
            name = (type(form[0]).__name__, *form[1:])
            logger.warning(f"no CUDA graph for {name}, because {reason}: it runs op by op, like all forms without one")
        return False

    def _capture(self, api: GraphApi, packed: Sequence[Tensor], compute: Compute) -> _Captured:
        inputs = [StaticInput(tensor, self.device) for tensor in packed]
        for static, value in zip(inputs, packed, strict=True):
            static.fill(value)
        graph, outputs = api.capture(lambda: compute(*(static.tensor for static in inputs)))
        return _Captured(graph, inputs, outputs)

    def _require_owner(self) -> None:
        if threading.get_ident() != self._owner:
            raise DeviceError(
                "a model on a GPU was called from another thread than the one that opened it: open it in the thread "
                "that uses it"
            )


class memory_errors:
    """Context that turns "out of memory" into a sentence that says what to lower, and returns cached memory."""

    def __init__(self, device: torch.device):
        self.device = device

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, torch.OutOfMemoryError):
            return
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        raise FullMemoryError(
            f"the memory of {self.device} is full: send fewer or shorter recordings at once, lower the number of "
            f"streams, choose precision bfloat16, or set {SWITCH}=0 to keep no CUDA graphs"
        ) from error


def open_graphs(device: torch.device, graphs: bool | None = None, most: int = MOST_GRAPHS) -> GraphCache:
    """Return the graph cache of a device.

    `graphs`: False: run op by op; None: use graphs on a GPU unless TT_AUDIO_CUDA_GRAPHS is 0; True: use graphs, or
    raise a UsageError on a CPU, which has none.
    """
    if graphs and device.type != "cuda":
        raise UsageError(f"there are no CUDA graphs on {device}: choose device cuda, or leave graphs out")
    if graphs is None:
        graphs = device.type == "cuda" and os.environ.get(SWITCH) != "0"
    return GraphCache(device, CudaGraphApi(device) if graphs else None, most)


def _copied(outputs: Any) -> Any:
    """Return copies of the outputs of a graph, because its next replay overwrites them."""
    if isinstance(outputs, Tensor):
        return outputs.clone()
    return tuple(_copied(output) for output in outputs)
