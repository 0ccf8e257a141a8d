# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From base speech to the converter's input without leaving the device: ../resampling.py's filter as one convolution.

Rows of samples at the base speaker's rate, a frame each -> hops at the converter's rate, [1, 1, T, frame] ->
[1, 1, T + overlap, hop], as runner.py cuts them from a recording: half a hop late, and mirrored at both ends.

Frame and hop last equally long, so the filter's weights repeat with every row: the polyphase filter is a convolution
over rows, samples of a row as channels. Mirrored samples are linear in the samples, too. Where a sentence ends is
known at run time only, so every hop is computed in three kinds: as it is inside, as the first and as the second one of
an edge would be, and masks choose. An edge kind serves both ends: what it reads for the one is silence at the other.
"""

import numpy as np

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.tt import parameters
from models.tt_audio.host.resampling import resample_filter
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage


def overlap(config: ConverterConfig) -> int:
    """Hops that a spectrogram has beyond its frames."""
    return config.filter_length // config.hop_length - 1


def edges(config: ConverterConfig) -> int:
    """Hops at either end that hold mirrored samples."""
    return -(-(config.filter_length - config.hop_length) // (2 * config.hop_length))


class Resampling:
    """`frame`: samples of a row at `rate`; it lasts as long as a hop of the converter."""

    def __init__(self, rate: int, frame: int, config: ConverterConfig, device, stage: Stage):
        weight = _weight(rate, frame, config)
        self.hop = config.hop_length
        self.conv = Conv1d(
            parameters.convolution(parameters.from_numpy(weight)),
            device,
            stage,
            padding=(weight.shape[2] - 1 + overlap(config)) // 2,
        )

    def __call__(self, rows, places, batch: int = 1):
        """`rows` hold zeros behind a sentence's end; `places`: a column [1, 1, hops, 1] of ones and zeros a kind."""
        kinds = self.conv(rows, batch)
        inside, *at_edges = ttnn.split(ttnn.to_memory_config(kinds, ttnn.DRAM_MEMORY_CONFIG), self.hop, 3)
        ttnn.deallocate(kinds)
        hops = ttnn.multiply(inside, places[0])
        for kind, place in zip(at_edges, places[1:], strict=True):
            hops = ttnn.addcmul(hops, kind, place)
        return hops


def places(config: ConverterConfig, frames: int, bucket: int) -> np.ndarray:
    """Columns [hops, kinds]: which kind each hop of a sentence of `frames` frames is; none behind it."""
    mirrored, hops = edges(config), frames + overlap(config)
    columns = np.zeros((bucket + overlap(config), 1 + mirrored), np.float32)
    columns[mirrored : hops - mirrored, 0] = 1
    for edge in range(mirrored):
        columns[[edge, hops - mirrored + edge], 1 + edge] = 1
    return columns


def _weight(rate: int, frame: int, config: ConverterConfig) -> np.ndarray:
    """Weight [kinds * hop, frame, rows] of the convolution; the rows are those around a hop's own."""
    hop, margin, mirrored = config.hop_length, (config.filter_length - config.hop_length) // 2, edges(config)
    taps, up, down = resample_filter(rate, config.sampling_rate)
    taps = np.ones(1) if up == down else taps  # equal rates are not filtered there either
    if frame * up != hop * down:
        raise ValueError(f"a frame of {frame} samples at {rate} Hz does not last as long as a hop of the converter")
    column = np.arange(hop)
    reach = -(-(margin + hop * (1 + mirrored) + len(taps)) // hop)  # in rows, more than enough
    inputs = np.arange(-reach * frame, (reach + 1) * frame)

    def response(outputs: np.ndarray) -> np.ndarray:
        """[hop, inputs] of the outputs with these numbers, both counted from the first of a hop's own row."""
        tap = len(taps) // 2 + outputs[:, None] * down - inputs * up
        inside = (tap >= 0) & (tap < len(taps))
        return np.where(inside, up * taps[np.where(inside, tap, 0)], 0)

    kinds = [response(column - margin)]
    for edge in range(mirrored):
        from_start = hop * edge - margin + column  # counted from the first sample: negative ones are mirrored
        of_start = response(np.abs(from_start) - hop * edge)
        row = overlap(config) - mirrored + edge  # of the hop, counted from the first one behind the end
        from_end = hop * row - margin + column  # likewise: what is not negative is mirrored
        of_end = response(np.where(from_end < 0, from_end, -2 - from_end) - hop * row)
        kinds.append(of_start + of_end)
    weight = np.concatenate(kinds).reshape(len(kinds) * hop, 2 * reach + 1, frame)
    used = np.flatnonzero(weight.any(axis=(0, 2))) - reach
    padding = max(-used[0], used[-1] + overlap(config))
    kept = weight[:, reach - padding : reach + padding - overlap(config) + 1]
    return np.ascontiguousarray(kept.transpose(0, 2, 1), np.float32)
