# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Deterministic duration predictor on the device: mirrors reference/duration_predictor.py.

Text encoding [1, 1, batch * N, C] -> logarithms of the frames per phone [1, 1, batch * N, 1]. Rows after a sentence's
end hold anything. The speaker comes as a row (parameters/conditioning.py).
"""

import ttnn
from models.tt_audio.tt.activations import RELU
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import PreciseLayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from models.tt_audio.tt.tensors import add_by_item
from ttnn.model_preprocessing import ParameterDict


class DurationPredictor:
    """Two convolutions with layer norms and a projection to one channel."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.conv_1 = Conv1d(parameters.conv_1, device, stage, activation=RELU)
        self.norm_1 = PreciseLayerNorm(parameters.norm_1, device, stage)
        self.conv_2 = Conv1d(parameters.conv_2, device, stage, activation=RELU)
        self.norm_2 = PreciseLayerNorm(parameters.norm_2, device, stage)
        # The bias is added in a program of its own. Inside the matmul it and the sum would be rounded to TF32, which
        # changes some durations, because they are rounded to whole frames.
        self.projection = Linear(parameters.projection, device, stage, whole_grid=False)

    def __call__(self, x: ttnn.Tensor, mask: ttnn.Tensor, bias: ttnn.Tensor, batch: int = 1) -> ttnn.Tensor:
        """Return log durations [1, 1, batch * N, 1] for the text encoding x [1, 1, batch * N, C].

        `mask`: [1, 1, batch * N, 1]; `bias`: a speaker's [1, 1, 1, C] or [batch, 1, 1, C].
        """
        x = ttnn.multiply(add_by_item(x, bias, batch), mask, memory_config=shard(self.device, x.shape[2], x.shape[3]))
        x = self.norm_1(self.conv_1(x, batch))
        x = self.norm_2(self.conv_2(ttnn.multiply(x, mask), batch))
        return self.projection(x, ttnn.L1_MEMORY_CONFIG)
