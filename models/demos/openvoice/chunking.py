# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cuts a recording of any length into windows that can be converted one by one, with nothing lost at the seams.

Between audio.py and a backend: blocks of samples -> windows. Every layer of the converter is a finite convolution, so
a frame of the result depends on no more than `context` frames around it. A window carries its frames, that context,
and the samples its spectrogram needs; what is kept of its result equals the same stretch of a conversion in one piece.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from models.demos.openvoice.config import ConverterConfig
from models.tt_audio.host.audio import AudioError

NOISE_BLOCK = 64  # frames drawn at once; part of what a seed means


@dataclass(frozen=True)
class Window:
    samples: np.ndarray  # float32: the window's frames * hop samples, and the spectrogram's margin on both sides
    first: int  # number of the window's first frame in the recording
    frames: int
    keep: slice  # the frames of this window whose result is used
    keep_samples: int  # how many samples of them the recording has: its last frame may be filled up with silence


@dataclass(frozen=True)
class Conversion:
    """One recording [N] to be spoken in another voice; voices are embeddings [gin_channels]."""

    samples: np.ndarray
    source: np.ndarray
    target: np.ndarray
    tau: float = 0.3
    seed: int = 0


def windows(blocks: Iterable[np.ndarray], config: ConverterConfig, chunk: int, context: int) -> Iterator[Window]:
    """Windows that keep `chunk` frames each (the last fewer), as soon as enough of the recording has arrived."""
    hop = config.hop_length
    margin = (config.filter_length - hop) // 2
    length = _Length()
    pieces = _mirrored(length.counting(blocks), hop, margin)
    buffer, buffer_first = np.zeros(0, np.float32), 0  # samples from the start of frame `buffer_first` on
    done = 0
    while True:
        arrived = [buffer]
        ready = buffer_first + (len(buffer) - 2 * margin) // hop
        while ready < done + chunk + context and (piece := next(pieces, None)) is not None:
            arrived.append(piece)
            ready = buffer_first + (sum(map(len, arrived)) - 2 * margin) // hop
        buffer = np.concatenate(arrived)
        if ready <= done:
            return
        first, stop, last = max(0, done - context), min(done + chunk + context, ready), min(done + chunk, ready)
        yield Window(
            buffer[(first - buffer_first) * hop : (stop - buffer_first) * hop + 2 * margin],
            first,
            stop - first,
            slice(done - first, last - first),
            min(last * hop, length.samples) - done * hop,
        )
        done = last
        keep_from = max(0, done - context)
        buffer, buffer_first = buffer[(keep_from - buffer_first) * hop :], keep_from


class _Length:
    """Counts the samples of a recording while it streams by."""

    def __init__(self):
        self.samples = 0

    def counting(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for block in blocks:
            self.samples += len(block)
            yield np.asarray(block, np.float32)


def _mirrored(blocks: Iterable[np.ndarray], hop: int, margin: int) -> Iterator[np.ndarray]:
    """The recording filled up to whole hops with silence, and `margin` samples mirrored at both ends."""
    blocks = iter(blocks)
    tail = np.zeros(0, np.float32)
    while len(tail) <= margin and (block := next(blocks, None)) is not None:
        tail = np.concatenate([tail, block])
    samples = len(tail)
    if len(filled := np.pad(tail, (0, -samples % hop))) <= margin:
        raise AudioError(f"the audio has {samples} samples, at least {margin - margin % hop + 1} are needed")
    yield filled[margin:0:-1]
    for block in blocks:
        samples += len(block)
        tail = np.concatenate([tail, block])
        yield tail[: -margin - 1]
        tail = tail[-margin - 1 :]
    tail = np.pad(tail, (0, -samples % hop))
    yield tail
    yield tail[-2 : -margin - 2 : -1]


def noise(seed: int, channels: int, first: int, stop: int) -> np.ndarray:
    """Standard normal [channels, stop - first]: a function of seed and frame number, whatever the window.

    A counter-based generator gives every block of frames its own stream, so none has to be drawn to reach another.
    """
    blocks = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, block, 0])).standard_normal(
            (channels, NOISE_BLOCK), np.float32
        )
        for block in range(first // NOISE_BLOCK, -(-stop // NOISE_BLOCK))
    ]
    offset = first // NOISE_BLOCK * NOISE_BLOCK
    return np.concatenate(blocks, axis=1)[:, first - offset : stop - offset]
