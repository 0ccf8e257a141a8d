# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the WaveNet, into which the projection P after it is folded.

    P(sum_i S_i a_i + s_i) + p  =  [P S_1 .. P S_n] [a_1 .. a_n] + (P sum_i s_i + p)

a_i is the output of the gate of layer i; S_i and s_i are weight and bias of the skip half of its projection.
"""

import torch

from models.demos.openvoice.reference.wavenet import WaveNet
from models.tt_audio.parameters.balance import balanced
from models.tt_audio.parameters.layers import convolution, fused_linear

GROUP = 4  # layers whose gates are side by side in one tensor: each needs cores of its own in a row of the grid


def wavenet(
    module: WaveNet, projection: torch.nn.Conv1d, scale: float = 1.0, reverse: bool = False, precise: bool = False
) -> dict:
    """Return the parameters of tt/wavenet.WaveNet.

    `projection` is the pointwise convolution P after the WaveNet. `scale` multiplies it; `reverse` reverses the order
    of its output channels; `precise`: balance the weights (balance.py).
    """
    prepared = balanced if precise else lambda weight: weight
    channels, layers = module.channels, len(module.in_layers)
    no_condition = [torch.zeros(2 * channels)] * layers
    conditions = no_condition if module.cond_layer is None else module.cond_layer.bias.chunk(layers)
    skips = [layer.weight[-channels:, :, 0] for layer in module.res_skip_layers]
    skip_bias = sum(layer.bias[-channels:] for layer in module.res_skip_layers)
    weight = scale * projection.weight[:, :, 0] @ torch.cat(skips, dim=1)
    bias = scale * (projection.weight[:, :, 0] @ skip_bias + projection.bias)
    if reverse:
        weight, bias = weight.flip(0), bias.flip(0)
    return {
        "dilations": [layer.dilation[0] for layer in module.in_layers],
        "group": GROUP,
        "in_layers": [
            convolution(prepared(layer.weight), layer.bias + condition)
            for layer, condition in zip(module.in_layers, conditions, strict=True)
        ],
        "residual_layers": [
            fused_linear(prepared(layer.weight[:channels, :, 0]), layer.bias[:channels])
            for layer in module.res_skip_layers[:-1]
        ],
        "out": [
            fused_linear(prepared(part), torch.zeros_like(bias) if i else bias)
            for i, part in enumerate(weight.split(GROUP * channels, dim=1))
        ],
    }
