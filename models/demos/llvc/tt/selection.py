# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Products from the left with a matrix of zeros and ones: they move frames in time, for all streams at once."""

import numpy as np

import ttnn
from models.demos.llvc.tt.precision import SELECTION
from models.tt_audio.tt.tensors import upload


class Selection:
    """frames -> S @ frames. The matrix unit rounds the values to TF32, as every product after it would."""

    def __init__(self, matrix: np.ndarray, streams: int, device: ttnn.MeshDevice):
        """`matrix`: S [rows out, rows in].

        The device has a copy of it for each stream, because TTNN spreads a product of one matrix with many over one
        core for each tile of rows of the result, and there are few.
        """
        self.matrix = upload(np.repeat(matrix[None], streams, axis=0), device, SELECTION.weights)
        self.compute_config = SELECTION.compute_config(device)

    def __call__(self, frames: ttnn.Tensor, memory_config: ttnn.MemoryConfig) -> ttnn.Tensor:
        """frames [1, streams, rows in, C] -> [1, streams, rows out, C], placed by `memory_config`."""
        return ttnn.matmul(
            self.matrix,
            frames,
            dtype=frames.dtype,
            memory_config=memory_config,
            compute_kernel_config=self.compute_config,
        )
