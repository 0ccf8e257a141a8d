# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the posterior encoder.

    [W 0] [spectrogram ; padding] = W spectrogram

`pre` has zero columns for the padding of the spectrogram's bins to whole tiles.
"""

import torch

from models.demos.openvoice.reference.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.tt.parameters.wavenet import wavenet
from models.tt_audio.parameters.layers import fused_linear
from models.tt_audio.tt.sharding import TILE


def posterior_encoder(module: PosteriorEncoder) -> dict:
    """Return the parameters of tt/posterior_encoder.PosteriorEncoder."""
    out, bins, _ = module.pre.weight.shape
    weight = torch.zeros(out, -(-bins // TILE) * TILE)
    weight[:, :bins] = module.pre.weight[:, :, 0]
    return {"pre": fused_linear(weight, module.pre.bias), "wavenet": wavenet(module.wavenet, module.proj)}
