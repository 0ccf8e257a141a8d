# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the stochastic duration predictor.

    depthwise convolution w[c]   = dense convolution with diag(w) for each tap; both take two programs
    spline projection            = blocks of whole tiles, one column for each bin; their bias contains the constant
                                   slopes at the outer edges
    sums over bins               = products with matrices of ones
    bias of `pre`                = part of the speaker's row (conditioning.py)
    (x - m) / exp(log s)         = (x - shift) * scale
"""

import torch

from models.demos.openvoice.constants import BINS, EDGE_SLOPE, TAIL_BOUND
from models.demos.openvoice.reference.stochastic_duration_predictor import (
    DilatedSeparableConv,
    SplineCoupling,
    StochasticDurationPredictor,
)
from models.tt_audio.parameters.layers import convolution, layer_norm, linear
from models.tt_audio.tt.sharding import TILE


def stochastic_duration_predictor(module: StochasticDurationPredictor) -> dict:
    """Return the parameters of tt/stochastic_duration_predictor.StochasticDurationPredictor."""
    return {
        "pre": convolution(module.pre.weight),  # the speaker's row contains its bias
        "convs": _separable(module.convs),
        "projection": convolution(module.projection.weight, module.projection.bias),
        "spline": _spline(),
        "couplings": [_spline_coupling(coupling) for coupling in module.couplings],
        # of channel 0, the log duration
        "shift": module.shift[0].item(),
        "scale": torch.exp(-module.log_scale[0]).item(),
    }


def _separable(convs: DilatedSeparableConv) -> list[dict]:
    """Return the parameters of tt/stochastic_duration_predictor.DilatedSeparableConv."""
    layers = zip(convs.depthwise, convs.depthwise_norm, convs.pointwise, convs.pointwise_norm, strict=True)
    return [
        {
            "dilation": depthwise.dilation[0],
            "depthwise": convolution(torch.diag_embed(depthwise.weight[:, 0].T).movedim(0, 2), depthwise.bias),
            "depthwise_norm": layer_norm(norm_1),
            "pointwise": convolution(pointwise.weight, pointwise.bias),
            "pointwise_norm": layer_norm(norm_2),
        }
        for depthwise, norm_1, pointwise, norm_2 in layers
    ]


def _side_by_side(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Pad two tensors [BINS, ...] to a tile each and concatenate them. -> [2 * TILE, ...]"""
    out = torch.zeros(2, TILE, *first.shape[1:])
    out[0, :BINS], out[1, :BINS] = first, second
    return out.flatten(0, 1)


def _spline_coupling(coupling: SplineCoupling) -> dict:
    """Return the parameters of tt/stochastic_duration_predictor.SplineCoupling."""
    sizes, slopes = {}, {}
    for name, values, edge in (
        ("weight", coupling.projection.weight[:, :, 0], 0.0),
        ("bias", coupling.projection.bias, EDGE_SLOPE),
    ):
        widths, heights, inner = values.split([BINS, BINS, BINS - 1])
        edge = torch.full_like(inner[:1], edge)
        sizes[name] = _side_by_side(widths * coupling.scale, heights * coupling.scale)
        slopes[name] = _side_by_side(torch.cat([edge, inner]), torch.cat([inner, edge]))
    return {
        "pre": linear(coupling.pre.weight[:, :, 0], coupling.pre.bias),
        "convs": _separable(coupling.convs),
        "sizes": linear(**sizes),
        "slopes": linear(**slopes),
    }


def _spline() -> dict:
    """Return the parameters of tt/stochastic_duration_predictor.InverseSpline: three sums over bins.

    `totals`: sum of e^x from e^x - 1; `bottoms`: lower edge of each bin from the excess heights; `sum`: of all columns.
    """
    bins = torch.zeros(TILE)
    bins[:BINS] = 1
    below = torch.zeros(TILE, 2 * TILE)
    below[:BINS, TILE : TILE + BINS] = torch.ones(BINS, BINS).tril(-1)
    return {
        "totals": linear(torch.block_diag(*[bins.expand(TILE, TILE)] * 2), torch.full((2 * TILE,), float(BINS))),
        "bottoms": linear(below, bins * torch.arange(TILE) - TAIL_BOUND),
        "sum": linear(bins[None]),
    }
