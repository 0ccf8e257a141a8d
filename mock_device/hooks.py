# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Code that runs around every TTNN operation, and the tensors in an operation's arguments.

TTNN's own hooks need its slow mode, which captures and parses a graph for each operation. That took a fifth of the time
of a test, so `OperationHooks` wraps the fast call instead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import ttnn

_QUEUES = ("queue_id", "cq_id")
_suspended = False


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
        self._call = call = ttnn.decorators.FastOperation.__call__
        self._inside = False

        @wraps(call)
        def hooked(operation, *args, **kwargs):
            if self._inside or _suspended:
                return call(operation, *args, **kwargs)
            self._inside = True  # what an operation, or a hook, calls in its turn is no operation of its own
            try:
                given = {key: value for key, value in kwargs.items() if key not in _QUEUES}
                self.before(operation, args, given)
                output = call(operation, *args, **kwargs)
                self.after(operation, args, given, output)
                return output
            finally:
                self._inside = False

        ttnn.decorators.FastOperation.__call__ = hooked
        return self

    def __exit__(self, *error):
        ttnn.decorators.FastOperation.__call__ = self._call


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
