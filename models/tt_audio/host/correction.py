# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Corrections of a decoded sound file before its channels become one, found in its first minute."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

SURVEY_SECONDS = 60
# Float files may exceed 1 by a few times. From here on the numbers must be integers that were stored as floats.
INTEGER_PEAK = 8.0
INTEGER_BITS = (16, 24, 32)
LARGEST_INTEGER = 2.0**31
RESAMPLED_PEAK = 2.0**16  # of 16-bit integers that were resampled, so that they are integers no more
# Power of the averaged channels, as a share of what independent channels would have. Two copies have 2, a copy with the
# opposite sign 0.
CANCELLED = 0.25
OFFSET = 0.01  # of full scale; what a recording device adds is larger, the mean of half a second of speech is not
OFFSET_SECONDS = 0.5
OFFSET_SHARE = 0.1  # of the level: loud speech may have a mean above OFFSET


@dataclass(frozen=True)
class Correction:
    """How the channels of a file become one: (block * scale) @ mix - offset. `faults` say why, for people."""

    mix: np.ndarray  # float32 [channels]
    scale: float = 1.0
    offset: float = 0.0
    faults: list[str] = field(default_factory=list)

    def scaled(self, block: np.ndarray) -> np.ndarray:
        return block if self.scale == 1 else block * np.float32(self.scale)


def survey(blocks: Iterable[np.ndarray], channels: int, rate: int, most_frames: int | None) -> Correction:
    """Return the correction for a file with these float32 blocks [frames, channels], of which `most_frames` are read.

    * Integers stored as floats are divided by their full scale.
    * Where the channels cancel each other when they are averaged, the loudest one is taken.
    * A constant offset is subtracted.
    """
    frames, peak, integers = 0, 0.0, True
    total, squares = np.zeros(channels), np.zeros((channels, channels))
    for block in blocks:
        frames += len(block)
        loudest = float(np.abs(block).max())
        if not loudest <= LARGEST_INTEGER:  # also true of NaN
            return Correction(np.full(channels, 1 / channels, np.float32))  # the caller refuses this block
        peak = max(peak, loudest)
        if peak > INTEGER_PEAK:
            integers = integers and bool((block == np.rint(block)).all())
        wide = block.astype(np.float64)
        total += wide.sum(0)
        squares += wide.T @ wide
        if most_frames is not None and frames >= most_frames:
            break
    mix = np.full(channels, 1 / channels, np.float32)
    if not frames:
        return Correction(mix)
    scale, faults = 1.0, []
    if peak > INTEGER_PEAK and (integers or peak <= RESAMPLED_PEAK):
        bits = next(bits for bits in INTEGER_BITS if peak <= 2.0 ** (bits - 1) or bits == INTEGER_BITS[-1])
        scale = 2.0 ** (1 - bits)
        faults.append(f"holds numbers up to {peak:.0f} where sound has 1 at most; they are read as {bits}-bit integers")
    mean = total / frames * scale
    covariance = squares / frames * scale**2 - np.outer(mean, mean)
    power = covariance.diagonal()
    if covariance.mean() < CANCELLED * power.sum() / channels**2:
        mix = np.eye(1, channels, int(power.argmax()), dtype=np.float32)[0]
        faults.append(f"has channels that cancel each other out; channel {power.argmax() + 1} is used alone")
    offset = float(mean @ mix)
    level = float(mix @ covariance @ mix) ** 0.5
    if abs(offset) < max(OFFSET, OFFSET_SHARE * level) or frames < OFFSET_SECONDS * rate:
        offset = 0.0
    else:
        faults.append(f"has a constant offset of {offset:.2f} of full scale, which is subtracted")
    return Correction(mix, scale, offset, faults)
