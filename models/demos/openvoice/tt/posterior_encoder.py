# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Posterior encoder on the device: mirrors reference/posterior_encoder.py.

    spectrogram -> WaveNet -> mean | log deviation;  latent = mean + exp(log deviation) * noise
"""

import ttnn
from models.demos.openvoice.tt.wavenet import WaveNet
from models.tt_audio.tt.activations import EXP
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import columns, halves, shard
from ttnn.model_preprocessing import ParameterDict


class PosteriorEncoder:
    """Encoder of a spectrogram to a sample of the latent."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.pre = FusedLinear(parameters.pre, device, stage)
        self.wavenet = WaveNet(parameters.wavenet, device, stage)

    def __call__(
        self,
        spec: ttnn.Tensor,
        noise: ttnn.Tensor,
        mask: ttnn.Tensor | None = None,
        biases: list[ttnn.Tensor] | None = None,
        batch: int = 1,
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return the channel halves of the latent, each [1, 1, batch * T, C / 2], because the flow works on halves.

        `spec` [1, 1, batch * T, bins padded to tiles]; `noise` [1, 1, batch * T, C] times tau; `mask` [1, 1, batch * T,
        1] is 1 on valid frames; `biases`: of a voice, one for each layer of the WaveNet; None: the parameters' own.
        """
        x = self.pre(spec, shard(self.device, spec.shape[2], self.pre.channels))
        if mask is not None:
            mask = self.pre.widened(mask)
            x = ttnn.multiply(x, mask)
        statistics = self.wavenet(x, mask, biases, batch)
        mean, log_deviation = halves(statistics)
        deviated = ttnn.multiply(log_deviation, noise, input_tensor_a_activations=[EXP])
        z = ttnn.add(mean, deviated, memory_config=shard(self.device, noise.shape[2], noise.shape[3]))
        if mask is not None:
            z = ttnn.multiply(z, columns(mask, 0, noise.shape[3]))
        return halves(z)
