# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams of samples of any size, cut into the chunks that a network takes.

    stream = Stream(runner)
    for block in microphone:
        speaker.write(stream.push(block))     # as many samples as have become convertible
    speaker.write(stream.finish())            # the rest; together as many as were pushed

Whatever the sizes of the blocks, the samples are those of the offline pass. The first hop of a stream only tells the
network what comes before; the converted samples are one hop and the unfinished chunk later than the pushed ones.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from models.tt_audio.host.errors import UserError


class StreamError(UserError, ValueError):
    """Samples that a stream cannot take, or a stream that cannot begin."""


class Runner(Protocol):
    """Runs a network for streams: on a CPU torch_backend/runner.py, on a device tt/runner.py."""

    chunk: int  # samples of a chunk

    def begin(self, first: np.ndarray) -> int:
        """Begin a stream with its first samples [up to hop]; return its key."""
        ...

    def step(self, samples: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """Convert the next samples of some streams, by key: `chunk` samples, or whole hops at the end of a stream."""
        ...

    def end(self, key: int) -> None:
        """Forget a stream."""
        ...


class Stream:
    """One stream of samples through a runner."""

    def __init__(self, runner: Runner, hop: int):
        """`hop`: samples of a frame of the network."""
        self.runner = runner
        self.hop = hop
        self._key: int | None = None
        self._waiting = np.zeros(0, np.float32)
        self._missing = 0  # samples that were pushed and not yet returned
        self._finished = False

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Take the next samples [N]; return the samples that have become convertible."""
        return push_all([self], [samples])[0]

    def finish(self) -> np.ndarray:
        """Return the samples that are left, and end the stream."""
        if self._finished:
            raise StreamError("the stream has ended: begin another one")
        self._finished = True
        if not self._missing:
            return np.zeros(0, np.float32)
        if self._key is None:
            self._key, self._waiting = self.runner.begin(self._waiting), self._waiting[self.hop :]
        key = self._key
        # zeros complete the last hop, and are the hop after it
        rest = np.pad(self._waiting, (0, -len(self._waiting) % self.hop + self.hop))
        pieces = []
        try:
            for start in range(0, len(rest), self.runner.chunk):
                pieces.append(self.runner.step({key: rest[start : start + self.runner.chunk]})[key])
        finally:
            self.runner.end(key)
        return np.concatenate(pieces)[: self._missing]

    def close(self) -> None:
        """End the stream without its last samples."""
        if not self._finished and self._key is not None:
            self.runner.end(self._key)
        self._finished = True

    # --- for push_all -------------------------------------------------------------------------------------------------

    def _receive(self, samples: np.ndarray) -> None:
        if self._finished:
            raise StreamError("the stream has ended: begin another one")
        samples = np.ascontiguousarray(samples, np.float32)
        if samples.ndim != 1:
            raise StreamError(f"the samples have shape {samples.shape}: a stream takes one channel, [N]")
        if not np.isfinite(samples).all():
            number = int(np.argmin(np.isfinite(samples)))
            raise StreamError(
                f"sample {number} of the block is {samples[number]}: only finite samples can be converted"
            )
        self._waiting = np.concatenate((self._waiting, samples))
        self._missing += len(samples)
        if self._key is None and len(self._waiting) >= self.hop:
            self._key = self.runner.begin(self._waiting[: self.hop])
            self._waiting = self._waiting[self.hop :]

    def _next_chunk(self) -> tuple[int, np.ndarray] | None:
        """Return the stream's key and its next chunk, if that many samples are waiting."""
        if self._key is None or len(self._waiting) < self.runner.chunk:
            return None
        chunk, self._waiting = self._waiting[: self.runner.chunk], self._waiting[self.runner.chunk :]
        self._missing -= len(chunk)
        return self._key, chunk


def push_all(streams: Sequence[Stream], blocks: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Push a block to each of several streams of one runner; chunks of several streams are converted together.

    If a block is refused, the blocks before it have been received, and no stream has lost a sample.
    """
    for stream, block in zip(streams, blocks, strict=True):
        stream._receive(block)
    pieces: list[list[np.ndarray]] = [[] for _ in streams]
    while chunks := {number: chunk for number, each in enumerate(streams) if (chunk := each._next_chunk()) is not None}:
        converted = streams[0].runner.step(dict(chunks.values()))
        for number, (key, _) in chunks.items():
            pieces[number].append(converted[key])
    return [np.concatenate(own) if own else np.zeros(0, np.float32) for own in pieces]
