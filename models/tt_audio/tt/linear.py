# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Matrix products of rows with weights: [1, 1, T, in] -> [1, 1, T, out]. Two ops of ttnn, two strengths.

`Linear` (ttnn.linear) can end in an activation and change the format. Use it for BERT, splines and single products.
`FusedLinear` (minimal_matmul) can end in an addition, reads two tensors as one, and places its output where the caller
asks, so no program only moves data. Use it between convolutions and attention of sharded chains.
"""

import ttnn
from ttnn.model_preprocessing import ParameterDict

from .precision import Stage
from .sharding import TILE, shard

# Blocks of a FusedLinear, in tiles.
DEEPEST = 8  # of the inner dimension, that a core holds at once
WIDEST = 4  # columns: as many accumulators in float32 as the destination registers hold
HIGHEST = 2  # rows: both operands are in L1 twice, next to whatever the caller keeps there


class Linear:
    """y = activation(x W + b), or without b where the parameters have no bias."""

    def __init__(
        self,
        parameters: ParameterDict,
        device: ttnn.MeshDevice,
        stage: Stage,
        dtype: ttnn.DataType | None = None,
        activation: str | None = None,
        whole_grid: bool = True,
    ):
        """`dtype` of the result is by default that of the stage's activations.

        `whole_grid`: compute on all cores and add the bias in the same program, which rounds bias and sum to TF32. If
        False, the op chooses its cores, and the bias is added in float32 in a program of its own.
        """
        bias = parameters.get("bias")
        self.weight = ttnn.to_device(parameters.weight, device)
        self.bias = None if bias is None else ttnn.to_device(bias, device)
        self.options = {
            "dtype": dtype or stage.activations,
            "activation": activation,
            "core_grid": device.core_grid if whole_grid else None,
            "compute_kernel_config": stage.compute_config(device),
        }

    def __call__(self, x: ttnn.Tensor, memory_config: ttnn.MemoryConfig | None = None) -> ttnn.Tensor:
        """Return x [.., T, in] times the weight plus the bias, [.., T, out], placed by `memory_config` (None: DRAM)."""
        return ttnn.linear(x, self.weight, bias=self.bias, memory_config=memory_config, **self.options)


class FusedLinear:
    """y = x W + b, or y = addend + scale * factor * (x W + b), in one program.

    The sums are made on the matrix unit, which rounds an addend to TF32.
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        """`parameters.ones` [1, 1, 1, out] is the factor of a call without one: the fused op always takes a factor.

        A product without `parameters.bias` is not rounded to TF32.
        """
        self.device = device
        self.channels = parameters.weight.shape[3]
        self.compute_config = stage.compute_config(device)
        # Round the weights to the stage's weight format, then widen them to that of the activations, because
        # minimal_matmul takes operands of one format only.
        self.weight, self.bias, self.ones = (
            tensor and ttnn.to_device(ttnn.to_dtype(ttnn.to_dtype(tensor, stage.weights), stage.activations), device)
            for tensor in (parameters.weight, parameters.get("bias"), parameters.ones)
        )

    def __call__(
        self,
        x: ttnn.Tensor | tuple[ttnn.Tensor, ttnn.Tensor],
        memory_config: ttnn.MemoryConfig,
        addend: ttnn.Tensor | None = None,
        factor: ttnn.Tensor | None = None,
        scale: float = 1.0,
    ) -> ttnn.Tensor:
        """Return y [1, 1, T, out] of x [1, 1, T, in], placed by `memory_config`; the class has the formula.

        `addend` and `factor` are [1, 1, T, out]; `widened` makes a factor of a mask; None: a factor of 1. Without
        `addend`, `factor` and `scale` are ignored, and x may be two tensors, whose channels are joined.
        """
        options = {
            "config": self._blocks((x[0] if isinstance(x, tuple) else x).shape[2]),
            "memory_config": memory_config,
            "compute_kernel_config": self.compute_config,
        }
        if addend is None:
            x = list(x) if isinstance(x, tuple) else x
            return ttnn.experimental.minimal_matmul(x, self.weight, bias_tensor=self.bias, **options)
        if factor is not None and factor.shape[2] <= TILE:
            # The fused op takes a factor of one tile's height for a row that holds for all.
            product = ttnn.experimental.minimal_matmul(x, self.weight, bias_tensor=self.bias, **options)
            return ttnn.addcmul(addend, product, factor, value=scale, memory_config=memory_config)
        return ttnn.experimental.dit_minimal_matmul_addcmul_fused(
            x, self.weight, scale, addend, self.ones if factor is None else factor, bias_tensor=self.bias, **options
        )

    def widened(self, mask: ttnn.Tensor) -> ttnn.Tensor:
        """Widen a mask [1, 1, T, 1] to the factor [1, 1, T, out] of this product."""
        return ttnn.multiply(mask, self.ones, memory_config=shard(self.device, mask.shape[2], self.channels))

    def _blocks(self, rows: int) -> ttnn.MinimalMatmulConfig:
        """Give each core as few output tiles as the grid allows, and divide the inner dimension into equal steps."""
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
