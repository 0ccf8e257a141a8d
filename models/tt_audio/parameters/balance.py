# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Weights that compensate the truncation of the matrix unit.

The matrix unit truncates activations to 10 bits of mantissa and weights to 9, always towards zero. So every product is
a little too small. If such a bias matters (a duration predictor rounds its results), multiply the weights by the
expected loss of the activations, then round them to the nearest value that the matrix unit does not truncate:

    W' = round(W (1 + cuts * LOSS)),  LOSS = 2^-11 / (2 ln 2)

A truncation (cut) to 10 bits loses the fraction 2^-11 / mantissa of a value on average. LOSS is its mean if the
logarithms of mantissas 1 to 2 are equally likely.
"""

import math

import torch

from ttnn.model_preprocessing import ParameterDict, make_parameter_dict

from .layers import convolution, fused_linear, layer_norm, tiled

LOSS = 2**-11 / (2 * math.log(2))
WEIGHT_BITS, BIAS_BITS = 9, 10


def rounded(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Round x to the nearest float32 with `bits` bits of mantissa, so that a truncation to them changes nothing."""
    mantissa, exponent = torch.frexp(x.detach().float())
    return torch.ldexp((mantissa * 2 ** (bits + 1)).round() / 2 ** (bits + 1), exponent)


def balanced(weight: torch.Tensor, cuts: float | torch.Tensor = 2) -> torch.Tensor:
    """Return a weight times the expected loss of `cuts` truncations of activations, rounded to WEIGHT_BITS.

    By default there are two truncations, of the input and of the output.
    """
    return rounded(weight * (1 + cuts * LOSS), WEIGHT_BITS)


def two_parts(weight: torch.Tensor, cuts: float | torch.Tensor = 2) -> torch.Tensor:
    """Return `balanced` weights [out, in] as the sum of two that the matrix unit does not truncate: [out, 2 in].

    A FusedLinear that is given its input twice multiplies both parts in one program, with about 19 bits.
    """
    high = balanced(weight, cuts)
    return torch.cat([high, rounded(weight * (1 + cuts * LOSS) - high, WEIGHT_BITS)], dim=1)


def balanced_convolution(layer: torch.nn.Conv1d) -> ParameterDict:
    """Return the parameters of a Conv1d with balanced weight and rounded bias."""
    return convolution(balanced(layer.weight), rounded(layer.bias, BIAS_BITS))


def balanced_norm(norm: torch.nn.LayerNorm) -> ParameterDict:
    """Return the parameters of a PreciseLayerNorm with balanced weight.

    Three truncations reduce its product. The normalisation cancels half of that, because the variance loses it, too.
    """
    return make_parameter_dict(dict(layer_norm(norm)) | {"weight": tiled(norm.weight * (1 + 1.5 * LOSS))})


def vector_norm(norm: torch.nn.LayerNorm) -> ParameterDict:
    """Return the parameters of a VectorLayerNorm; its sums lose one truncation of their terms."""
    channels = len(norm.weight)
    sums = fused_linear(torch.ones(channels, channels))
    return make_parameter_dict(dict(layer_norm(norm)) | {"sum": sums, "mean": (1 + LOSS) / channels})
