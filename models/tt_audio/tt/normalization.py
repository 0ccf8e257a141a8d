# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norms over the channels of rows [1, 1, T, C]."""

import ttnn
from ttnn.model_preprocessing import ParameterDict

from .activations import RSQRT, add, multiply
from .linear import FusedLinear
from .precision import Stage


class LayerNorm:
    """Layer norm in one program, of a sum where there is one."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.epsilon = parameters.epsilon
        self.weight, self.bias = (ttnn.to_device(x, device) for x in (parameters.weight, parameters.bias))
        self.compute_config = stage.compute_config(device)

    def __call__(
        self, x: ttnn.Tensor, residual: ttnn.Tensor | None = None, bias: ttnn.Tensor | None = None
    ) -> ttnn.Tensor:
        """Return the norm of x, or of x + residual, placed as x; `bias` [1, 1, 1, C] replaces the norm's own."""
        return ttnn.layer_norm(
            x,
            epsilon=self.epsilon,
            weight=self.weight,
            bias=self.bias if bias is None else bias,
            residual_input_tensor=residual,
            memory_config=x.memory_config(),
            compute_kernel_config=self.compute_config,
        )


class PreciseLayerNorm:
    """Layer norm whose weight and bias are applied in a program of their own, in float32 on the vector unit.

    ttnn.layer_norm truncates weight, bias and the normalised input to TF32, always towards zero. Use this one where a
    bias of the result matters: in a duration predictor it moves all durations the same way, and they are rounded.
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.epsilon = parameters.epsilon
        self.weight, self.bias = (ttnn.to_device(x, device) for x in (parameters.weight, parameters.bias))
        self.compute_config = stage.compute_config(device)

    def __call__(
        self, x: ttnn.Tensor, residual: ttnn.Tensor | None = None, bias: ttnn.Tensor | None = None
    ) -> ttnn.Tensor:
        """Return the norm of x, or of x + residual, placed as x; `bias` takes the place of the norm's own."""
        x = ttnn.layer_norm(
            x,
            epsilon=self.epsilon,
            residual_input_tensor=residual,
            memory_config=x.memory_config(),
            compute_kernel_config=self.compute_config,
        )
        return ttnn.addcmul(self.bias if bias is None else bias, x, self.weight, output_tensor=x)


class VectorLayerNorm:
    """Layer norm in seven programs whose values are never truncated, only the terms of its two sums.

    ttnn.layer_norm truncates the reciprocal deviation of a row to 9 bits, so each row has an error of scale of its own,
    up to 0.2 %. Here the matrix unit only computes two sums, by products with a matrix of ones:

        c = x + residual - sum(x + residual) / C,  y = bias + c * (weight / sqrt(sum(c^2) / C + epsilon))
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        """`parameters.mean` is 1 / C, corrected for the truncation of the terms (parameters/balance.py)."""
        self.weight, self.bias = (ttnn.to_device(x, device) for x in (parameters.weight, parameters.bias))
        self.sum = FusedLinear(parameters.sum, device, stage)
        self.mean = [multiply(parameters.mean)]
        self.reciprocal_deviation = [multiply(parameters.mean), add(parameters.epsilon), RSQRT]

    def __call__(self, x: ttnn.Tensor, residual: ttnn.Tensor, bias: ttnn.Tensor | None = None) -> ttnn.Tensor:
        """Overwrite x with the norm of x + residual and return it; `bias` takes the place of the norm's own."""
        x = ttnn.add(x, residual, output_tensor=x)
        total = self.sum(x, x.memory_config())
        x = ttnn.subtract(x, total, input_tensor_b_activations=self.mean, output_tensor=x)
        squares = ttnn.multiply(x, x, output_tensor=total)
        total = self.sum(squares, x.memory_config())
        ttnn.deallocate(squares)
        factor = ttnn.multiply(
            total, self.weight, input_tensor_a_activations=self.reciprocal_deviation, output_tensor=total
        )
        y = ttnn.addcmul(self.bias if bias is None else bias, x, factor, output_tensor=x)
        ttnn.deallocate(factor)
        return y
