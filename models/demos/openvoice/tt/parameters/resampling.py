# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the resampling from base speech to hops of the converter.

    hop = sum over rows of W[variant, row] samples[row]

W is the polyphase filter of host/resampling.py, shifted by the spectrogram's margin. Hops inside the sentence and hops
at its edges are different variants: at an edge, the taps that would read mirrored samples are added to the taps of the
samples that they mirror.
"""

from fractions import Fraction

import numpy as np
import torch

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.windows import mirror
from models.tt_audio.host.resampling import resample_filter
from models.tt_audio.parameters.layers import convolution
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict


def overlap(config: ConverterConfig) -> int:
    """Return how many more hops than frames a spectrogram needs."""
    return config.filter_length // config.hop_length - 1


def hops_per_frame(rate: int, frame: int, config: ConverterConfig) -> Fraction:
    """Return how many hops of the converter a frame of base speech of `frame` samples at `rate` lasts."""
    return Fraction(frame * config.sampling_rate, rate * config.hop_length)


def resampling(rate: int, frame: int, config: ConverterConfig) -> ParameterDict:
    """Return the parameters of tt/resampling.Resampling for frames of base speech of `frame` samples at `rate`.

    Raise ValueError unless a frame lasts a whole number of hops of the converter.
    """
    count = hops_per_frame(rate, frame, config)
    if count.denominator != 1:
        raise ValueError(
            f"a frame of {frame} samples at {rate} Hz lasts {count} hops of the converter, not a whole number"
        )
    hops = count.numerator
    further = -(-overlap(config) // hops)  # output rows of the convolution after those of the samples
    weight, ends = _weight(rate, frame, hops, further, config)
    return make_parameter_dict(
        {
            "hops": hops,
            "overlap": overlap(config),
            "further": further,
            "edges": edges(config),
            "ends": ends,
            "variants": weight.shape[0] // (hops * config.hop_length),
            "conv": convolution(torch.from_numpy(weight)),
        }
    )


def edges(config: ConverterConfig) -> int:
    """Return how many hops at each end contain mirrored samples."""
    return -(-(config.filter_length - config.hop_length) // (2 * config.hop_length))


def _weight(rate: int, frame: int, hops: int, further: int, config: ConverterConfig) -> tuple[np.ndarray, int]:
    """Return the weight [hops * variants * hop, frame, rows] of the convolution, and the last hops' first variant."""
    hop, margin, mirrored = config.hop_length, (config.filter_length - config.hop_length) // 2, edges(config)
    taps, up, down = resample_filter(rate, config.sampling_rate)
    taps = np.ones(1) if up == down else taps  # host/resampling.py does not filter equal rates either
    column = np.arange(hop)
    span = -(-(margin + hop * (1 + mirrored) + len(taps)) // (hops * hop)) + 1  # in rows, more than `used`
    inputs = np.arange(-span * frame, (span + 1) * frame)

    def response(outputs: np.ndarray) -> np.ndarray:
        """Return the weights [hop, inputs] of the samples `outputs`, both counted from the start of the hop's row."""
        tap = len(taps) // 2 + outputs[:, None] * down - inputs * up
        inside = (tap >= 0) & (tap < len(taps))
        return np.where(inside, up * taps[np.where(inside, tap, 0)], 0)

    def edge_variant(number: int, samples: np.ndarray) -> np.ndarray:
        """Return the weights [hops, hop, inputs] of hop `number`, which contains `samples`.

        Both are counted from the start of the sentence, or both from its end.
        """
        row, phase = divmod(number, hops)
        variant = np.zeros((hops, hop, len(inputs)))
        variant[phase] = response(samples - row * hops * hop)
        return variant

    inside = np.stack([response(phase * hop + column - margin) for phase in range(hops)])
    starts, ends, apart = [], [], False
    for edge in range(mirrored):
        from_start = edge * hop - margin + column
        starts.append(edge_variant(edge, mirror(from_start)))
        number = overlap(config) - mirrored + edge  # of the hop, counted from the first one after the end
        from_end = number * hop - margin + column  # the last sample is number -1
        ends.append(edge_variant(number, mirror(from_end, first=None, last=-1)))
        (first, phase), (last, last_phase) = divmod(edge, hops), divmod(number, hops)
        apart |= ends[-1][phase][:, inputs >= -first * frame].any()  # the end's variant would read at the start
        apart |= starts[-1][last_phase][:, inputs < -last * frame].any()  # the start's variant at the end
    if apart:
        variants, first_end = [inside, *starts, *ends], 1 + mirrored
    else:
        variants, first_end = [inside, *map(np.add, starts, ends)], 1
    weight = np.stack(variants, axis=1).reshape(hops * len(variants) * hop, 2 * span + 1, frame)
    used = np.flatnonzero(weight.any(axis=(0, 2))) - span
    padding = max(-used[0], used[-1] + further)
    kept = weight[:, span - padding : span + padding - further + 1]
    return np.ascontiguousarray(kept.transpose(0, 2, 1), np.float32), first_end
