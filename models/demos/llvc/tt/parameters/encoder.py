# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the encoder: weights of the taps as rows, one for each block of frames that they multiply."""

import torch

from models.demos.llvc.reference.encoder import Encoder
from models.demos.llvc.tt.layout import Layout
from models.tt_audio.parameters.layers import host, layer_norm, linear


def encoder(module: Encoder, layout: Layout) -> dict:
    """Return the parameters of tt/encoder.Encoder.

    `state_weights` and `state_biases` [1, blocks, 1, C] belong to the blocks of Layout.from_state: the first two taps
    of each layer, with the layer's bias in the first block, then ones and zeros for the blocks of other modules.
    """
    channels = module.layers[0].depthwise.weight.shape[0]
    weights, biases = torch.ones(layout.blocks, channels), torch.zeros(layout.blocks, channels)
    for number, layer in enumerate(module.layers):
        weights[2 * number : 2 * number + 2] = layer.depthwise.weight[:, 0, :2].T
        biases[2 * number] = layer.depthwise.bias
    return {
        "state_weights": host(weights[None, :, None]),
        "state_biases": host(biases[None, :, None]),
        "layers": [
            {
                # of all taps, if the chunk reaches across the dilation, else of the last one
                "taps": host(_taps(layer.depthwise.weight[:, 0].T, dilation, layout)[None, :, None]),
                "depthwise_norm": layer_norm(layer.depthwise_norm),
                "pointwise": linear(layer.pointwise.weight[:, :, 0], layer.pointwise.bias),
                "pointwise_norm": layer_norm(layer.pointwise_norm),
            }
            for layer, dilation in zip(module.layers, layout.config.dilations, strict=True)
        ],
    }


def _taps(weights: torch.Tensor, dilation: int, layout: Layout) -> torch.Tensor:
    return weights if dilation < layout.frames else weights[-1:]
