# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Activations that an op of TTNN fuses into its inputs or its output, and that take no program of their own.

    ttnn.multiply(a, b, input_tensor_a_activations=[TANH], activations=[RELU])
"""

import ttnn

ABS = ttnn.UnaryWithParam(ttnn.UnaryOpType.ABS)
CEIL = ttnn.UnaryWithParam(ttnn.UnaryOpType.CEIL)
EXACT_GELU = ttnn.UnaryWithParam(ttnn.UnaryOpType.GELU, 0.0)  # 0: by the error function, not approximated
EXP = ttnn.UnaryWithParam(ttnn.UnaryOpType.EXP)
LESS_THAN_ZERO = ttnn.UnaryWithParam(ttnn.UnaryOpType.LTZ)  # 1 where x < 0, else 0
RECIPROCAL = ttnn.UnaryWithParam(ttnn.UnaryOpType.RECIP)
RELU = ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU)
RSQRT = ttnn.UnaryWithParam(ttnn.UnaryOpType.RSQRT, 0.0)  # 0: not approximated
SIGMOID = ttnn.UnaryWithParam(ttnn.UnaryOpType.SIGMOID)
SOFTPLUS = ttnn.UnaryWithParam(ttnn.UnaryOpType.SOFTPLUS, 1.0, 20.0)  # the beta and threshold of torch
SQRT = ttnn.UnaryWithParam(ttnn.UnaryOpType.SQRT)
SQUARE = ttnn.UnaryWithParam(ttnn.UnaryOpType.SQUARE)
TANH = ttnn.UnaryWithParam(ttnn.UnaryOpType.TANH)


def add(term: float) -> ttnn.UnaryWithParam:
    """Return x -> x + term."""
    return ttnn.UnaryWithParam(ttnn.UnaryOpType.ADD_UNARY_SFPU, term)


def multiply(factor: float) -> ttnn.UnaryWithParam:
    """Return x -> factor * x."""
    return ttnn.UnaryWithParam(ttnn.UnaryOpType.MUL_UNARY_SFPU, factor)


def leaky_relu(slope: float) -> ttnn.UnaryWithParam:
    """Return x -> max(x, 0) + slope * min(x, 0)."""
    return ttnn.UnaryWithParam(ttnn.UnaryOpType.LEAKY_RELU, slope)


def clamp_to(largest: float) -> ttnn.UnaryWithParam:
    """Return x -> x, at least 0 and at most `largest`."""
    return ttnn.UnaryWithParam(ttnn.UnaryOpType.RELU_MAX, largest)
