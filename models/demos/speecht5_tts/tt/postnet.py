# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Postnet on the device: mirrors ../reference/postnet.py, with the vocoder's normalisation folded in."""

import ttnn
from models.tt_audio.tt.activations import TANH
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import shard
from ttnn.model_preprocessing import ParameterDict


class Postnet:
    """Convolutions with tanh after each but the last, added to the frames."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        *others, last = parameters.layers
        self.layers = [Conv1d(layer, device, stage, activation=TANH) for layer in others]
        self.last = Conv1d(last, device, stage)
        self.inverse_scale = ttnn.to_device(parameters.inverse_scale, device)

    def __call__(self, frames: ttnn.Tensor, mask: ttnn.Tensor | None = None) -> ttnn.Tensor:
        """Return the input of the generator [1, 1, T, mel] for frames [1, 1, T, mel], and keep them.

        `mask` [1, 1, T, 1]: 0 for frames after the end, which are zeros in `frames`; None: there are none.
        """
        x = ttnn.to_memory_config(frames, shard(self.device, frames.shape[2], frames.shape[3], self.last.in_channels))
        for layer in self.layers:
            x = layer(x, consume=True)
            if mask is not None:
                x = ttnn.multiply(x, mask, output_tensor=x)
        x = ttnn.to_memory_config(self.last(x, consume=True), ttnn.L1_MEMORY_CONFIG)
        z = ttnn.addcmul(x, frames, self.inverse_scale, output_tensor=x)
        return z if mask is None else ttnn.multiply(z, mask, output_tensor=z)
