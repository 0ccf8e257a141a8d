# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams on a CPU: chunks of several streams are converted as one batch."""

from collections.abc import Mapping

import numpy as np
import torch

from models.demos.llvc.reference.net import Net
from models.demos.llvc.state import StreamState
from models.demos.llvc.streams import StreamError
from models.demos.llvc.torch_backend.net import FastNet, FastState
from models.tt_audio.host.errors import UsageError


class TorchRunner:
    """Streams of one network; implements streams.Runner."""

    def __init__(self, net: Net, factor: int = 1):
        """`factor`: windows of the decoder in a chunk."""
        if factor < 1:
            raise UsageError(f"a chunk of {factor} windows cannot be converted: a factor is at least 1")
        self.net = FastNet(net)
        self.chunk = factor * net.config.chunk
        self._next = 0
        self._states: dict[int, FastState] = {}  # of single streams
        self._batch: tuple[tuple[int, ...], FastState] | None = None  # keys of the last batch, and its stacked state

    def begin(self, first: np.ndarray) -> int:
        """Begin a stream with its first samples [up to hop]; return its key."""
        return self._add(self.net.begin(torch.from_numpy(np.ascontiguousarray(first))[None]))

    def step(self, samples: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Convert the next samples of some streams, by key: all have the same number of samples, whole hops."""
        if not samples:
            return {}
        state = self._state(tuple(samples))
        converted = self.net.step(torch.from_numpy(np.stack(list(samples.values()))), state)
        return dict(zip(samples, converted.numpy(), strict=True))

    def end(self, key: int) -> None:
        """Forget a stream."""
        self._unstack()
        self._states.pop(key, None)

    def state(self, key: int) -> StreamState:
        """Return a copy of the state of a stream; `resume` continues it, here or in another process."""
        self._unstack()
        return self.net.packed(self._states[self._known(key)])

    def resume(self, state: StreamState) -> int:
        """Begin a stream where another one was; return its key."""
        return self._add(self.net.unpacked(state))

    def _add(self, state: FastState) -> int:
        key, self._next = self._next, self._next + 1
        self._states[key] = state
        return key

    def _known(self, key: int) -> int:
        if key not in self._states:
            raise StreamError(f"stream {key} has ended or never began: begin another one")
        return key

    def _state(self, keys: tuple[int, ...]) -> FastState:
        """Return the state of these streams as one; the last batch's is still stacked."""
        if self._batch is None or keys != self._batch[0]:
            self._unstack()
            states = [self._states[self._known(key)] for key in keys]
            if len(keys) == 1:
                return states[0]
            self._batch = keys, _map(states, torch.cat)
        return self._batch[1]

    def _unstack(self) -> None:
        if self._batch is None:
            return
        keys, stacked = self._batch
        for row, key in enumerate(keys):
            self._states[key] = _map([stacked], lambda parts, row=row: parts[0][row : row + 1])
        self._batch = None


def _map(states: list[FastState], join) -> FastState:
    """Return the state whose tensors are `join` of the list of the tensors of `states`."""
    return FastState(
        *(
            [join(parts) for parts in zip(*values, strict=True)] if isinstance(values[0], list) else join(list(values))
            for values in zip(*(vars(state).values() for state in states), strict=True)
        )
    )
