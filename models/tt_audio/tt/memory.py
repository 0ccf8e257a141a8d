# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""All rules about L1, the memory of each core: how much there is, and what is placed there.

A core has about 1.4 MB. Programs need a part of it for their own circular buffers, so every rule leaves a share of it
free. The shares and counts were read from the ledger of mocked cards (mock_device/ledger.py), which places every buffer
as TTNN does.
"""

import ttnn

from ..hifigan_config import GeneratorConfig
from ..host.errors import DeviceError
from .precision import Stage
from .sharding import TILE, shard

L1_SHARE = 0.9  # of a core's L1; the rest is for what the allocator cannot place tightly
# Of all L1, for the tensors that a transformer layer holds at once. Its programs' own buffers take up to 0.62 of L1
# (norm of 1,024 columns).
TRANSFORMER_SHARE = 0.25
# Of all L1, for the input of a two-dimensional convolution, which also holds a copy with halo (up to twice as large)
# and its output.
IMAGE_SHARE = 0.2
# Activations of the hidden width that are in L1 at once in a flow and the convolutions of its WaveNets. Ledger: 13.2.
FLOW_ACTIVATIONS = 13.3
MOST_QKV_ROWS = 2048  # that stay in L1; a row holds queries, keys and values side by side: 7.5 kB
# Of all L1, for the frames of a chunk of many streams. Ledger: 0.89 at most together with the programs' own buffers.
STREAM_SHARE = 0.75
BYTES = {ttnn.float32: 4, ttnn.bfloat16: 2}


def bytes_per_core(device: ttnn.MeshDevice, share: float = L1_SHARE) -> float:
    """Return `share` of the L1 of one core in bytes."""
    return share * ttnn.get_memory_view(device, ttnn.BufferType.L1).total_bytes_per_bank


def l1_bytes(device: ttnn.MeshDevice, share: float) -> float:
    """Return `share` of the L1 of all cores in bytes."""
    l1 = ttnn.get_memory_view(device, ttnn.BufferType.L1)
    return share * l1.num_banks * l1.total_bytes_per_bank


def rows_in_l1(device: ttnn.MeshDevice, channels: int, dtype: ttnn.DataType, tensors: float) -> int:
    """Return how many rows of `channels` channels fit in L1 for `tensors` sharded tensors at a time."""
    step = TILE * device.compute_with_storage_grid_size().y  # whole tiles on every row of cores
    height, width = shard(device, step, channels).shard_spec.shape
    return int(bytes_per_core(device) // (tensors * height * width * BYTES[dtype])) * step


def flow_rows(device: ttnn.MeshDevice, channels: int, dtype: ttnn.DataType) -> int:
    """Return how many rows of frames with `channels` hidden channels fit in L1 while a flow of WaveNets runs."""
    return rows_in_l1(device, channels, dtype, FLOW_ACTIVATIONS)


def image_values(device: ttnn.MeshDevice, dtype: ttnn.DataType) -> float:
    """Return how many values the input of a two-dimensional convolution can have in L1, not rounded."""
    return l1_bytes(device, IMAGE_SHARE) / BYTES[dtype]


def transformer_placement(device: ttnn.MeshDevice, values: int, dtype: ttnn.DataType) -> ttnn.MemoryConfig:
    """Return where a transformer layer's tensors, at most `values` values at once, are stored: L1 if they fit."""
    fits = values * BYTES[dtype] <= l1_bytes(device, TRANSFORMER_SHARE)
    return ttnn.L1_MEMORY_CONFIG if fits else ttnn.DRAM_MEMORY_CONFIG


def qkv_placement(device: ttnn.MeshDevice, rows: int, channels: int) -> ttnn.MemoryConfig:
    """Return where the projection to queries, keys and values [1, 1, rows, channels] is stored: L1 if it fits."""
    return shard(device, rows, channels) if rows <= MOST_QKV_ROWS else ttnn.DRAM_MEMORY_CONFIG


def longest_row(device: ttnn.MeshDevice, bytes_per_item: int) -> int:
    """Return how many items fit in one row of a row-major tensor.

    A core that moves a row holds it four times: as input and as output, both double-buffered.
    """
    return int(bytes_per_core(device) // (4 * bytes_per_item))


def generator_window(
    config: GeneratorConfig,
    device: ttnn.MeshDevice,
    stage: Stage,
    step: int | None = None,
    limit: float = float("inf"),
) -> int:
    """Return the frames of the largest generator window, a multiple of `step`, whose residual blocks stay in L1.

    `step` is by default a tile of frames for each row of cores; `limit` bounds the result.
    """
    step = step or TILE * device.compute_with_storage_grid_size().y
    capacity = bytes_per_core(device)
    fitting = 0
    while fitting + step <= limit and _resblock_bytes(config, device, stage, fitting + step) <= capacity:
        fitting += step
    if not fitting:
        raise DeviceError(
            f"a generator of {config.upsample_initial_channel} channels does not fit the L1 of this device"
        )
    return fitting


def _resblock_bytes(config: GeneratorConfig, device: ttnn.MeshDevice, stage: Stage, frames: int) -> int:
    """Return the bytes of a core that the largest residual block needs for a window of `frames` frames.

    At its peak a block holds five activations: the stage's input, the sum, the residual, and the convolution's input
    with its halo and its output. The convolution adds unrolled rows of two activations, and the weights of one tap,
    double-buffered. The ledger's peak is below that for the full-size models.
    """
    most, samples, channels = 0, frames, config.upsample_initial_channel
    for rate in config.upsample_rates:
        samples, channels = samples * rate, channels // 2
        # several samples share a row where they have few channels (parameters/hifigan.py)
        rows = samples * channels // TILE if channels < TILE else samples
        height, width = shard(device, rows, max(channels, TILE)).shard_spec.shape
        activation = height * width * BYTES[stage.activations]
        weights = 2 * (-(-max(channels, TILE) // TILE) * TILE) ** 2 * BYTES[stage.weights]
        most = max(most, 7 * activation + weights)
    return most
