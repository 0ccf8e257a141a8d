# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How long each phone lasts, the plain half, on the device: mirrors reference/duration_predictor.py.

Text encoding [1, 1, batch * N, C] -> logarithms of the frames per phone [1, 1, batch * N, 1]; nothing is promised of
the rows behind a sentence's end. The speaker comes as a row (melo_parameters.condition).
"""

import ttnn
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard

RELU = ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU)


class FineNorm:
    """A layer norm whose weight and bias are applied beside it, on the vector unit.

    In its own program they are cut to TF32, and what they are applied to, always towards zero. Elsewhere nobody sees
    it; here it moves all durations the same way, and they are rounded.
    """

    def __init__(self, parameters, device, stage: Stage):
        self.epsilon = parameters.epsilon
        self.weight, self.bias = (ttnn.to_device(x, device) for x in (parameters.weight, parameters.bias))
        self.compute_config = stage.compute_config(device)

    def __call__(self, x):
        x = ttnn.layer_norm(
            x, epsilon=self.epsilon, memory_config=x.memory_config(), compute_kernel_config=self.compute_config
        )
        return ttnn.addcmul(self.bias, x, self.weight, output_tensor=x)


def add_by_item(x, row, batch: int):
    """x [1, 1, batch * N, C] plus a row [1, 1, 1, C] or each item's own [batch, 1, 1, C]; the reshapes are views."""
    _, _, rows, channels = x.shape
    items = ttnn.reshape(x, (batch, 1, rows // batch, channels))
    return ttnn.reshape(ttnn.add(items, row), (1, 1, rows, channels))


class DurationPredictor:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.stage = stage
        self.conv_1 = Conv1d(parameters.conv_1, device, stage, activation=RELU)
        self.norm_1 = FineNorm(parameters.norm_1, device, stage)
        self.conv_2 = Conv1d(parameters.conv_2, device, stage, activation=RELU)
        self.norm_2 = FineNorm(parameters.norm_2, device, stage)
        self.weight = ttnn.to_device(parameters.projection.weight, device)
        self.bias = ttnn.to_device(parameters.projection.bias, device)

    def __call__(self, x, mask, bias, batch: int = 1):
        """mask [1, 1, batch * N, 1]; bias [1, 1, 1, C], a speaker's, or one for each item [batch, 1, 1, C]"""
        x = ttnn.multiply(add_by_item(x, bias, batch), mask, memory_config=shard(self.device, x.shape[2], x.shape[3]))
        x = self.norm_1(self.conv_1(x, batch))
        x = self.norm_2(self.conv_2(ttnn.multiply(x, mask), batch))
        # the bias is no part of the matmul, which would cut it and the sum to TF32: that shows in rounded durations
        return ttnn.linear(
            x,
            self.weight,
            bias=self.bias,
            memory_config=ttnn.L1_MEMORY_CONFIG,
            compute_kernel_config=self.stage.compute_config(self.device),
        )
