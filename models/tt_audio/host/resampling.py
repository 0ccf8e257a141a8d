# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Band-limited conversion between sampling rates, of a whole signal or of one that arrives in blocks.

The filter is explicit, so that another implementation of the same conversion, for example a polyphase convolution on a
device, can be built from it and compared with this one.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import ceil, gcd

import numpy as np
from scipy import signal

from .errors import UsageError

# The pass band ends at 0.95 of the lower Nyquist frequency (10.5 kHz at 22,050 Hz), the stop band begins at 1.0.
PASS_EDGE = 0.95
STOP_DB = 100.0
# Outputs of one matrix product. More multiply more zeros, fewer leave the product too small; 256 was measured fastest.
OUTPUTS_AT_ONCE = 256
BLOCK = 1 << 15
# Two rates in lowest terms: 44,056 Hz to 22,050 Hz (22028 : 11025) still takes tens of megabytes of weights.
MAX_TERM = 48_000


def resample(audio: np.ndarray, src: int, dst: int) -> np.ndarray:
    """Convert mono audio [N] from `src` to `dst` Hz: float32 [ceil(N * dst / src)], without a delay."""
    audio = np.asarray(audio, np.float32)
    return np.concatenate([np.zeros(0, np.float32), *resampler(src, dst).blocks([audio])])


def resample_filter(src: int, dst: int) -> tuple[np.ndarray, int, int]:
    """Return the low-pass filter between two rates: (taps, up, down), with dst / src = up / down in lowest terms.

    The taps are an odd, symmetric, Kaiser-windowed sinc of unit gain at the common multiple src * up = dst * down. With
    c = len(taps) // 2 an output is

        y[n] = up * sum_k taps[c + n * down - k * up] * x[k],

    which is what `scipy.signal.resample_poly(x, up, down, window=taps)` computes. The length follows from STOP_DB and
    the width of the transition, so that nothing folds back above -STOP_DB: 257 samples of the lower rate.
    """
    common = gcd(src, dst)
    up, down = dst // common, src // common
    nyquist = 1 / max(up, down)  # of the lower rate, as a fraction of the common multiple's
    length, beta = signal.kaiserord(STOP_DB, (1 - PASS_EDGE) * nyquist)
    return signal.firwin(length | 1, (1 + PASS_EDGE) / 2 * nyquist, window=("kaiser", beta)), up, down


@lru_cache(maxsize=4)
def resampler(src: int, dst: int) -> "Resampler":
    """Return the Resampler between two rates. The last four are kept, because making one takes longer than using it."""
    return Resampler(src, dst)


class Resampler:
    """Polyphase filter as matrix products, ten times faster than one output after the other.

    The weights repeat after `up` outputs and `down` inputs. A period is as many of these as give at least
    OUTPUTS_AT_ONCE outputs; it is cut into tiles (first input relative to the period's, weights [inputs, outputs]) of
    at most OUTPUTS_AT_ONCE outputs.
    """

    def __init__(self, src: int, dst: int):
        if max(src, dst) // gcd(src, dst) > MAX_TERM:
            raise UsageError(f"{src} Hz is too unusual a rate to convert to {dst} Hz; convert it to 48000 Hz first")
        taps, self.up, self.down = resample_filter(src, dst)
        centre = len(taps) // 2
        context = centre // self.up  # inputs on either side of an output that its taps touch
        repeats = ceil(OUTPUTS_AT_ONCE / self.up)
        self.period_in, self.period_out = repeats * self.down, repeats * self.up
        self.tiles: list[tuple[int, np.ndarray]] = []
        for first in range(0, self.period_out, OUTPUTS_AT_ONCE):
            outputs = np.arange(first, min(first + OUTPUTS_AT_ONCE, self.period_out)) * self.down
            start = int(outputs[0]) // self.up - context
            stop = int(outputs[-1]) // self.up + context + 2
            tap = centre + outputs - np.arange(start, stop)[:, None] * self.up
            inside = (tap >= 0) & (tap < len(taps))
            weights = np.where(inside, self.up * taps[np.where(inside, tap, 0)], 0)
            self.tiles.append((start, weights.astype(np.float32)))
        # How many inputs before a period's first, and after its last, its tiles read.
        self.before = context
        self.after = max(0, max(start + len(weights) for start, weights in self.tiles) - self.period_in)
        # A BLAS product rounds by its shape, so every product has this many rows, and the cut of the signal into
        # blocks does not change a bit of the result.
        self.rows = ceil(BLOCK / self.period_out)

    def blocks(self, signal_blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Resample a signal that comes in float32 blocks of any length; yields blocks of about BLOCK samples."""
        signal = self.signal()
        for block in signal_blocks:
            yield from signal.push(block)
        yield from signal.end()

    def signal(self) -> "Resampling":
        """Return a Resampling of one signal, for a caller that has its blocks one after the other."""
        return Resampling(self)

    def product(self, waiting: np.ndarray) -> np.ndarray:
        outputs = np.empty((self.rows, self.period_out), np.float32)
        for number, (start, weights) in enumerate(self.tiles):
            windows = np.lib.stride_tricks.sliding_window_view(waiting[self.before + start :], len(weights))
            windows = np.ascontiguousarray(windows[: self.rows * self.period_in : self.period_in])
            outputs[:, number * OUTPUTS_AT_ONCE : number * OUTPUTS_AT_ONCE + weights.shape[1]] = windows @ weights
        return outputs.reshape(-1)


class Resampling:
    """State of one signal in a Resampler: `push` each of its float32 blocks, then `end`."""

    def __init__(self, resampler: Resampler):
        self._filter = resampler
        self._step_in, self._step_out = (
            resampler.rows * period for period in (resampler.period_in, resampler.period_out)
        )
        self._needed = resampler.before + self._step_in + resampler.after
        self._received = self._delivered = 0
        self._waiting = np.zeros(resampler.before, np.float32)

    def push(self, block: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the outputs that this block completes."""
        if self._filter.up == self._filter.down:
            yield block
            return
        self._received += len(block)
        self._waiting = np.concatenate([self._waiting, block])
        while len(self._waiting) >= self._needed:
            yield self._next()

    def end(self) -> Iterator[np.ndarray]:
        """Yield the last outputs, as many as the signal's length makes."""
        total = ceil(self._received * self._filter.up / self._filter.down)
        while self._delivered < total:
            self._waiting = np.pad(self._waiting, (0, max(0, self._needed - len(self._waiting))))
            left = total - self._delivered
            yield self._next()[:left]

    def _next(self) -> np.ndarray:
        outputs = self._filter.product(self._waiting)
        self._waiting = self._waiting[self._step_in :]
        self._delivered += self._step_out
        return outputs
