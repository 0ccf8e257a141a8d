# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the HiFi-GAN generator.

    transposed convolution of rate s   = convolution to s * C channels, then a row-major reshape       (`polyphase`)
    samples of few channels            = `phases` samples share a row of a tile's width                (`phased`)
    mean of n residual blocks          = 1 / n in the weights that read their sum, because leaky_relu(c x) =
                                         c leaky_relu(x) for c > 0
    conditioning without a speaker     = the bias of `cond` in the bias of `conv_pre`
"""

import torch

from ..reference.hifigan import Generator
from ..tt.sharding import TILE
from .layers import convolution


def polyphase(up: torch.nn.ConvTranspose1d) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight [rate * C_out, C_in, taps] and bias of the convolution whose rows hold `rate` output samples each.

    Output sample q * rate + r reads tap k = r + padding - j * rate of input sample q + j.
    """
    (rate,), (size,), (padding,) = up.stride, up.kernel_size, up.padding
    most = max((size - 1 - padding) // rate, (rate - 1 + padding) // rate)  # input samples to each side
    weight = torch.zeros(rate, up.out_channels, up.in_channels, 2 * most + 1)
    for r in range(rate):
        for j in range(-most, most + 1):
            k = r + padding - j * rate
            if 0 <= k < size:
                weight[r, :, :, j + most] = up.weight[:, :, k].T
    return weight.flatten(0, 1), up.bias.repeat(rate)


def phased(weight: torch.Tensor, dilation: int, phases: int) -> torch.Tensor:
    """Return weight [phases * out, phases * in, taps], dilation 1, of a convolution over rows of `phases` samples each.

    Sample s of row q reads the tap at distance d from sample (s + d) mod phases of row q + (s + d) div phases.
    """
    out, inputs, size = weight.shape
    distances = [dilation * (tap - size // 2) for tap in range(size)]
    most = -(-distances[-1] // phases)  # rows to each side
    rows = torch.zeros(phases, out, phases, inputs, 2 * most + 1)
    for s in range(phases):
        for tap, distance in enumerate(distances):
            row, phase = divmod(s + distance, phases)
            rows[s, :, phase, :, most + row] = weight[:, :, tap]
    return rows.flatten(2, 3).flatten(0, 1)


def generator(module: Generator) -> dict:
    """Return the parameters of ../tt/hifigan.Generator."""
    stages, mean, phases = [], 1.0, 1
    for up, resblocks in module.stages:
        weight, bias = polyphase(up)
        side_by_side = phases * up.stride[0]  # samples in a row that the upsampling makes
        weight, bias = phased(mean * weight, 1, phases), bias.repeat(phases)
        phases = side_by_side if side_by_side * up.out_channels <= TILE else 1
        stages.append(
            {
                "rate": side_by_side // phases,
                "up": convolution(weight, bias),
                "resblocks": [
                    {"chains": [[_resblock_convolution(conv, phases) for conv in chain] for chain in block.chains]}
                    for block in resblocks
                ],
            }
        )
        mean = 1.0 / len(resblocks)
    conditioning = 0 if module.cond is None else module.cond.bias
    end_bias = None if module.conv_post.bias is None else module.conv_post.bias.repeat(phases)
    return {
        "conv_pre": convolution(module.conv_pre.weight, module.conv_pre.bias + conditioning),
        "stages": stages,
        "conv_post": convolution(phased(mean * module.conv_post.weight, 1, phases), end_bias),
    }


def _resblock_convolution(conv: torch.nn.Conv1d, phases: int) -> dict:
    (dilation,) = conv.dilation
    if phases == 1:  # the device dilates
        return {"dilation": dilation, **convolution(conv.weight, conv.bias)}
    return {"dilation": 1, **convolution(phased(conv.weight, dilation, phases), conv.bias.repeat(phases))}
