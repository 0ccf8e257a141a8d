# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sharding of [1, 1, rows, channels] tensors over the cores, so that chains of convolutions stay in L1.

    few rows, many channels     block sharded: rows over the rows of the grid, channels over its columns
    many rows, few channels     height sharded: rows over all cores, every core with all channels

A convolution keeps the sharding of its input, so a chain is sharded once, at its start.
"""

import ttnn

TILE = 32
WIDEST_BY_ROWS = 128  # channels; the weights of a wider convolution do not fit in L1 next to whole rows of activations


def _largest_divisor(number: int, limit: int) -> int:
    """Return the largest divisor of `number` that is at most `limit`."""
    return max(divisor for divisor in range(1, min(number, limit) + 1) if number % divisor == 0)


def shard(device: ttnn.MeshDevice, rows: int, channels: int, following: int = 0) -> ttnn.MemoryConfig:
    """Return the L1 memory config for a tensor [1, 1, rows, channels], both padded to whole tiles.

    `following`: output channels of the convolutions that read the tensor, if they are more than `channels`. They count
    for the choice, because the weights have to fit in L1, too.
    """
    grid = device.compute_with_storage_grid_size()
    row_tiles, channel_tiles = -(-rows // TILE), -(-channels // TILE)
    height, width = _largest_divisor(row_tiles, grid.y), _largest_divisor(channel_tiles, grid.x)
    # With width 1 (the 17 channel tiles of a spectrogram have no divisor up to grid.x) blocks would use one column of
    # cores only; height sharding uses all.
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


def slots(device: ttnn.MeshDevice, rows: int, channels: int, count: int) -> ttnn.MemoryConfig:
    """Return the L1 memory config for one tensor [1, 1, rows, count * channels] with `count` slots of channels.

    Each slot has columns of cores of its own, so that `columns` returns it as a view:

        slot         0                1                           ...
        channels     0 .. C - 1       C .. 2 C - 1
        cores        columns 0 ..     the next columns of cores
    """
    grid = device.compute_with_storage_grid_size()
    row_tiles, channel_tiles = -(-rows // TILE), -(-channels // TILE)
    height, width = _largest_divisor(row_tiles, grid.y), _largest_divisor(channel_tiles, max(1, grid.x // count))
    return ttnn.create_sharded_memory_config(
        (row_tiles // height * TILE, channel_tiles // width * TILE),
        core_grid=ttnn.CoreGrid(y=height, x=count * width),
        strategy=ttnn.ShardStrategy.BLOCK,
        use_height_and_width_as_shard_shape=True,
    )


def columns(x: ttnn.Tensor, first: int, count: int) -> ttnn.Tensor:
    """Return channels first .. first + count - 1 of x: a view if they fill whole shards, else a copy."""
    spec = x.memory_config().shard_spec
    if spec is not None and first % spec.shape[1] == 0 and count % spec.shape[1] == 0:
        return ttnn.narrow(x, 3, first, count)
    return ttnn.slice(x, [0, 0, 0, first], [1, 1, x.shape[2], first + count])


def halves(x: ttnn.Tensor) -> tuple[ttnn.Tensor, ttnn.Tensor]:
    """Return the first and the second half of the channels of x, as `columns` does."""
    return columns(x, 0, x.shape[3] // 2), columns(x, x.shape[3] // 2, x.shape[3] // 2)
