# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numeric format of one stage of a model."""

from dataclasses import dataclass

import ttnn


@dataclass(frozen=True)
class Stage:
    """Data types, math fidelity and accumulator of the programs of a stage."""

    activations: ttnn.DataType = ttnn.float32
    weights: ttnn.DataType = ttnn.float32
    fidelity: ttnn.MathFidelity = ttnn.MathFidelity.HiFi4
    fp32_accumulation: bool = True

    def compute_config(self, device: ttnn.MeshDevice) -> ttnn.WormholeComputeKernelConfig:
        """Return the compute kernel config of the stage for a device."""
        return ttnn.init_device_compute_kernel_config(
            device.arch(),
            math_fidelity=self.fidelity,
            math_approx_mode=False,
            fp32_dest_acc_en=self.fp32_accumulation,
            packer_l1_acc=self.fp32_accumulation,
        )
