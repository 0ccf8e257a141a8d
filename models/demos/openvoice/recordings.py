# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Recordings as pipeline.py reads them: a file or samples -> checked blocks -> stretches for embeddings.

tt_audio/host/audio.py decodes. Here the samples are checked, held if they are few, and cut.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeGuard, cast

import numpy as np

from models.tt_audio.host import audio, voice_activity
from models.tt_audio.host.audio import AudioError, Source

# A recording: a path, an open binary file, or mono samples [N] at the model's rate.
Recording = Source | np.ndarray

BLOCK_SECONDS = 1.0
# Stretch of sound that one embedding is taken from; a longer one costs memory and makes it no better.
EMBED_SECONDS = voice_activity.MAX_SEGMENT_SECONDS
# A recording up to this long is decoded once and held (5 MB at 22,050 Hz). A longer one is decoded for each use.
HELD_SECONDS = 60.0


def name_of(source: Recording | Iterable[np.ndarray]) -> str:
    """Return the name of a recording for messages: its path, or "the audio"."""
    if isinstance(source, str | os.PathLike):
        return str(source)
    return str(getattr(source, "name", "the audio"))


def is_recording(source: Recording | Iterable[np.ndarray]) -> TypeGuard[Recording]:
    """Return whether `source` can be read from its start, as opposed to blocks that arrive once."""
    return isinstance(source, str | os.PathLike | np.ndarray) or hasattr(source, "read")


@dataclass(frozen=True)
class Reader:
    """Reads recordings at the rate of a model."""

    sampling_rate: int
    shortest: int  # samples that a recording needs at least

    def blocks(self, source: Recording | Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the samples of a recording, or of blocks of samples, checked, in blocks of float32 [N]."""
        name, samples = name_of(source), 0
        if isinstance(source, np.ndarray):
            size = round(BLOCK_SECONDS * self.sampling_rate)
            blocks: Iterable[np.ndarray] = (source[i : i + size] for i in range(0, len(source), size))
        elif is_recording(source):
            blocks = audio.stream(cast(Source, source), self.sampling_rate, BLOCK_SECONDS)
        else:
            blocks = cast(Iterable[np.ndarray], source)
        for block in blocks:
            if block.ndim != 1 or not np.issubdtype(block.dtype, np.floating):
                raise AudioError(f"{name} is {block.dtype} {list(block.shape)}; samples are floating-point [N]")
            if not np.isfinite(block).all():
                raise AudioError(f"{name} holds samples that are not finite; decode it again")
            samples += len(block)
            yield block.astype(np.float32, copy=False)
        if samples < self.shortest:
            raise AudioError(
                f"{name} lasts {1e3 * samples / self.sampling_rate:.0f} ms; "
                f"at least {1e3 * self.shortest / self.sampling_rate:.0f} ms are needed"
            )

    def samples(self, source: Recording) -> np.ndarray:
        """Return all samples of a recording [N]."""
        return np.concatenate(list(self.blocks(source)))

    def twice(self, source: Recording) -> tuple[Iterator[np.ndarray], Recording]:
        """Return the blocks of a recording, and the recording to read once more: its samples if they are few.

        An open file is read into memory whatever its length, because it may not be readable a second time.
        """
        if isinstance(source, np.ndarray):
            return self.blocks(source), source
        if hasattr(source, "read"):
            samples = audio.load(source, self.sampling_rate)
            return self.blocks(samples), samples
        blocks = self.blocks(source)
        held: list[np.ndarray] = []
        for block in blocks:
            held.append(block)
            if sum(map(len, held)) > HELD_SECONDS * self.sampling_rate:
                return chain(held, blocks), source
        return iter(held), np.concatenate(held)

    def stretches(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Cut blocks of at most BLOCK_SECONDS into stretches of EMBED_SECONDS; the last two share what is left."""
        size = round(EMBED_SECONDS * self.sampling_rate)
        held = np.zeros(0, np.float32)
        for block in blocks:
            held = np.concatenate([held, block])
            if len(held) >= 2 * size:
                yield held[:size]
                held = held[size:]
        yield from np.array_split(held, -(-len(held) // size))

    def speech(self, recordings: Sequence[Recording]) -> Iterator[np.ndarray]:
        """Yield the stretches with speech; warn only if all recordings together hold little of it."""
        heard = 0.0
        for left, recording in zip(range(len(recordings) - 1, -1, -1), recordings, strict=True):
            samples = self.samples(recording)
            lacking = 0.0 if left else max(0.0, voice_activity.ENOUGH_SPEECH_SECONDS - heard)
            for start, stop in voice_activity.speech_segments(samples, self.sampling_rate, name_of(recording), lacking):
                heard += (stop - start) / self.sampling_rate
                yield samples[start:stop]
