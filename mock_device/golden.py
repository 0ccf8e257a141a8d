# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The golden executor: computes the values that a mocked card lacks.

TTNN's host code runs unchanged on a mocked card; only the device memory is missing. The executor is that memory. It is
called before and after every operation, computes the value from the operands' values with a golden function, rounds it
to the format of the tensor that TTNN allocated, checks the shape, and stores it under the tensor's device address. So
in-place outputs, views and reuse of memory behave as on a card: a read of an address returns what was written there
last. A tensor from `ttnn.narrow` has the address of the whole tensor on other cores, so its region of the whole is
stored by its tensor id. `ttnn.to_torch` is answered from this memory.
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import prod

import torch

import ttnn
from mock_device.arithmetic import store
from mock_device.goldens import GOLDENS, Prepared
from mock_device.hooks import OperationHooks, map_arguments, tensors, without_outputs
from mock_device.known_hangs import refuse

_DOWNLOADED_KEPT = 256  # host copies of device tensors whose values are remembered


class GoldenError(RuntimeError):
    """A value that the golden executor cannot compute or does not have."""


class _Unknown:
    """Placeholder for a tensor that was never written; only outputs may be unknown."""

    def __init__(self, tensor):
        self.description = _describe(tensor)


@dataclass(frozen=True)
class Record:
    """One executed operation and its first result, for mock_device/diagnosis.py."""

    index: int
    operation: str
    value: torch.Tensor


@dataclass(frozen=True)
class _Part:
    """The region of another tensor that a tensor from ttnn.narrow shares."""

    whole: tuple  # its key in memory
    shape: tuple[int, ...]
    region: tuple[slice, ...]

    def narrowed(self, dim: int, start: int, length: int) -> "_Part":
        region = list(self.region)
        dim, first = dim % len(region), region[dim].start + start
        region[dim] = slice(first, first + length)
        return _Part(self.whole, self.shape, tuple(region))


def _describe(tensor) -> str:
    where = "device" if ttnn.is_tensor_storage_on_device(tensor) else "host"
    return f"{where} tensor of shape {list(tensor.shape)}, {tensor.dtype}, {tensor.layout}"


def evaluate(operation, args, kwargs):
    """Return the value(s) of an operation on torch operands, by our golden if there is one, else by ttnn's own."""
    name = operation.python_fully_qualified_name
    for operand in _values((args, kwargs)):
        if isinstance(operand, _Unknown):
            raise GoldenError(f"{name} reads a value that was never produced: {operand.description}")
        if isinstance(operand, Prepared) and "conv" not in name:
            raise GoldenError(f"{name} reads a prepared convolution weight of shape {list(operand.shape)}")
    golden = GOLDENS.get(name)
    if golden is None:
        golden = operation.golden_function
        if golden is None:
            raise GoldenError(f"no golden for {name}: ttnn has none, add one to mock_device/goldens.py")
        prepare = operation.preprocess_golden_function_inputs
        args, kwargs = (prepare or ttnn.decorators.default_preprocess_golden_function_inputs)(args, kwargs)
    return golden(*args, **kwargs)


def _values(value):
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _values(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _values(item)
    else:
        yield value


class GoldenExecutor(OperationHooks):
    """Device memory and arithmetic of a mocked card, from entering until leaving the context."""

    def __init__(self, record: bool = False):
        self._memory: dict[tuple, list] = {}  # (device, buffer type, address) -> a value per chip
        self._downloaded: OrderedDict[int, list | None] = OrderedDict()  # host tensor id -> a value per chip
        self._parts: dict[int, _Part] = {}  # by tensor id
        self._operands = None
        self._count = 0
        self.records: list[Record] | None = [] if record else None

    def __enter__(self):
        self._patched = {}
        for name in ("cpu", "to_torch", "to_numpy", "to_list", "item"):
            self._patched[name] = getattr(ttnn.Tensor, name)
            setattr(ttnn.Tensor, name, self._method(name, self._patched[name]))
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        for name, method in self._patched.items():
            setattr(ttnn.Tensor, name, method)
        self._memory.clear()
        self._downloaded.clear()
        self._parts.clear()

    # --- operations ---------------------------------------------------------------------------------------------------

    def before(self, operation, args, kwargs):
        name = operation.python_fully_qualified_name
        if name in ("ttnn.from_torch", "ttnn.as_tensor"):
            self._operands = None
            return
        # Read now: the operation may free its operands, or give their addresses to its result.
        self._operands = [map_arguments(args, kwargs, self._reader(chip)) for chip in range(_chips(args, kwargs))]
        if name == "ttnn.deallocate":
            self._forget(next(tensors((args, kwargs))))

    def after(self, operation, args, kwargs, output):
        name = operation.python_fully_qualified_name
        self._count += 1
        if name in ("ttnn.deallocate", "ttnn.synchronize_device"):
            return
        refuse(name, list(tensors((args, kwargs))), output)
        if name in ("ttnn.from_torch", "ttnn.as_tensor"):
            self._upload(operation, args, kwargs, output)
        elif name == "ttnn.to_torch":
            self._download(operation, args, kwargs, output)
        elif name == "ttnn.copy_host_to_device_tensor":
            self._write(args[1], [operand_args[0] for operand_args, _ in self._operands], name)
        elif name in ("ttnn.copy", "ttnn.assign"):
            destination = args[1] if len(args) > 1 else kwargs["input_b"]
            self._write(destination, [operand_args[0] for operand_args, _ in self._operands], name)
        elif name in ("ttnn.empty", "ttnn.empty_like", "ttnn.allocate_tensor_on_device"):
            for tensor in tensors(output):
                self._forget(tensor)
        elif name == "ttnn.narrow":
            self._parts[output.tensor_id] = self._part(*args, **kwargs)
        elif any(True for _ in tensors(output)):
            results = [evaluate(operation, a, without_outputs(k)) for a, k in self._operands]
            self._write_all(output, results, name)

    # --- memory ------------------------------------------------------------------------------------------------------

    def value_of(self, tensor, chip: int = 0):
        """Return the value of a tensor in the format that it has on the device."""
        value = self._reader(chip)(tensor)
        if isinstance(value, _Unknown):
            raise GoldenError(f"read of a value that was never produced: {value.description}")
        return value

    def _part(self, input_tensor, dim, start, length) -> _Part:
        shape = tuple(input_tensor.shape)
        whole = _Part(address(input_tensor), shape, tuple(slice(0, size) for size in shape))
        return self._parts.get(input_tensor.tensor_id, whole).narrowed(dim, start, length)

    def _reader(self, chip):
        def read(tensor):
            part = self._parts.get(tensor.tensor_id)
            if part is not None:
                values = self._memory.get(part.whole)
                value = values and values[chip if chip < len(values) else 0]
                known = value is not None and value.numel() == prod(part.shape)
                return value.reshape(part.shape)[part.region] if known else _Unknown(tensor)
            if ttnn.is_tensor_storage_on_device(tensor):
                values = self._memory.get(address(tensor)) if tensor.is_allocated() else None
            elif tensor.tensor_id in self._downloaded:
                values = self._downloaded[tensor.tensor_id]
            else:
                values = host_values(tensor)
            if values is None:
                return _Unknown(tensor)
            value = values[chip if chip < len(values) else 0]
            if isinstance(value, Prepared) or list(value.shape) == list(tensor.shape):
                return value
            if value.numel() != tensor.logical_volume():
                return _Unknown(tensor)  # another tensor was written to this address since
            return value.reshape(list(tensor.shape))  # a view

        return read

    def _write_all(self, output, results, name):
        """Write the results (one a chip, nested like the output) to the tensors of the output."""
        if isinstance(output, ttnn.Tensor):
            self._write(output, results, name)
        elif isinstance(output, (list, tuple)):
            lengths = {len(result) for result in results}
            if lengths != {len(output)}:
                raise GoldenError(f"{name} returned {len(output)} values, its golden {lengths.pop()}")
            for index, item in enumerate(output):
                self._write_all(item, [result[index] for result in results], name)

    def _write(self, tensor, values, name):
        stored = []
        for value in values:
            if isinstance(value, _Unknown):
                raise GoldenError(f"{name} reads a value that was never produced: {value.description}")
            if not isinstance(value, Prepared):
                value = fit(value, tensor, name)
            stored.append(value)
        if ttnn.is_tensor_storage_on_device(tensor):
            self._overwrite(tensor, stored)
        else:
            self._remember_download(tensor, stored)
        if self.records is not None and not isinstance(stored[0], Prepared):
            self.records.append(Record(self._count, name, stored[0]))

    def _overwrite(self, tensor, values):
        """Store values at a tensor's address and forget the tensors that began inside its memory."""
        if tensor.tensor_id in self._parts:
            return self._overwrite_part(self._parts[tensor.tensor_id], values)
        device, kind, start = key = address(tensor)
        end = start + _bytes_per_bank(tensor)
        for other in [k for k in self._memory if k[0] == device and k[1] == kind and start < k[2] < end]:
            del self._memory[other]
        self._memory[key] = values

    def _overwrite_part(self, part, values):
        wholes = self._memory.get(part.whole, [])
        if not wholes or wholes[0].numel() != prod(part.shape):  # never written, or the values of an earlier tensor
            wholes = [torch.full(part.shape, torch.nan)] * len(values)
        wholes = [whole.reshape(part.shape).clone() for whole in wholes]
        for whole, value in zip(wholes, values, strict=True):
            whole[part.region] = value
        self._memory[part.whole] = wholes

    def _forget(self, tensor):
        if tensor.tensor_id in self._parts:
            return
        if ttnn.is_tensor_storage_on_device(tensor) and tensor.is_allocated():
            self._memory.pop(address(tensor), None)

    # --- transfers ---------------------------------------------------------------------------------------------------

    def _upload(self, operation, args, kwargs, output):
        if not isinstance(output, ttnn.Tensor) or not ttnn.is_tensor_storage_on_device(output):
            return  # a host tensor carries its own data
        host_kwargs = {k: v for k, v in kwargs.items() if k not in ("device", "memory_config", "cq_id", "queue_id")}
        self._write(output, host_values(operation.function(*args, **host_kwargs)), "ttnn.from_torch")

    def _remember_download(self, tensor, values):
        self._downloaded[tensor.tensor_id] = values
        if len(self._downloaded) > _DOWNLOADED_KEPT:
            oldest = next(key for key, kept in self._downloaded.items() if kept is not None)
            self._downloaded[oldest] = None  # never to be mistaken for a host tensor with data of its own

    def _download(self, operation, args, kwargs, output):
        tensor = next(tensors((args, kwargs)))
        on_host = not ttnn.is_tensor_storage_on_device(tensor)
        if on_host and tensor.tensor_id not in self._downloaded:
            return  # made on the host: the real answer is already there
        values = [self.value_of(tensor, chip) for chip in range(_chips((tensor,), {}))]
        output.copy_(self._compose(operation, tensor, values, kwargs).reshape(output.shape))

    def _compose(self, operation, tensor, values, kwargs):
        composer = kwargs.get("mesh_composer")
        if composer is None:
            return values[0]
        shards = [ttnn.from_torch.function(value, dtype=_host_dtype(value)) for value in values]
        host = ttnn.from_host_shards(shards, tensor.device().shape)
        return operation.function(host, mesh_composer=composer)

    def _method(self, name, original):
        """Return a replacement of a tensor method that reads the device but is no operation."""

        def call(tensor, *args, **kwargs):
            on_device = ttnn.is_tensor_storage_on_device(tensor)
            if not on_device and tensor.tensor_id not in self._downloaded:
                return original(tensor, *args, **kwargs)
            values = [self.value_of(tensor, chip) for chip in range(_chips((tensor,), {}))]
            if name == "cpu":
                host = original(tensor, *args, **kwargs)
                self._remember_download(host, values)
                return host
            answer = values[0]
            return {
                "to_torch": lambda: answer,
                "to_numpy": answer.numpy,
                "to_list": answer.tolist,
                "item": answer.item,
            }[name]()

        return call


def _chips(args, kwargs) -> int:
    """Return the number of chips of the operands' mesh, or of shards of host tensors."""
    shards = 1
    for tensor in tensors((args, kwargs)):
        if ttnn.is_tensor_storage_on_device(tensor):
            return tensor.device().get_num_devices()
        shards = max(shards, len(ttnn.get_device_tensors(tensor)))
    return shards


def address(tensor) -> tuple:
    return (tensor.device().id(), tensor.memory_config().buffer_type, tensor.buffer_address())


def _bytes_per_bank(tensor) -> int:
    """Return how many bytes a tensor occupies above its address in each bank that contains a part of it."""
    if tensor.memory_config().is_sharded():
        rows, columns = tensor.memory_config().shard_spec.shape
        return int(rows * columns * tensor.element_size())
    grid = tensor.device().compute_with_storage_grid_size()
    banks = 12 if tensor.memory_config().buffer_type == ttnn.BufferType.DRAM else grid.x * grid.y
    pages = -(-tensor.buffer_num_pages() // banks)
    return pages * tensor.buffer_aligned_page_size()


def host_values(tensor) -> list:
    """Return the values of a host tensor, one per shard, rounded to its format."""
    values = [ttnn.to_torch.function(shard) for shard in ttnn.get_device_tensors(tensor)]
    return [value.float() if value.is_floating_point() else value for value in values]


def _host_dtype(value):
    return ttnn.float32 if value.is_floating_point() else ttnn.int32


def fit(value, tensor, name):
    """Return a golden value in the shape and format of the tensor that TTNN allocated for it."""
    expected = list(tensor.shape)
    if list(value.shape) != expected:
        bare = [n for n in value.shape if n != 1], [n for n in expected if n != 1]
        if bare[0] != bare[1]:
            raise GoldenError(f"{name}: TTNN allocated {expected}, the golden has shape {list(value.shape)}")
        value = value.reshape(expected)
    return store(value, tensor.dtype)
