# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the decoder.

A window holds memory and targets side by side, so a projection of one of them has zero rows for the other:

    [memory | targets] [0 ; W] = targets W

The scale of the scores, 1 / sqrt(channels of a head), is in the weights of the queries.
"""

import math

import torch

from models.demos.llvc.constants import HEADS
from models.demos.llvc.reference.decoder import Attention, Decoder, Layer, positions
from models.demos.llvc.tt.layout import Layout
from models.tt_audio.host.errors import DeviceError
from models.tt_audio.parameters.layers import layer_norm, linear, tiled

MASKED = -1e9  # score of a row of padding


def decoder(module: Decoder, layout: Layout) -> dict:
    """Return the parameters of tt/decoder.Decoder."""
    if len(module.layers) != 1:
        raise DeviceError(f"the device runs a decoder of one layer, this one has {len(module.layers)}: use a CPU")
    config = layout.config
    frames = config.window + config.context
    scores = torch.zeros(layout.window_rows, layout.window_rows)
    scores[:, frames:] = MASKED
    return {
        "positions": tiled(_positions(layout)) if config.use_pos_enc else None,
        "scores": tiled(scores),
        "layer": _layer(module.layers[0], config.dec_dim),
    }


def _positions(layout: Layout) -> torch.Tensor:
    """Return the positional encoding of memory and targets, in the order of the rows of a window."""
    config = layout.config
    encoding = positions(config.context + config.window, config.dec_dim)
    rows = torch.zeros(layout.window_rows, 2 * config.dec_dim)
    ordered = torch.cat((encoding[config.context :], encoding[: config.context]))
    rows[: len(ordered)] = ordered.repeat(1, 2)
    return rows


def _layer(layer: Layer, channels: int) -> dict:
    scaled = _scaled(layer.self_attention), _scaled(layer.memory_attention)
    (self_weight, self_bias), (memory_weight, memory_bias) = scaled
    zeros = torch.zeros_like(self_weight)
    return {
        "self_qkv": linear(torch.cat((zeros, self_weight), dim=1), self_bias),
        "memory_kv": linear(torch.cat((memory_weight[channels:], zeros[channels:]), dim=1), memory_bias[channels:]),
        "memory_q": linear(memory_weight[:channels], memory_bias[:channels]),
        "self_out": linear(layer.self_attention.out_proj.weight, layer.self_attention.out_proj.bias),
        "memory_out": linear(layer.memory_attention.out_proj.weight, layer.memory_attention.out_proj.bias),
        "widen": linear(layer.widen.weight, layer.widen.bias),
        "narrow": linear(layer.narrow.weight, layer.narrow.bias),
        **{name: layer_norm(getattr(layer, name)) for name in ("norm1", "norm2", "norm3")},
    }


def _scaled(attention: Attention) -> tuple[torch.Tensor, torch.Tensor]:
    """Return weight [3 C, C] and bias [3 C] of queries, keys and values."""
    weight, bias = attention.in_proj_weight.clone(), attention.in_proj_bias.clone()
    channels = weight.shape[1]
    scale = 1 / math.sqrt(channels // HEADS)
    weight[:channels] *= scale
    bias[:channels] *= scale
    return weight, bias
