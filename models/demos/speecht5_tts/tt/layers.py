# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Blocks that encoder and decoder share."""

import ttnn
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import LayerNorm
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


class FeedForward:
    """Two linear layers with GELU between them, the residual, and a norm."""

    def __init__(self, parameters: ParameterDict, norm: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.widen = Linear(parameters.widen, device, stage, activation="gelu")
        self.narrow = Linear(parameters.narrow, device, stage)
        self.norm = LayerNorm(norm, device, stage)

    def __call__(self, x: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """Return norm(x + network(x)) [1, 1, T, C] of x [1, 1, T, C], and free x."""
        widened = self.widen(x, memory_config)
        narrow = self.narrow(widened, memory_config)
        ttnn.deallocate(widened)
        y = self.norm(narrow, residual=x)
        ttnn.deallocate(narrow)
        ttnn.deallocate(x)
        return y
