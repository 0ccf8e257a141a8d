# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Weights that make up for what the matrix unit cuts off.

The matrix unit truncates activations to 10 bits of mantissa and weights to 9, always towards zero. So every product is
a little too small. Where such a bias matters (a duration predictor rounds its results), weights are rounded to the
nearest value that is not cut, times what the activations are expected to lose:

    W' = round(W (1 + cuts * LOSS)),  LOSS = 2^-11 / (2 ln 2)

A cut to 10 bits loses 2^-11 / mantissa of a value, on average LOSS if the logarithms of mantissas 1 to 2 are equally
likely.
"""

import math

import torch

from ttnn.model_preprocessing import ParameterDict, make_parameter_dict

from .layers import convolution, layer_norm, tiled

LOSS = 2**-11 / (2 * math.log(2))
WEIGHT_BITS, BIAS_BITS = 9, 10


def rounded(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Round float32 to that many bits of mantissa, to the nearest, so that nothing is left to cut."""
    mantissa, exponent = torch.frexp(x.detach().float())
    return torch.ldexp((mantissa * 2 ** (bits + 1)).round() / 2 ** (bits + 1), exponent)


def balanced(weight: torch.Tensor, cuts: float | torch.Tensor = 2) -> torch.Tensor:
    """Round a weight, times what as many cuts of activations lose: by default that of the input and of the output."""
    return rounded(weight * (1 + cuts * LOSS), WEIGHT_BITS)


def balanced_convolution(layer: torch.nn.Conv1d) -> ParameterDict:
    """Return the parameters of a Conv1d that is balanced."""
    return convolution(balanced(layer.weight), rounded(layer.bias, BIAS_BITS))


def balanced_norm(norm: torch.nn.LayerNorm) -> ParameterDict:
    """Return the parameters of a PreciseLayerNorm. Its product loses 3 cuts, half of which the variance loses, too."""
    return make_parameter_dict(dict(layer_norm(norm)) | {"weight": tiled(norm.weight * (1 + 1.5 * LOSS))})
