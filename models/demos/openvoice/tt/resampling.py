# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From base speech to the converter's input on the device: the filter of ../resampling.py as one convolution.

Rows of samples at the base speaker's rate, one frame each, [1, 1, batch * T, frame] -> hops at the converter's rate,
[1, 1, batch * (n T + overlap), hop], as runner.py cuts them from a recording: half a hop late, mirrored at both ends.

A frame lasts n hops, so the weights of the polyphase filter repeat with every row: the filter is a convolution over
rows, with the samples of a row as channels. Mirrored samples are linear in the samples, too. Where a sentence ends is
known at run time only, so every hop is computed in several kinds, and masks choose one of them:

    kind                      used for
    0                         hops inside the sentence
    1 .. edges                the first hops; the last ones, too, if either end's samples are out of the other's reach
    edges + 1 .. 2 edges      the last hops otherwise
"""

from fractions import Fraction

import numpy as np

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.tt import parameters
from models.tt_audio.host.resampling import resample_filter
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage


def overlap(config: ConverterConfig) -> int:
    """Return how many hops a spectrogram has beyond its frames."""
    return config.filter_length // config.hop_length - 1


def hops_per_frame(rate: int, frame: int, config: ConverterConfig) -> Fraction:
    """Return how many hops of the converter a frame of base speech lasts that has `frame` samples at `rate`."""
    return Fraction(frame * config.sampling_rate, rate * config.hop_length)


class Resampling:
    """The convolution and its masks for frames of `frame` samples at `rate`, which last a whole number of hops."""

    def __init__(self, rate: int, frame: int, config: ConverterConfig, device, stage: Stage):
        count = hops_per_frame(rate, frame, config)
        if count.denominator != 1:
            raise ValueError(
                f"a frame of {frame} samples at {rate} Hz lasts {count} hops of the converter, not a whole number"
            )
        self.hops = count.numerator
        self.config = config
        self.hop = config.hop_length
        self.overlap = overlap(config)
        self.further = -(-self.overlap // self.hops)  # rows that the convolution makes beyond those of the samples
        weight, self.ends = _weight(rate, frame, self.hops, self.further, config)
        self.kinds = weight.shape[0] // (self.hops * self.hop)
        padding = (weight.shape[2] - 1 + self.further) // 2
        weights = parameters.convolution(parameters.from_numpy(weight))
        self.conv = Conv1d(weights, device, stage, padding=padding)

    def __call__(self, rows, masks, batch: int = 1):
        """Return the hops. `rows` are zero after the end of a sentence; `masks`: the columns of `masks`, uploaded."""
        kinds = self.conv(rows, batch)
        if self.hops > 1:
            kinds = self._row_for_each_hop(kinds, batch)
        inside, *at_edges = ttnn.split(ttnn.to_memory_config(kinds, ttnn.DRAM_MEMORY_CONFIG), self.hop, 3)
        ttnn.deallocate(kinds)
        hops = ttnn.multiply(inside, masks[0])
        for kind, mask in zip(at_edges, masks[1:], strict=True):
            hops = ttnn.addcmul(hops, kind, mask)
        return hops

    def _row_for_each_hop(self, kinds, batch: int):
        """Turn rows of frames, hop after hop, into rows of hops, as many as the spectrogram reads."""
        rows = ttnn.to_layout(kinds, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(kinds)
        made, width = rows.shape[2] // batch * self.hops, self.kinds * self.hop
        hops = ttnn.reshape(rows, (batch, 1, made, width))
        read = made - self.further * self.hops + self.overlap
        if read < made:
            hops = ttnn.slice(hops, [0, 0, 0, 0], [batch, 1, read, width])
        return ttnn.to_layout(ttnn.reshape(hops, (1, 1, batch * read, width)), ttnn.TILE_LAYOUT)

    def masks(self, frames: int, bucket: int) -> np.ndarray:
        """Return columns [hops of the bucket, kinds]: which hops of a sentence of `frames` frames are of which kind."""
        mirrored, hops = edges(self.config), frames * self.hops + self.overlap
        columns = np.zeros((bucket * self.hops + self.overlap, self.kinds), np.float32)
        columns[mirrored : hops - mirrored, 0] = 1
        for edge in range(mirrored):
            columns[edge, 1 + edge] = 1
            columns[hops - mirrored + edge, self.ends + edge] = 1
        return columns


def edges(config: ConverterConfig) -> int:
    """Return how many hops at either end hold mirrored samples."""
    return -(-(config.filter_length - config.hop_length) // (2 * config.hop_length))


def _weight(rate: int, frame: int, hops: int, further: int, config: ConverterConfig) -> tuple[np.ndarray, int]:
    """Return the weight [hops * kinds * hop, frame, rows] of the convolution, and the first kind of the last hops."""
    hop, margin, mirrored = config.hop_length, (config.filter_length - config.hop_length) // 2, edges(config)
    taps, up, down = resample_filter(rate, config.sampling_rate)
    taps = np.ones(1) if up == down else taps  # ../resampling.py does not filter equal rates either
    column = np.arange(hop)
    reach = -(-(margin + hop * (1 + mirrored) + len(taps)) // (hops * hop)) + 1  # in rows, more than enough
    inputs = np.arange(-reach * frame, (reach + 1) * frame)

    def response(outputs: np.ndarray) -> np.ndarray:
        """Return [hop, inputs]: how outputs depend on inputs, both counted from the first one of the hop's row."""
        tap = len(taps) // 2 + outputs[:, None] * down - inputs * up
        inside = (tap >= 0) & (tap < len(taps))
        return np.where(inside, up * taps[np.where(inside, tap, 0)], 0)

    def edge_kind(number: int, samples: np.ndarray) -> np.ndarray:
        """Return [hops, hop, inputs] for hop `number`, which holds `samples`; both count from a sentence's end."""
        row, phase = divmod(number, hops)
        kind = np.zeros((hops, hop, len(inputs)))
        kind[phase] = response(samples - row * hops * hop)
        return kind

    inside = np.stack([response(phase * hop + column - margin) for phase in range(hops)])
    starts, ends, apart = [], [], False
    for edge in range(mirrored):
        from_start = edge * hop - margin + column  # negative ones are mirrored
        starts.append(edge_kind(edge, np.abs(from_start)))
        number = overlap(config) - mirrored + edge  # of the hop, counted from the first one after the end
        from_end = number * hop - margin + column  # those that are not negative are mirrored
        ends.append(edge_kind(number, np.where(from_end < 0, from_end, -2 - from_end)))
        (first, phase), (last, last_phase) = divmod(edge, hops), divmod(number, hops)
        apart |= ends[-1][phase][:, inputs >= -first * frame].any()  # what the end's kind would read at the start
        apart |= starts[-1][last_phase][:, inputs < -last * frame].any()  # and the start's kind at the end
    if apart:
        kinds, first_end = [inside, *starts, *ends], 1 + mirrored
    else:
        kinds, first_end = [inside, *map(np.add, starts, ends)], 1
    weight = np.stack(kinds, axis=1).reshape(hops * len(kinds) * hop, 2 * reach + 1, frame)
    used = np.flatnonzero(weight.any(axis=(0, 2))) - reach
    padding = max(-used[0], used[-1] + further)
    kept = weight[:, reach - padding : reach + padding - further + 1]
    return np.ascontiguousarray(kept.transpose(0, 2, 1), np.float32), first_end
