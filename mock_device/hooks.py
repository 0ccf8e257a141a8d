# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Code that runs around every TTNN operation, and the tensors in an operation's arguments."""

from collections.abc import Callable, Iterator

import ttnn


class OperationHooks:
    """Base class: while entered, TTNN calls `before` and `after` around every top-level operation."""

    def __enter__(self):
        self._fast = ttnn.CONFIG.enable_fast_runtime_mode
        ttnn.CONFIG.enable_fast_runtime_mode = False  # the fast path calls no hooks
        self._before_hook = ttnn.decorators.register_pre_operation_hook(self.before)
        self._after_hook = ttnn.decorators.register_post_operation_hook(self.after)
        self._before_hook.__enter__()
        self._after_hook.__enter__()
        return self

    def __exit__(self, *error):
        self._after_hook.__exit__(*error)
        self._before_hook.__exit__(*error)
        ttnn.CONFIG.enable_fast_runtime_mode = self._fast


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
