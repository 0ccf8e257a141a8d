# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the postnet, with batch normalisation and the vocoder's normalisation folded in.

    batch norm    w' = w g / sqrt(variance + eps),  b' = bias - mean g / sqrt(variance + eps)
    vocoder       ((frames + y) - mean) / scale = frames / scale + (y - mean) / scale

The second fold needs no zeros or means around the frames, because the device masks the normalised frames.
"""

import torch

from models.demos.speecht5_tts.reference.postnet import Postnet, PostnetLayer
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.tt_audio.parameters.layers import convolution, tiled

EPSILON = 1e-5  # of torch.nn.functional.batch_norm


def postnet(module: Postnet, vocoder: Vocoder) -> dict:
    """Return the parameters of tt/postnet.Postnet, whose result is the input of the vocoder's generator."""
    mean, scale = vocoder.mean, vocoder.scale
    if not vocoder.config.normalize_before:
        mean, scale = torch.zeros_like(mean), torch.ones_like(scale)
    *others, last = [_folded(layer) for layer in module.layers]
    weight, bias = last
    return {
        "layers": [convolution(*layer) for layer in [*others, (weight / scale[:, None, None], (bias - mean) / scale)]],
        "inverse_scale": tiled(1 / scale),
    }


def _folded(layer: PostnetLayer) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight [out, in, kernel] and bias [out] of a convolution with its batch normalisation."""
    factor = layer.norm_weight * torch.rsqrt(layer.variance + EPSILON)
    return layer.weight * factor[:, None, None], layer.norm_bias - layer.mean * factor
