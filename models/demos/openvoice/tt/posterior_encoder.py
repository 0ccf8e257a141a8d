# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Posterior encoder on the device: mirrors reference/posterior_encoder.py.

Spectrogram [1, 1, T, bins] and noise [1, 1, T, C], already scaled by tau, -> the two channel halves of z, each
[1, 1, T, C / 2]: the flow works on halves and never joins them.
"""

import ttnn
from models.demos.openvoice.tt.conv1d import Conv1d
from models.demos.openvoice.tt.precision import Stage
from models.demos.openvoice.tt.sharding import shard
from models.demos.openvoice.tt.wavenet import WaveNet

EXP = ttnn.UnaryWithParam(ttnn.UnaryOpType.EXP)


class PosteriorEncoder:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.pre = Conv1d(parameters.pre, device, stage)
        self.wavenet = WaveNet(parameters.wavenet, device, stage)

    def __call__(self, spec, noise, mask=None, biases=None, batch: int = 1):
        x = self.pre(ttnn.to_memory_config(spec, shard(self.device, spec.shape[2], spec.shape[3])), batch)
        x = ttnn.to_memory_config(x, shard(self.device, x.shape[2], x.shape[3]))
        if mask is not None:
            x = ttnn.multiply(x, mask)
        mean, log_deviation = ttnn.split(self.wavenet(x, mask, biases, batch), noise.shape[3], 3)
        deviated = ttnn.multiply(log_deviation, noise, input_tensor_a_activations=[EXP])
        z = ttnn.add(mean, deviated)
        if mask is not None:
            z = ttnn.multiply(z, mask)
        return ttnn.split(z, z.shape[3] // 2, 3)
