# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spectrogram on the device: mirrors reference/spectrogram.py.

Framing, window and DFT are one convolution over the hops, whose channels are the real parts, then the imaginary parts.
One binary program makes magnitudes of both.
"""

import ttnn
from models.demos.openvoice.constants import POWER_FLOOR
from models.tt_audio.tt import activations
from models.tt_audio.tt.activations import SQRT, SQUARE
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


class Spectrogram:
    """Linear magnitude spectrogram."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.kernel = Conv1d(parameters.kernel, device, stage, padding=0)

    def __call__(self, hops: ttnn.Tensor, batch: int = 1) -> ttnn.Tensor:
        """Compute magnitudes from hops of samples.

        hops [1, 1, batch * (T + overlap), hop] -> [1, 1, batch * T, bins padded to tiles]; overlap is n_fft / hop - 1.
        """
        spectrum = self.kernel(hops, batch)
        real, imaginary = ttnn.split(spectrum, spectrum.shape[3] // 2, 3)
        ttnn.deallocate(spectrum)
        return ttnn.add(
            real,
            imaginary,
            input_tensor_a_activations=[SQUARE],
            input_tensor_b_activations=[SQUARE],
            activations=[activations.add(POWER_FLOOR), SQRT],
        )
