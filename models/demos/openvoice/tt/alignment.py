# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Alignment of phones to frames on the device: mirrors reference/alignment.py.

    log durations -> `mixed`, `durations` -> Alignment.place -> Placement -> Alignment.repeat_phones -> rows of frames

Phones are rows [1, 1, batch * N, ...] and frames are rows [1, 1, batch * T, ...]; N and T are buckets. The host chooses
T by Placement.counts, the one value that it downloads before the samples. Length scale and SDP ratio are columns, too,
because they change from sentence to sentence.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import ttnn
from models.tt_audio.tt.activations import ABS, CEIL, EXP
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.tensors import upload


class Placement(NamedTuple):
    """Positions of the phones among the frames of their sentence. All values are whole numbers and exact."""

    durations: ttnn.Tensor  # [batch, 1, 1, N] frames
    centres: ttnn.Tensor  # [batch, 1, 1, N] first frame + end of each phone: its centre in half frames from frame 0
    counts: ttnn.Tensor  # [batch, 1, 1, 1] frames of each sentence


def mixed(deterministic: ttnn.Tensor, stochastic: ttnn.Tensor, sdp_ratio: ttnn.Tensor) -> ttnn.Tensor:
    """Interpolate the log durations of both predictors: sdp_ratio 0 -> deterministic. All are [1, 1, batch * N, 1]."""
    return ttnn.lerp(deterministic, stochastic, sdp_ratio)


def durations(log_durations: ttnn.Tensor, length_scale: ttnn.Tensor) -> ttnn.Tensor:
    """Return ceil(exp(log_durations) * length_scale): whole frames for each phone. All are [1, 1, batch * N, 1].

    `length_scale` is 0 after the end of a sentence.
    """
    return ttnn.multiply(log_durations, length_scale, input_tensor_a_activations=[EXP], activations=[CEIL])


class Alignment:
    """Computation of each phone's frames, and repetition of its features for them."""

    def __init__(self, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.compute_config = stage.compute_config(device)
        self.constants: dict[tuple[str, int], ttnn.Tensor] = {}  # (kind, bucket) -> device tensor

    def place(self, durations: ttnn.Tensor, batch: int = 1) -> Placement:
        """Return which frames belong to each phone, from the phones' `durations` [1, 1, batch * N, 1] in frames.

        Each duration is a whole number below 1,024, because the matrix unit drops a 1 next to larger terms.
        """
        phones = durations.shape[2] // batch
        row = ttnn.transpose(ttnn.reshape(durations, (batch, 1, phones, 1)), 2, 3)
        sums = [ttnn.matmul(row, weights, compute_kernel_config=self.compute_config) for weights in self._sums(phones)]
        return Placement(row, *sums)

    def repeat_phones(self, x: ttnn.Tensor, placement: Placement, frames: int) -> ttnn.Tensor:
        """Repeat each row of x [1, 1, batch * N, C] for the frames of its phone. -> [1, 1, batch * frames, C]

        Rows after the end of a sentence are 0.
        """
        batch, _, _, phones = placement.durations.shape
        # Frame t belongs to a phone if |2 t + 1 - centre| < duration: in half frames, the centre of frame t is 2 t + 1.
        middles = self._constant("middles", frames, lambda: 2 * np.arange(frames).reshape(-1, 1) + 1)
        distance = ttnn.subtract(middles, placement.centres, activations=[ABS], memory_config=ttnn.DRAM_MEMORY_CONFIG)
        path = ttnn.lt(distance, placement.durations)
        # the text encoder returns x block-sharded, and matmul takes no sharded tensor as its second operand
        items = ttnn.reshape(ttnn.to_memory_config(x, ttnn.DRAM_MEMORY_CONFIG), (batch, 1, phones, x.shape[3]))
        repeated = ttnn.matmul(path, items, compute_kernel_config=self.compute_config)
        return ttnn.reshape(repeated, (1, 1, batch * frames, x.shape[3]))

    def sequence_mask(self, counts: ttnn.Tensor, frames: int) -> ttnn.Tensor:
        """Return the mask [1, 1, batch * frames, 1] of sentences of `counts` [batch, 1, 1, 1] frames.

        It is 1.0 for valid frames and 0.0 after them.
        """
        numbers = self._constant("numbers", frames, lambda: np.arange(frames).reshape(-1, 1))
        mask = ttnn.lt(numbers, counts)
        return ttnn.reshape(mask, (1, 1, counts.shape[0] * frames, 1))

    def _sums(self, phones: int) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return matrices [N, N] and [N, 1]: durations [1, N] times them are the centres and the total.

        centre n = 2 * (sum of the durations before n) + duration n
        """
        centres = self._constant("centres", phones, lambda: 2 * np.triu(np.ones((phones, phones)), 1) + np.eye(phones))
        return centres, self._constant("total", phones, lambda: np.ones((phones, 1)))

    def _constant(self, kind: str, size: int, make: Callable[[], np.ndarray]) -> ttnn.Tensor:
        """Return the constant `kind` of a bucket of `size` on the device; `make` computes it at the first call."""
        if (kind, size) not in self.constants:
            self.constants[kind, size] = upload(make(), self.device)
        return self.constants[kind, size]
