# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norm over the channels of rows [1, 1, T, C], of a sum where there is one: mirrors reference/layer_norm.py."""

import ttnn

from .precision import Stage


class ChannelNorm:
    def __init__(self, parameters, device, stage: Stage):
        self.epsilon = parameters.epsilon
        self.weight, self.bias = (ttnn.to_device(x, device) for x in (parameters.weight, parameters.bias))
        self.compute_config = stage.compute_config(device)

    def __call__(self, x, residual=None, bias=None):
        """The norm of x, or of x + residual, placed as x; `bias` takes the place of the norm's own."""
        return ttnn.layer_norm(
            x,
            epsilon=self.epsilon,
            weight=self.weight,
            bias=self.bias if bias is None else bias,
            residual_input_tensor=residual,
            memory_config=x.memory_config(),
            compute_kernel_config=self.compute_config,
        )
