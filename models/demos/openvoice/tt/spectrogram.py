# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spectrogram on the device: mirrors reference/spectrogram.py.

Hops of samples [1, 1, T + 3, hop] -> linear magnitudes [1, 1, T, bins, filled up to tiles]. Framing, window and DFT are
one convolution over the hops; real and imaginary halves meet in one binary program.
"""

import ttnn
from models.demos.openvoice.reference.spectrogram import POWER_FLOOR
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage

SQUARE = ttnn.UnaryWithParam(ttnn.UnaryOpType.SQUARE)
FLOOR = ttnn.UnaryWithParam(ttnn.UnaryOpType.ADD_UNARY_SFPU, POWER_FLOOR)
SQRT = ttnn.UnaryWithParam(ttnn.UnaryOpType.SQRT)


class Spectrogram:
    def __init__(self, parameters, device, stage: Stage):
        self.kernel = Conv1d(parameters.kernel, device, stage, padding=0)

    def __call__(self, hops, batch: int = 1):
        spectrum = self.kernel(hops, batch)
        real, imaginary = ttnn.split(spectrum, spectrum.shape[3] // 2, 3)
        ttnn.deallocate(spectrum)
        return ttnn.add(
            real,
            imaginary,
            input_tensor_a_activations=[SQUARE],
            input_tensor_b_activations=[SQUARE],
            activations=[FLOOR, SQRT],
        )
