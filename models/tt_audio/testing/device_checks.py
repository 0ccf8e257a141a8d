# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Check without a GPU that a computation could run on one, and count the memory that a computation holds.

    with on_fake_gpu() as gpu:
        network = gpu.move(network)
        samples = network(gpu.tensor(1, 192, 64))

PyTorch's fake tensors have a shape, a type and a device, and no values. A computation on them fails where the host
would wait for a value (`.item()`, `if tensor`), where a shape depends on values (a boolean index), and where tensors of
two devices come together. `on_fake_gpu` also refuses ops that make a tensor on the CPU or copy one from the GPU to it.
"""

import copy
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_leaves, tree_map

Value = TypeVar("Value")


class _OnlyOnGpu(TorchDispatchMode):
    """Raises an AssertionError for every op with a result on the CPU."""

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor) and tensor.device.type != "cuda":
                raise AssertionError(f"{function} makes a tensor {list(tensor.shape)} on {tensor.device}")
        return result


class FakeGpu:
    """Moves modules and tensors to a GPU that does not exist."""

    def __init__(self, mode: FakeTensorMode):
        self._mode = mode

    def tensor(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return a tensor on the GPU, without values."""
        return torch.empty(shape, dtype=dtype, device="cuda")

    def move(self, value: Value) -> Value:
        """Return a copy of an object whose tensors and modules, also those in lists and attributes, are on the GPU."""
        if isinstance(value, Tensor):
            with _disable_current_modes(), self._mode:
                moved = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="cuda")
            return nn.Parameter(moved, requires_grad=False) if isinstance(value, nn.Parameter) else moved
        if isinstance(value, nn.Module):
            with _disable_current_modes():
                module = copy.deepcopy(value)
            for part in module.modules():
                for tensors in (part._parameters, part._buffers):
                    tensors.update({name: self.move(each) for name, each in tensors.items() if each is not None})
            return module
        if type(value).__module__.startswith("models."):
            moved = copy.copy(value)
            vars(moved).update({name: self.move(each) for name, each in vars(value).items()})
            return moved
        return tree_map(lambda leaf: leaf if leaf is value else self.move(leaf), value)


@contextmanager
def on_fake_gpu() -> Iterator[FakeGpu]:
    """Run the block's ops on a GPU that does not exist; see above for what fails."""
    mode = FakeTensorMode()
    with mode, _OnlyOnGpu(), torch.inference_mode():
        yield FakeGpu(mode)


class MemoryMeter(TorchDispatchMode):
    """Counts the bytes of all tensors that ops make, from the op to the end of their storage."""

    def __init__(self) -> None:
        super().__init__()
        self.held = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._add(tensor.untyped_storage())
        return result

    def _add(self, storage: torch.UntypedStorage) -> None:
        address, size = storage.data_ptr(), storage.nbytes()
        if not size or address in self._known:
            return
        self._known.add(address)
        self.held += size
        self.peak = max(self.peak, self.held)
        weakref.finalize(storage, self._remove, address, size)

    def _remove(self, address: int, size: int) -> None:
        self._known.discard(address)
        self.held -= size
