# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the network: every convolution that is not the encoder's as one matrix, with the label folded in."""

import torch

from models.demos.llvc.reference.net import Net
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.decoder import decoder
from models.demos.llvc.tt.parameters.encoder import encoder
from models.demos.llvc.tt.parameters.prenet import prenet
from models.tt_audio.parameters.layers import host, linear, nested, tiled
from ttnn.model_preprocessing import ParameterDict


def net(module: Net, layout: Layout) -> ParameterDict:
    """Return the parameters of tt/net.Net for one layout, as host tensors."""
    return nested(
        {
            "prenet": [] if module.prenet is None else prenet(module.prenet, layout),
            "in_conv": linear(_in_conv(module, layout).T),
            "encoder": encoder(module.encoder, layout),
            "to_decoder": _to_decoder(module),
            "decoder": decoder(module.decoder, layout),
            "from_decoder": _from_decoder(module),
            "label": tiled(module.label),
            **_out_conv(module, layout),
        }
    )


def _in_conv(module: Net, layout: Layout) -> torch.Tensor:
    """Return [width, window * enc_dim]: frame t reads three hops of columns, from column reach + t * hop on."""
    config = layout.config
    kernel = module.in_conv.weight[:, 0].T  # [3 * hop, enc_dim]
    matrix = torch.zeros(layout.width, config.window, config.enc_dim)
    for frame in range(config.window):
        first = layout.reach + frame * config.hop
        matrix[first : first + len(kernel), frame] = kernel
    return matrix.flatten(1)


def _to_decoder(module: Net) -> dict:
    """Return the projection to [memory | targets]; the targets read label * encoded, so the label is in the weights."""
    channels, narrow = module.config.enc_dim, module.config.dec_dim
    weight = torch.zeros(2 * narrow, channels)
    for channel in range(narrow):
        pair = slice(2 * channel, 2 * channel + 2)
        weight[channel, pair] = module.to_memory.weight[channel, :, 0]
        weight[narrow + channel, pair] = module.to_targets.weight[channel, :, 0] * module.label[pair]
    return linear(weight, torch.cat((module.to_memory.bias, module.to_targets.bias)))


def _from_decoder(module: Net) -> dict:
    weight = torch.zeros(module.config.enc_dim, module.config.dec_dim)
    channels = torch.arange(module.config.enc_dim)
    weight[channels, channels // 2] = module.from_decoder.weight[:, 0, 0]
    return linear(weight, module.from_decoder.bias)


def _out_conv(module: Net, layout: Layout) -> dict:
    """Return the out-convolution as a product, a mask and a sum.

    A frame contributes hop samples to its own row and to each of the next out_buf_len rows, side by side in
    (out_buf_len + 1) * hop columns. Block k of the mask keeps the columns for the row k frames later.
    """
    hop, taps = layout.config.hop, layout.config.out_buf_len + 1
    mask = torch.eye(taps).repeat_interleave(hop, dim=1)
    return {
        "out_conv": linear(module.out_conv.weight[:, 0].T),
        "out_mask": host(mask[None, :, None]),
        "out_sum": linear(torch.eye(hop).repeat(1, taps)),
    }
