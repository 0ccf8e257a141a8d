# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Matrix products of rows, one program each: [1, 1, T, in] -> [1, 1, T, out]. Two ops of ttnn, two strengths.

`Linear` can end in an activation and mix formats: BERT and the splines. `Projection` can end in an addition, reads two
tensors as one, and puts its output where the caller asks, so no program only moves data: all that stands around the
convolutions and the attention of sharded chains.
"""

import ttnn

from .precision import Stage
from .sharding import TILE, shard

DEEPEST = 8  # tiles of the inner dimension that a core holds at once
WIDEST = 4  # columns of tiles: as many accumulators in float32 as the destination registers hold
HIGHEST = 2  # rows of tiles: both operands lie in L1 twice, beside whatever the caller keeps there


class Linear:
    """y = activation(x W + b)"""

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


class Projection:
    """y = x W + b, or y = addend + scale * factor * (x W + b); factor: [1, 1, T, out], a mask; None is 1

    The sums are made on the matrix unit, which cuts an addend to TF32.
    """

    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.channels = parameters.weight.shape[3]
        self.compute_config = stage.compute_config(device)
        # The op wants operands of one format; what the weights of the stage lose in theirs, these have lost, too.
        self.weight, self.bias, self.ones = (
            ttnn.to_device(ttnn.to_dtype(ttnn.to_dtype(tensor, stage.weights), stage.activations), device)
            for tensor in (parameters.weight, parameters.bias, parameters.ones)
        )

    def __call__(self, x, memory_config, addend=None, factor=None, scale: float = 1.0):
        """`x` may be a pair of tensors, read as one beside the other."""
        how = {
            "config": self._blocks((x[0] if isinstance(x, tuple) else x).shape[2]),
            "memory_config": memory_config,
            "compute_kernel_config": self.compute_config,
        }
        if addend is None:
            x = list(x) if isinstance(x, tuple) else x
            return ttnn.experimental.minimal_matmul(x, self.weight, bias_tensor=self.bias, **how)
        if factor is not None and factor.shape[2] <= TILE:
            # The fused op takes a factor of one tile's height for a row that holds for all.
            product = ttnn.experimental.minimal_matmul(x, self.weight, bias_tensor=self.bias, **how)
            return ttnn.addcmul(addend, product, factor, value=scale, memory_config=memory_config)
        return ttnn.experimental.dit_minimal_matmul_addcmul_fused(
            x, self.weight, scale, addend, self.ones if factor is None else factor, bias_tensor=self.bias, **how
        )

    def widened(self, mask):
        """A mask [1, 1, T, 1] -> the factor [1, 1, T, out] of this product."""
        return ttnn.multiply(mask, self.ones, memory_config=shard(self.device, mask.shape[2], self.channels))

    def _blocks(self, rows: int) -> ttnn.MinimalMatmulConfig:
        """As few tiles of the output a core as the grid allows, and the inner dimension in few equal steps."""
        grid = self.device.compute_with_storage_grid_size()
        inner, columns = (-(-size // TILE) for size in list(self.weight.shape)[2:])
        across = min(-(-columns // grid.x), WIDEST)
        return ttnn.MinimalMatmulConfig(
            M_block_size=min(-(-rows // (TILE * grid.y)), HIGHEST),
            K_block_size=-(-inner // -(-inner // DEEPEST)),
            N_block_size=across,
            subblock_h=1,
            subblock_w=across,
            compute_with_storage_grid_size=grid,
        )
