# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Code that runs around every TTNN operation, and the tensors in an operation's arguments.

TTNN calls hooks of its own only in its slow mode, which captures and parses a graph for each operation. That took a
fifth of the time of a device test, so `OperationHooks` wraps the call of the fast mode instead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import RLock

import ttnn

_QUEUES = ("queue_id", "cq_id")
_call = ttnn.decorators.FastOperation.__call__
_lock = RLock()  # held from `before` to `after`, so that two threads do not mix their operations
_entered: list["OperationHooks"] = []
_running = False  # an operation with its hooks; the operations that these call have no hooks
_suspended = False


@wraps(_call)
def _call_with_hooks(operation, *args, **kwargs):
    global _running
    with _lock:
        if _running or _suspended:
            return _call(operation, *args, **kwargs)
        _running, hooks = True, tuple(_entered)
        try:
            given = {key: value for key, value in kwargs.items() if key not in _QUEUES}
            for hook in hooks:
                hook.before(operation, args, given)
            output = _call(operation, *args, **kwargs)
            for hook in hooks:
                hook.after(operation, args, given, output)
            return output
        finally:
            _running = False


@contextmanager
def suspended() -> Iterator[None]:
    """Run operations without hooks."""
    global _suspended
    before, _suspended = _suspended, True
    try:
        yield
    finally:
        _suspended = before


class OperationHooks:
    """Base class: while entered, `before` and `after` are called around every top-level TTNN operation."""

    def __enter__(self):
        _entered.append(self)
        ttnn.decorators.FastOperation.__call__ = _call_with_hooks
        return self

    def __exit__(self, *error):
        _entered.remove(self)
        if not _entered:
            ttnn.decorators.FastOperation.__call__ = _call


def tensors(value) -> Iterator[ttnn.Tensor]:
    """Yield all TTNN tensors in a nested argument or return value."""
    if isinstance(value, ttnn.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors(item)


def map_tensors(value, function: Callable):
    """Return a copy of a nested argument with every TTNN tensor replaced by `function(tensor)`."""
    if isinstance(value, ttnn.Tensor):
        return function(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map_tensors(item, function) for item in value)
    return value


def map_arguments(args, kwargs: dict, function: Callable) -> tuple[list, dict]:
    """Replace the TTNN tensors of a call, see `map_tensors`."""
    return [map_tensors(arg, function) for arg in args], {k: map_tensors(arg, function) for k, arg in kwargs.items()}


def without_outputs(kwargs: dict) -> dict:
    """Return the keyword arguments without those that say where the result is written."""
    return {k: v for k, v in kwargs.items() if k not in ("output_tensor", "optional_output_tensor", "out", "output")}
