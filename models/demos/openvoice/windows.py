# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The schedule of windows: how recordings and latent frames of any length are cut, and how the results are joined.

Every backend uses it: CPU, CUDA and TTNN. It is pure NumPy and computes no audio. All layers of the converter and of
the generator are finite convolutions, so a frame of a result depends on at most `context` frames to each side (the
receptive field). A window is computed with that context, and only its inner part is kept:

    frames      0         10        20        30
    window 1    kkkkkkkkkkkkkk...                       k: computed and kept
    window 2               ...kkkkkkkkkkkkk...          .: computed for their neighbours' sake and dropped
    window 3                            ...kkkkkkkk

The joined result equals the result of one pass over all frames.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from models.demos.openvoice.config import ConverterConfig
from models.tt_audio.host.audio import AudioError

NOISE_BLOCK = 64  # frames drawn at once; part of what a seed means


@dataclass(frozen=True)
class Window:
    """A stretch of a recording with its context."""

    samples: np.ndarray  # float32: the window's frames * hop samples, and the spectrogram's margin on both sides
    first: int  # number of the window's first frame in the recording
    frames: int
    keep: slice  # the frames of this window whose result is used
    keep_samples: int  # how many samples of them the recording has: its last frame may be padded with silence


@dataclass(frozen=True)
class Conversion:
    """One recording [N] to convert into another voice; voices are embeddings [gin_channels]."""

    samples: np.ndarray
    source: np.ndarray
    target: np.ndarray
    tau: float = 0.3
    seed: int = 0


# --- a recording into windows -----------------------------------------------------------------------------------------


def windows(blocks: Iterable[np.ndarray], config: ConverterConfig, chunk: int, context: int) -> Iterator[Window]:
    """Cut blocks of samples into windows that keep `chunk` frames each (the last fewer).

    A window is yielded as soon as enough of the recording has arrived.
    """
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
    """Counts the samples of a recording while its blocks pass through."""

    def __init__(self) -> None:
        self.samples = 0

    def counting(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        for block in blocks:
            self.samples += len(block)
            yield np.asarray(block, np.float32)


def _mirrored(blocks: Iterable[np.ndarray], hop: int, margin: int) -> Iterator[np.ndarray]:
    """Yield the recording, padded with silence to whole hops, with `margin` mirrored samples before and after it."""
    blocks = iter(blocks)
    tail = np.zeros(0, np.float32)
    while len(tail) <= margin and (block := next(blocks, None)) is not None:
        tail = np.concatenate([tail, block])
    samples = len(tail)
    if len(filled := np.pad(tail, (0, -samples % hop))) <= margin:
        raise AudioError(f"the audio has {samples} samples, at least {margin - margin % hop + 1} are needed")
    yield filled[mirror(np.arange(-margin, 0))]
    for block in blocks:
        samples += len(block)
        tail = np.concatenate([tail, block])
        yield tail[: -margin - 1]
        tail = tail[-margin - 1 :]
    tail = np.pad(tail, (0, -samples % hop))
    yield tail
    yield tail[mirror(np.arange(len(tail), len(tail) + margin), last=len(tail) - 1)]


def mirror(positions: np.ndarray, first: int | None = 0, last: int | None = None) -> np.ndarray:
    """Return the positions mirrored at the samples `first` and `last`, which are not repeated; None: no mirror there.

    A position is mirrored once, so it may be at most the recording's length away from its end.
    """
    if first is not None:
        positions = first + np.abs(positions - first)
    if last is not None:
        positions = last - np.abs(last - positions)
    return positions


# --- frames into pieces of a bounded length: CPU, CUDA ----------------------------------------------------------------


class Piece(NamedTuple):
    """A run of frames to compute in one call, and the part of its result to keep."""

    frames: slice  # of all frames
    keep: slice  # counted from the first computed frame


def even_edges(start: int, stop: int, most: int) -> list[int]:
    """Divide the frames `start` to `stop` into as few pieces of at most `most` frames as possible, of even lengths."""
    count = -(-(stop - start) // most)
    return np.linspace(start, stop, count + 1).round().astype(int).tolist()


def fixed_edges(start: int, stop: int, size: int) -> list[int]:
    """Divide the frames `start` to `stop` into pieces of `size` frames; the last may be shorter."""
    return [*range(start, stop, size), stop]


def with_context(edges: Sequence[int], frames: int, context: int) -> Iterator[Piece]:
    """Widen the pieces between neighbouring `edges` by their context, as far as there are frames."""
    for start, stop in pairwise(edges):
        first, last = max(0, start - context), min(frames, stop + context)
        yield Piece(slice(first, last), slice(start - first, stop - first))


# --- frames into windows of one fixed length: TTNN --------------------------------------------------------------------


def covering_starts(frames: int, window: int, context: int, stop: int | None = None) -> tuple[int, ...]:
    """Return the first frames of windows of `window` frames that cover `frames` frames up to `stop` (None: all).

    Neighbouring windows overlap by twice the context. The last one starts early enough to end within `frames`.
    """
    if frames <= window:
        return (0,)
    stop, last, step = frames if stop is None else stop, frames - window, window - 2 * context
    starts = [0]
    while starts[-1] < last and starts[-1] + window - context < stop:
        starts.append(min(starts[-1] + step, last))
    return tuple(starts)


def spread_starts(frames: int, window: int, count: int) -> list[int]:
    """Return the first frames of `count` windows spread evenly over `frames` frames; the last one ends with them."""
    return np.linspace(0, max(0, frames - window), count).round().astype(int).tolist()


def rows_of_frames(frames: int, starts: Sequence[int], window: int, context: int) -> np.ndarray:
    """Return for each frame the row that holds its result, where the rows of all windows are stacked. -> [frames]"""
    rows = np.arange(frames)
    for number, start in enumerate(starts[1:], 1):
        valid = start + context  # the first frame whose whole context is inside this window
        rows[valid:] = number * window + np.arange(valid, frames) - start
    return rows


def join(
    rows: np.ndarray, starts: Sequence[int], window: int, context: int, keep: slice, samples_per_frame: int
) -> np.ndarray:
    """Join the samples of windows to those of the frames `keep`, which may begin or end anywhere within them.

    rows [windows, window * samples_per_frame], the windows begin at the frames `starts` -> [samples]
    """
    pieces, done = [], keep.start
    for row, start in zip(rows, starts, strict=True):
        last = start == starts[-1]
        stop = keep.stop if last else min(keep.stop, start + window - context)
        if stop > done:
            pieces.append(row[(done - start) * samples_per_frame : (stop - start) * samples_per_frame])
            done = stop
    return np.concatenate(pieces)


# --- noise ------------------------------------------------------------------------------------------------------------


def noise(seed: int, channels: int, first: int, stop: int) -> np.ndarray:
    """Draw standard normal noise for the frames `first` to `stop`. -> [channels, stop - first]

    It is a function of seed and frame number, whatever the window: a counter-based generator gives every block of
    frames its own stream, so none has to be drawn to reach another. Base speech has noise of its own, drawn in sequence
    from a torch.Generator (`draw` of MeloTTS), because its frames are not cut into windows.
    """
    blocks = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, block, 0])).standard_normal(
            (channels, NOISE_BLOCK), np.float32
        )
        for block in range(first // NOISE_BLOCK, -(-stop // NOISE_BLOCK))
    ]
    offset = first // NOISE_BLOCK * NOISE_BLOCK
    return np.concatenate(blocks, axis=1)[:, first - offset : stop - offset]
