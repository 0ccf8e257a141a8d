# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What the text side's rooms share, beside convolutions (conv1d.py) and norms (channel_norm.py)."""

import ttnn
from models.demos.openvoice.tt.precision import Stage


class Linear:
    """A matmul with its bias, and an activation, in one program."""

    def __init__(self, parameters, device, stage: Stage, dtype=None, activation=None):
        self.weight = ttnn.to_device(parameters.weight, device)
        self.bias = ttnn.to_device(parameters.bias, device)
        self.options = {
            "dtype": dtype or stage.activations,
            "activation": activation,
            "core_grid": device.core_grid,  # without it the bias is a program of its own
            "compute_kernel_config": stage.compute_config(device),
        }

    def __call__(self, x, memory_config):
        return ttnn.linear(x, self.weight, bias=self.bias, memory_config=memory_config, **self.options)
