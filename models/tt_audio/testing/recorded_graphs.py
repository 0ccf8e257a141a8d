# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A stand-in for CUDA graphs on a CPU: records PyTorch's ops and replays them into the same tensors.

It has the properties of CUDA graphs that callers get wrong. Python does not run in a replay, so a Python number stays
what it was at the capture. A replay reads its inputs and writes its outputs at the addresses of the capture. Graphs
share memory, so a replay destroys the outputs of every other graph: they become NaN.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

Op = tuple[Callable, tuple, dict, Any]


class _Recorder(TorchDispatchMode):
    """Collects every op with its arguments and results, except those that only make a view."""

    def __init__(self) -> None:
        super().__init__()
        self.ops: list[Op] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        result = function(*args, **(kwargs or {}))
        if function._schema.is_mutable or not _is_view(result, (args, kwargs)):
            self.ops.append((function, args, kwargs or {}, result))
        return result


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def _is_view(result: Any, arguments: Any) -> bool:
    """Return whether all results share their memory with an argument; a replay need not make them again."""
    known = {tensor.untyped_storage().data_ptr() for tensor in _tensors(arguments) if tensor.numel()}
    return all(tensor.untyped_storage().data_ptr() in known for tensor in _tensors(result) if tensor.numel())


class RecordedGraph:
    """Ops of a capture, in order."""

    def __init__(self, api: "RecordedGraphs", ops: list[Op], outputs: Any):
        self._api, self._ops, self._outputs = api, ops, outputs

    def replay(self) -> None:
        """Run all ops again with the tensors of the capture."""
        self._api.destroy_outputs(besides=self)
        for function, args, kwargs, recorded in self._ops:
            result = function(*args, **kwargs)
            for old, new in zip(_tensors(recorded), _tensors(result), strict=True):
                if old is not new and old.untyped_storage().data_ptr() != new.untyped_storage().data_ptr():
                    old.copy_(new)

    def reset(self) -> None:
        """Release the tensors of the capture."""
        self._ops, self._outputs = [], None
        self._api.graphs.remove(self)

    def destroy_outputs(self) -> None:
        """Overwrite the outputs, as other graphs in the same memory do."""
        for output in _tensors(self._outputs):
            output.fill_(float("nan") if output.is_floating_point() else -1)


class RecordedGraphs:
    """Implements graph_cache.GraphApi."""

    def __init__(self) -> None:
        self.graphs: list[RecordedGraph] = []

    def capture(self, compute: Callable[[], Any]) -> tuple[RecordedGraph, Any]:
        """Record `compute`. Its results are destroyed, because a real capture does not compute any."""
        with _Recorder() as recorder:
            outputs = compute()
        graph = RecordedGraph(self, recorder.ops, outputs)
        graph.destroy_outputs()
        self.graphs.append(graph)
        return graph, outputs

    def destroy_outputs(self, besides: RecordedGraph) -> None:
        """Overwrite the outputs of all graphs but one."""
        for graph in self.graphs:
            if graph is not besides:
                graph.destroy_outputs()
