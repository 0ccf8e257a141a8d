# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Two ways to find the operation that makes a result wrong.

* `first_divergence`, on a mocked card: compare what the golden executor recorded with activations of the reference.
* `LocalComparison`, on a simulator or a card: compare each operation with its golden on the operands that it had.
"""

from collections.abc import Callable, Iterable

import torch
from loguru import logger

import ttnn
from mock_device.golden import GoldenError, Record, address, evaluate, fit, host_values
from mock_device.goldens import Prepared
from mock_device.hooks import OperationHooks, map_arguments, tensors, without_outputs
from models.common.utility_functions import comp_pcc


def _pcc(expected: torch.Tensor, actual: torch.Tensor) -> float:
    return comp_pcc(expected, actual)[1]


def first_divergence(
    records: list[Record] | None, references: Iterable[tuple[str, torch.Tensor]], bar: float = 0.999
) -> str | None:
    """Compare recorded operations with named reference activations, in order.

    records: `GoldenExecutor(record=True).records`.
    references: (name, activation), each matched with the most similar recorded value of its size after the previous
        match (channels first or last).
    Return a sentence that names the first reference that no operation reaches with the bar, and the operation after the
    last good match, where the search should begin; None if all are reached.
    """
    if records is None:
        raise GoldenError("first_divergence needs GoldenExecutor(record=True)")
    position = 0
    for name, reference in references:
        forms = [reference.float().flatten()]
        if reference.dim() >= 3:
            forms.append(reference.float().transpose(-1, -2).flatten())
        best, where = -1.0, None
        for index in range(position, len(records)):
            value = records[index].value
            if value.numel() != reference.numel() or not value.is_floating_point():
                continue
            score = max(_pcc(form, value) for form in forms)
            if score > best:
                best, where = score, index
        if best < bar:
            suspects = records[position : (where if where is not None else position) + 1]
            suspect = suspects[0] if suspects else None
            after = f"#{suspect.index} {suspect.operation}" if suspect else "the last operation"
            closest = "no operation of that size" if where is None else f"closest {records[where].operation}"
            return f"'{name}' is not reached: PCC {best:.6f} < {bar} ({closest}); look from {after}"
        position = where + 1
    return None


class LocalComparison(OperationHooks):
    """Comparison of every operation with its golden on the operands that it had, on a simulator or a card.

    `results` holds (operation, shape, PCC).
    """

    def __init__(self, download: Callable[[ttnn.Tensor], torch.Tensor] | None = None):
        self._download = download or (lambda tensor: ttnn.to_torch.function(tensor).float())
        self._prepared: dict[tuple, Prepared] = {}
        self._operands = None
        self.results: list[tuple[str, list, float]] = []

    def _read(self, tensor: ttnn.Tensor):
        if ttnn.is_tensor_storage_on_device(tensor):
            return self._prepared.get(address(tensor)) or self._download(tensor)
        return host_values(tensor)[0]

    def before(self, operation, args, kwargs):
        self._operands = None
        if operation.python_fully_qualified_name not in _TRANSFERS:
            self._operands = map_arguments(args, without_outputs(kwargs), self._read)

    def after(self, operation, args, kwargs, output):
        if self._operands is None or not any(True for _ in tensors(output)):
            return
        self._compare(operation.python_fully_qualified_name, output, evaluate(operation, *self._operands))

    def _compare(self, name: str, output, golden):
        if isinstance(output, ttnn.Tensor):
            if isinstance(golden, Prepared):
                self._prepared[address(output)] = golden
                return
            score = _pcc(fit(golden, output, name), self._download(output))
            self.results.append((name, list(output.shape), score))
            logger.debug(f"{name} {list(output.shape)} PCC {score:.6f}")
        elif isinstance(output, (list, tuple)):
            for item, value in zip(output, golden, strict=True):
                self._compare(name, item, value)

    def worst(self) -> tuple[str, list, float]:
        """Return the entry of `results` with the lowest PCC."""
        return min(self.results, key=lambda result: result[2])


_TRANSFERS = frozenset(
    f"ttnn.{name}"
    for name in (
        *("from_torch", "as_tensor", "to_torch", "to_device", "from_device", "deallocate", "synchronize_device"),
        *("empty", "empty_like", "allocate_tensor_on_device", "copy_host_to_device_tensor", "copy"),
    )
)
