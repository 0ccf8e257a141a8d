# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tensors between host and device, and operations that every model needs on rows [1, 1, batch * N, C]."""

import numpy as np

import ttnn

from .precision import Stage


def host_tensor(
    array: np.ndarray,
    dtype: ttnn.DataType = ttnn.float32,
    layout: ttnn.Layout = ttnn.TILE_LAYOUT,
    mesh_mapper: ttnn.CppTensorToMesh | None = None,
) -> ttnn.Tensor:
    """Make a host tensor of an array of up to four dimensions: [rows, columns] becomes [1, 1, rows, columns]."""
    array = np.ascontiguousarray(array.reshape((1,) * (4 - array.ndim) + array.shape), np.float32)
    return ttnn.from_torch(array, dtype=dtype, layout=layout, mesh_mapper=mesh_mapper)


def upload(
    array: np.ndarray,
    device: ttnn.MeshDevice,
    dtype: ttnn.DataType = ttnn.float32,
    layout: ttnn.Layout = ttnn.TILE_LAYOUT,
    mesh_mapper: ttnn.CppTensorToMesh | None = None,
) -> ttnn.Tensor:
    """Copy an array of up to four dimensions to DRAM of the device: [rows, columns] becomes [1, 1, rows, columns].

    It is one transfer and no program: the host brings it into the layout. `mesh_mapper` shares it among several chips.
    """
    return ttnn.to_device(host_tensor(array, dtype, layout, mesh_mapper), device)


def download(x: ttnn.Tensor) -> np.ndarray:
    """Copy a device tensor to the host; of a mesh the parts of all chips, concatenated along the first dimension."""
    device = x.device()
    composer = None if device is None or device.get_num_devices() == 1 else ttnn.ConcatMeshToTensor(device, dim=0)
    return ttnn.to_torch(x, mesh_composer=composer).numpy()


def add_by_item(x: ttnn.Tensor, bias: ttnn.Tensor, batch: int, in_place: bool = False) -> ttnn.Tensor:
    """Add a bias to the rows of each item of a batch.

    x [1, 1, batch * N, C], bias [1, 1, 1, C] for all items or [batch, 1, 1, C] for each its own. Reshapes are views.
    """
    rows, channels = x.shape[2], x.shape[3]
    items = ttnn.reshape(x, (batch, 1, rows // batch, channels))
    added = ttnn.add(items, bias, output_tensor=items) if in_place else ttnn.add(items, bias)
    return ttnn.reshape(added, (1, 1, rows, channels))


def row_slice(x: ttnn.Tensor, start: int, count: int, memory_config: ttnn.MemoryConfig | None = None) -> ttnn.Tensor:
    """Copy `count` rows of x [1, 1, rows, C] from the row `start` on."""
    return ttnn.slice(x, [0, 0, start, 0], [1, 1, start + count, x.shape[3]], memory_config=memory_config)


def concat_rows(parts: list[ttnn.Tensor]) -> ttnn.Tensor:
    """Stack tensors [1, 1, rows, C] along their rows. Along C they would have to fit into the L1 of a core."""
    return parts[0] if len(parts) == 1 else ttnn.concat(parts, dim=2)


class RowGather:
    """Gather of rows by index, where the indices are data: a comparison makes a one-hot matrix, and a matmul picks.

    The matrix unit rounds values to TF32. The layers that read the rows do the same, so nothing more is lost.
    """

    def __init__(self, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.compute_config = stage.compute_config(device)
        self.numbers: dict[int, ttnn.Tensor] = {}  # number of rows -> 0, 1, 2, ... on the device

    def __call__(self, rows: ttnn.Tensor, index: ttnn.Tensor) -> ttnn.Tensor:
        """Return row index[b, 0, i, 0] of `rows` [batch, 1, R, C] as row i of the result [batch, 1, n, C].

        `index`: [batch, 1, n, 1]; an index outside 0 .. R-1 gives a row of zeros.
        """
        count = rows.shape[2]
        if count not in self.numbers:
            self.numbers[count] = upload(np.arange(count).reshape(1, -1), self.device)
        one_hot = ttnn.eq(index, self.numbers[count], dtype=ttnn.float32)
        return ttnn.matmul(one_hot, rows, compute_kernel_config=self.compute_config)
