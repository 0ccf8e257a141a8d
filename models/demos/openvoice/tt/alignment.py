# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From phones to frames on the device: mirrors reference/alignment.py.

    log durations -> `mixed`, `durations` -> Alignment.place -> Placement -> Alignment.repeat_phones -> rows of frames

Phones are rows [1, 1, batch * N, ...] and frames are rows [1, 1, batch * T, ...]; N and T are buckets. The host chooses
T by Placement.counts, the one value that leaves the device between text and sound. Style enters as columns, as it
changes from sentence to sentence.
"""

from typing import NamedTuple

import numpy as np

import ttnn
from models.tt_audio.tt.activations import ABS, CEIL, EXP
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import upload


class Placement(NamedTuple):
    """Where each phone lies among its sentence's frames: whole numbers, and exact."""

    durations: ttnn.Tensor  # [batch, 1, 1, N] frames
    centres: ttnn.Tensor  # [batch, 1, 1, N] in half frames from the sentence's beginning: begin plus end
    counts: ttnn.Tensor  # [batch, 1, 1, 1] frames of each sentence


def mixed(deterministic, stochastic, sdp_ratio):
    """Log durations of both predictors, all columns [1, 1, batch * N, 1]"""
    return ttnn.lerp(deterministic, stochastic, sdp_ratio)


def durations(log_durations, length_scale):
    """Whole frames for each phone, a column; `length_scale`, a column too, is 0 behind a sentence's end."""
    return ttnn.multiply(log_durations, length_scale, input_tensor_a_activations=[EXP], activations=[CEIL])


class Alignment:
    def __init__(self, device, stage: Stage):
        self.device = device
        self.compute_config = stage.compute_config(device)
        self.constants = {}  # (kind, bucket) -> device tensor

    def place(self, durations, batch: int = 1) -> Placement:
        """durations [1, 1, batch * N, 1], whole and below 1,024 each: beside larger terms the matrix unit drops a 1."""
        phones = durations.shape[2] // batch
        row = ttnn.transpose(ttnn.reshape(durations, (batch, 1, phones, 1)), 2, 3)
        sums = [ttnn.matmul(row, weights, compute_kernel_config=self.compute_config) for weights in self._sums(phones)]
        return Placement(row, *sums)

    def repeat_phones(self, x, placement: Placement, frames: int):
        """x [1, 1, batch * N, C] -> [1, 1, batch * frames, C]; zero behind a sentence's end."""
        batch, _, _, phones = placement.durations.shape
        # A phone has a frame if the distance of their centres, in half frames, is less than what the phone lasts.
        middles = self._constant("middles", frames, lambda: 2 * np.arange(frames).reshape(-1, 1) + 1)
        distance = ttnn.subtract(middles, placement.centres, activations=[ABS], memory_config=ttnn.DRAM_MEMORY_CONFIG)
        path = ttnn.lt(distance, placement.durations)
        # the text encoder leaves x in blocks over the cores, which no matmul takes as its second operand
        items = ttnn.reshape(ttnn.to_memory_config(x, ttnn.DRAM_MEMORY_CONFIG), (batch, 1, phones, x.shape[3]))
        repeated = ttnn.matmul(path, items, compute_kernel_config=self.compute_config)
        return ttnn.reshape(repeated, (1, 1, batch * frames, x.shape[3]))

    def sequence_mask(self, counts, frames: int):
        """counts [batch, 1, 1, 1] -> [1, 1, batch * frames, 1] of 1.0 inside a sentence and 0.0 behind its end"""
        numbers = self._constant("numbers", frames, lambda: np.arange(frames).reshape(-1, 1))
        mask = ttnn.lt(numbers, counts)
        return ttnn.reshape(mask, (1, 1, counts.shape[0] * frames, 1))

    def _sums(self, phones: int):
        """[N, N] and [N, 1] that make of durations the centres (twice all before, and itself) and the total."""
        centres = self._constant("centres", phones, lambda: 2 * np.triu(np.ones((phones, phones)), 1) + np.eye(phones))
        return centres, self._constant("total", phones, lambda: np.ones((phones, 1)))

    def _constant(self, kind: str, size: int, make):
        if (kind, size) not in self.constants:
            self.constants[kind, size] = upload(make(), self.device)
        return self.constants[kind, size]
