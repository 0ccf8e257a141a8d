# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How a [1, 1, rows, channels] tensor is spread over the cores so that chains of convolutions stay in L1.

Few rows and many channels: blocks of both (rows down, channels across). Many rows and few channels: rows only. A
convolution keeps the sharding of its input, so a chain is placed once, at its start.
"""

import ttnn

TILE = 32
WIDEST_BY_ROWS = 128  # channels; wider kernels' weights do not fit beside a whole row of activations in L1


def _largest_divisor(number: int, limit: int) -> int:
    return max(divisor for divisor in range(1, min(number, limit) + 1) if number % divisor == 0)


def shard(device, rows: int, channels: int, following: int = 0) -> ttnn.MemoryConfig:
    """L1 memory config for a tensor of that many rows and channels (each filled up to whole tiles).

    `following`: channels that the convolutions make of it, if they are more: their kernels decide, too.
    """
    grid = device.compute_with_storage_grid_size()
    row_tiles, channel_tiles = -(-rows // TILE), -(-channels // TILE)
    height, width = _largest_divisor(row_tiles, grid.y), _largest_divisor(channel_tiles, grid.x)
    # blocks of all channels (a spectrogram has 17 tiles) would leave cores idle that rows can use
    if row_tiles <= grid.y or (max(channels, following) > WIDEST_BY_ROWS and width > 1):
        return ttnn.create_sharded_memory_config(
            (row_tiles // height * TILE, channel_tiles // width * TILE),
            core_grid=ttnn.CoreGrid(y=height, x=width),
            strategy=ttnn.ShardStrategy.BLOCK,
            use_height_and_width_as_shard_shape=True,
        )
    cores = _largest_divisor(row_tiles, grid.x * grid.y)
    return ttnn.create_sharded_memory_config(
        (row_tiles // cores * TILE, channel_tiles * TILE),
        core_grid=ttnn.num_cores_to_corerangeset(cores, grid, True),
        strategy=ttnn.ShardStrategy.HEIGHT,
        use_height_and_width_as_shard_shape=True,
    )


def slots(device, rows: int, channels: int, count: int) -> ttnn.MemoryConfig:
    """L1 memory config for `count` tensors of that many rows and channels side by side, each on cores of its own."""
    grid = device.compute_with_storage_grid_size()
    row_tiles, channel_tiles = -(-rows // TILE), -(-channels // TILE)
    height, width = _largest_divisor(row_tiles, grid.y), _largest_divisor(channel_tiles, max(1, grid.x // count))
    return ttnn.create_sharded_memory_config(
        (row_tiles // height * TILE, channel_tiles // width * TILE),
        core_grid=ttnn.CoreGrid(y=height, x=count * width),
        strategy=ttnn.ShardStrategy.BLOCK,
        use_height_and_width_as_shard_shape=True,
    )


def columns(x, first: int, count: int):
    """Some channels of x: a view, where they fill whole shards, else a copy."""
    spec = x.memory_config().shard_spec
    if spec is not None and first % spec.shape[1] == 0 and count % spec.shape[1] == 0:
        return ttnn.narrow(x, 3, first, count)
    return ttnn.slice(x, [0, 0, 0, first], [1, 1, x.shape[2], first + count])


def halves(x):
    return columns(x, 0, x.shape[3] // 2), columns(x, x.shape[3] // 2, x.shape[3] // 2)
