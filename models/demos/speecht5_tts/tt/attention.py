# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Attention of one decoder step: one query for each row, to keys and values in a cache."""

import numpy as np

import ttnn
from models.demos.speecht5_tts.tt.precision import HALF
from models.tt_audio.tt.tensors import upload


class Cache:
    """Keys and values of one layer [rows, heads, positions, width of a head], at fixed addresses."""

    def __init__(self, rows: int, heads: int, positions: int, width: int, device: ttnn.MeshDevice):
        shape = (rows, heads, positions, width)
        self.keys, self.values = (upload(np.zeros(shape, np.float32), device, HALF) for _ in range(2))

    def write(self, keys: ttnn.Tensor, values: ttnn.Tensor, position: ttnn.Tensor) -> None:
        """Write keys and values [1, rows, heads, width] of one step at the position [rows] of each row."""
        for cache, own in ((self.keys, keys), (self.values, values)):
            ttnn.experimental.paged_update_cache(cache, own, update_idxs_tensor=position)

    def fill(self, keys: ttnn.Tensor, values: ttnn.Tensor, row: int) -> None:
        """Write keys and values [1, heads, n, width] of one row over its first n positions."""
        for cache, own in ((self.keys, keys), (self.values, values)):
            ttnn.fill_cache(cache, own, row)


def attend_up_to(
    query: ttnn.Tensor,
    cache: Cache,
    position: ttnn.Tensor,
    keys_at_once: int,
    compute_config: ttnn.DeviceComputeKernelConfig,
) -> ttnn.Tensor:
    """Attend with the queries [1, rows, heads, D] to the positions 0 .. position[row] of a cache.

    `position`: [rows], int32. The result is [1, 1, rows, heads * D], in L1. The queries contain the scale.
    """
    attended = ttnn.transformer.scaled_dot_product_attention_decode(
        *(query, cache.keys, cache.values),
        cur_pos_tensor=position,
        scale=1.0,
        memory_config=ttnn.L1_MEMORY_CONFIG,
        program_config=ttnn.SDPAProgramConfig(
            compute_with_storage_grid_size=query.device().compute_with_storage_grid_size(),
            q_chunk_size=0,  # not used by this op
            k_chunk_size=keys_at_once,
            exp_approx_mode=False,
        ),
        compute_kernel_config=compute_config,
    )
    _, rows, heads, width = attended.shape
    return ttnn.reshape(attended, (1, 1, rows, heads * width))
