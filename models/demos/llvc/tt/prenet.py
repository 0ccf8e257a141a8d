# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The prenet on the device: mirrors ../reference/prenet.py, without state (layout.py)."""

import ttnn
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


class Prenet:
    """Blocks in a row over rows of samples, and their input added to the result."""

    def __init__(self, parameters: list[ParameterDict], device: ttnn.MeshDevice, stage: Stage):
        self.blocks = [
            (
                Linear(block.filter, device, stage, activation="tanh"),
                Linear(block.gate, device, stage, activation="sigmoid"),
            )
            for block in parameters
        ]

    def __call__(self, samples: ttnn.Tensor) -> ttnn.Tensor:
        """samples [1, 1, rows, width] -> likewise, valid from the prenet's context on."""
        x = samples
        for filter, gate in self.blocks:
            filtered, gated = filter(x, ttnn.L1_MEMORY_CONFIG), gate(x, ttnn.L1_MEMORY_CONFIG)
            x = ttnn.addcmul(x, filtered, gated, output_tensor=filtered)
            ttnn.deallocate(gated)
        return ttnn.add(samples, x, memory_config=ttnn.L1_MEMORY_CONFIG)
