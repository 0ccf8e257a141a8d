# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A mocked card refuses programs that are known to hang a device, and only those."""

import pytest
import torch

import ttnn
from mock_device.known_hangs import KnownHang

ROWS, CHANNELS = 1040, 64  # 33 rows of tiles


def by_rows(device, cores: int, rows: int = 32):
    """Shards of `rows` x CHANNELS on that many cores."""
    return ttnn.create_sharded_memory_config(
        (rows, CHANNELS),
        core_grid=ttnn.num_cores_to_corerangeset(cores, device.compute_with_storage_grid_size(), True),
        strategy=ttnn.ShardStrategy.HEIGHT,
        use_height_and_width_as_shard_shape=True,
    )


@pytest.fixture
def tensor(device):
    def upload(channels: int, memory_config=None, rows: int = ROWS):
        x = torch.ones(1, 1, rows, channels)
        return ttnn.from_torch(
            x, dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=device, memory_config=memory_config
        )

    return upload


NEVER_ENDS = (
    r"ttnn.multiply of \[1, 1, 1040, 64\], \[1, 1, 1040, 1\] never ends on a device: one operand is a column and some "
    "cores of the height-sharded result hold no row"
)


def test_a_column_on_more_cores_than_rows_of_tiles(device, tensor, expect_error):
    with expect_error(KnownHang, NEVER_ENDS):
        ttnn.multiply(tensor(CHANNELS, by_rows(device, 34)), tensor(1))


def test_a_column_on_shards_of_several_tiles_of_which_some_are_empty(device, tensor, expect_error):
    with expect_error(KnownHang, "ttnn.multiply of .* never ends"):
        ttnn.multiply(tensor(CHANNELS, by_rows(device, 33, rows=64), rows=2048), tensor(1, rows=2048))


def test_a_column_on_empty_shards_after_one_that_is_filled_in_part(device, tensor):
    assert is_doubled(ttnn.add(tensor(CHANNELS, by_rows(device, 18, rows=64)), tensor(1)))


def test_a_column_in_place_and_as_first_operand(device, tensor, expect_error):
    x = tensor(CHANNELS, by_rows(device, 34))
    with expect_error(KnownHang, "ttnn.add of .* never ends"):
        ttnn.add(tensor(1), x, output_tensor=x)
    with expect_error(KnownHang, "ttnn.div of .* never ends"):
        ttnn.divide(x, tensor(1))
    with expect_error(KnownHang, "ttnn.multiply_ of .* never ends"):
        ttnn.multiply_(x, tensor(1))


def is_doubled(result):
    return torch.equal(ttnn.to_torch(result), torch.full((1, 1, ROWS, CHANNELS), 2.0))


def test_a_column_where_every_core_has_rows(device, tensor):
    assert is_doubled(ttnn.add(tensor(CHANNELS, by_rows(device, 33)), tensor(1)))
    assert is_doubled(ttnn.add(tensor(CHANNELS, by_rows(device, 17, rows=64)), tensor(1)))


def test_an_operand_of_full_width(device, tensor):
    assert is_doubled(ttnn.add(tensor(CHANNELS, by_rows(device, 34)), tensor(CHANNELS)))


def test_a_result_in_dram(device, tensor):
    x = tensor(CHANNELS, by_rows(device, 34))
    assert is_doubled(ttnn.add(x, tensor(1), memory_config=ttnn.DRAM_MEMORY_CONFIG))


def test_a_column_by_a_column(device, tensor):
    one = ttnn.to_memory_config(tensor(1), narrow(device))
    assert torch.equal(ttnn.to_torch(ttnn.add(one, tensor(1))), torch.full((1, 1, ROWS, 1), 2.0))


def narrow(device):
    return ttnn.create_sharded_memory_config(
        (32, 32),
        core_grid=ttnn.num_cores_to_corerangeset(34, device.compute_with_storage_grid_size(), True),
        strategy=ttnn.ShardStrategy.HEIGHT,
        use_height_and_width_as_shard_shape=True,
    )
