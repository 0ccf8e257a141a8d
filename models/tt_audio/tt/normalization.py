# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norms over the channels of rows [1, 1, T, C]."""

import ttnn
from ttnn.model_preprocessing import ParameterDict

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
