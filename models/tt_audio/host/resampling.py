# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Band-limited conversion between sampling rates, of a whole signal or of one that arrives in blocks.

Stands between a decoded file and the model's rate (audio.py). The filter is explicit, so that any other implementation
of the same conversion, a polyphase convolution on a device say, can be built from it and compared with this one.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import ceil, gcd

import numpy as np
from scipy import signal

# The pass band ends at 0.95 of the lower Nyquist frequency (10.5 kHz at 22,050 Hz), the stop band begins at 1.0.
PASS_EDGE = 0.95
STOP_DB = 100.0
# Outputs of one matrix product. More wastes multiplications on zeros, fewer starve the product; 256 measured fastest.
TILE = 256
BLOCK = 1 << 15
# Two rates in lowest terms: 44,056 Hz to 22,050 Hz (22028 : 11025) still takes tens of megabytes of weights.
MAX_TERM = 48_000


def resample(audio: np.ndarray, src: int, dst: int) -> np.ndarray:
    """Mono audio [N] from `src` to `dst` Hz: float32 [ceil(N * dst / src)], not delayed."""
    audio = np.asarray(audio, np.float32)
    return np.concatenate([np.zeros(0, np.float32), *resampler(src, dst).blocks([audio])])


def resample_filter(src: int, dst: int) -> tuple[np.ndarray, int, int]:
    """The low-pass filter between two rates as (taps, up, down), with dst / src = up / down in lowest terms.

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
    """The Resampler between two rates; the last few are kept, as one takes longer to make than to use."""
    return Resampler(src, dst)


class Resampler:
    """The polyphase filter as matrix products, ten times faster than one output after the other.

    The weights repeat after `up` outputs and `down` inputs. A period is as many of these as give at least TILE outputs;
    it is cut into tiles (first input relative to the period's, weights [inputs, outputs]) of at most TILE outputs.
    """

    def __init__(self, src: int, dst: int):
        if max(src, dst) // gcd(src, dst) > MAX_TERM:
            raise ValueError(f"{src} Hz is too unusual a rate to convert to {dst} Hz; convert it to 48000 Hz first")
        taps, self.up, self.down = resample_filter(src, dst)
        centre = len(taps) // 2
        reach = centre // self.up  # inputs on either side of an output that its taps touch
        repeats = ceil(TILE / self.up)
        self.period_in, self.period_out = repeats * self.down, repeats * self.up
        self.tiles: list[tuple[int, np.ndarray]] = []
        for first in range(0, self.period_out, TILE):
            outputs = np.arange(first, min(first + TILE, self.period_out)) * self.down
            start = int(outputs[0]) // self.up - reach
            stop = int(outputs[-1]) // self.up + reach + 2
            tap = centre + outputs - np.arange(start, stop)[:, None] * self.up
            inside = (tap >= 0) & (tap < len(taps))
            weights = np.where(inside, self.up * taps[np.where(inside, tap, 0)], 0)
            self.tiles.append((start, weights.astype(np.float32)))
        # How many inputs before a period's first, and after its last, its tiles look at.
        self.before = reach
        self.after = max(0, max(start + len(weights) for start, weights in self.tiles) - self.period_in)
        # A BLAS product rounds by its shape, so every product has this many rows, and the cut of the signal into
        # blocks does not change a bit of the result.
        self.rows = ceil(BLOCK / self.period_out)

    def blocks(self, signal_blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Resample a signal that comes in float32 blocks of any length; yields blocks of about BLOCK samples."""
        if self.up == self.down:
            yield from signal_blocks
            return
        step_in, step_out = self.rows * self.period_in, self.rows * self.period_out
        needed = self.before + step_in + self.after
        received = delivered = 0
        waiting = np.zeros(self.before, np.float32)
        for block in signal_blocks:
            received += len(block)
            waiting = np.concatenate([waiting, block])
            while len(waiting) >= needed:
                yield self._product(waiting)
                delivered += step_out
                waiting = waiting[step_in:]
        total = ceil(received * self.up / self.down)
        while delivered < total:
            waiting = np.pad(waiting, (0, max(0, needed - len(waiting))))
            yield self._product(waiting)[: total - delivered]
            delivered += step_out
            waiting = waiting[step_in:]

    def _product(self, waiting: np.ndarray) -> np.ndarray:
        outputs = np.empty((self.rows, self.period_out), np.float32)
        for number, (start, weights) in enumerate(self.tiles):
            windows = np.lib.stride_tricks.sliding_window_view(waiting[self.before + start :], len(weights))
            windows = np.ascontiguousarray(windows[: self.rows * self.period_in : self.period_in])
            outputs[:, number * TILE : number * TILE + weights.shape[1]] = windows @ weights
        return outputs.reshape(-1)
