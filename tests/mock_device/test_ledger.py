# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The device ledger against counts and sizes worked out by hand."""

import json
from collections import Counter
from contextlib import nullcontext

import pytest
import torch

import ttnn
from mock_device import hooks
from mock_device.ledger import Ledger

with_small_l1 = pytest.mark.parametrize("device_params", [{"l1_small_size": 32768}], indirect=True)


def upload(device, *shape, dtype=ttnn.bfloat16, memory_config=ttnn.DRAM_MEMORY_CONFIG):
    return ttnn.from_torch(
        torch.ones(shape), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device, memory_config=memory_config
    )


class Conv:
    """One convolution over [1, 1, length, inputs] that keeps the weight which TTNN prepared in its first call."""

    def __init__(self, device, inputs, outputs, kernel, stride=1, dilation=1):
        self.device, self.sizes, self.kernel = device, (inputs, outputs), kernel
        self.stride, self.dilation = stride, dilation
        self.weight = ttnn.from_torch(torch.ones(outputs, inputs, kernel), dtype=ttnn.bfloat16)

    def __call__(self, x):
        output, (self.weight, _) = ttnn.conv1d(
            input_tensor=x,
            weight_tensor=self.weight,
            device=self.device,
            in_channels=self.sizes[0],
            out_channels=self.sizes[1],
            batch_size=1,
            input_length=x.shape[2],
            kernel_size=self.kernel,
            stride=self.stride,
            padding=self.dilation * (self.kernel - 1) // 2,
            dilation=self.dilation,
            groups=1,
            dtype=ttnn.bfloat16,
            conv_config=ttnn.Conv1dConfig(weights_dtype=ttnn.bfloat16),
            return_weights_and_bias=True,
        )
        return output


@pytest.fixture
def sequence(device):
    """Upload, convolution, relu, matrix product, download."""
    conv = Conv(device, 192, 192, kernel=5)
    weight = upload(device, 192, 96)

    def run(length=256):
        x = upload(device, 1, 1, length, 192)
        return ttnn.to_torch(ttnn.matmul(ttnn.relu(conv(x)), weight))

    return run


PROGRAMS = {
    **{"InterleavedToSharded": 1, "Halo": 1, "Move": 1, "Conv2d": 1, "ShardedToInterleaved": 1},
    **{"Unary": 1, "Matmul": 1},
}
UPLOADED, DOWNLOADED = 256 * 192 * 2, 256 * 96 * 2
CONV_FLOPS, MATMUL_FLOPS = 2 * 256 * 192 * 192 * 5, 2 * 256 * 192 * 96


@with_small_l1
def test_a_warm_sequence_costs_exactly_this(device, sequence):
    sequence()
    with Ledger(device) as ledger:
        sequence()
    assert ledger.programs == Counter(PROGRAMS)
    assert ledger.num_programs == 7
    assert (ledger.uploads.count, ledger.uploads.bytes) == (1, UPLOADED)
    assert (ledger.downloads.count, ledger.downloads.bytes) == (1, DOWNLOADED)
    assert ledger.cache_misses == 0
    assert ledger.flops == CONV_FLOPS + MATMUL_FLOPS
    assert [operation.caller for operation in ledger.operations] == ["ttnn.conv1d"] * 5 + ["ttnn.relu", "ttnn.matmul"]


@with_small_l1
def test_the_first_run_misses_the_cache_and_uploads_the_weight(device, sequence):
    cached = device.num_program_cache_entries()
    with Ledger(device) as ledger:
        sequence()
    assert ledger.cache_misses == ledger.num_programs == device.num_program_cache_entries() - cached
    weights = [transfer for transfer in ledger.uploads if transfer.tensor.shape == (1, 1, 5 * 192, 192)]
    assert [(transfer.caller, transfer.tensor.bytes) for transfer in weights] == [("ttnn.conv1d", 5 * 192 * 192 * 2)]


@with_small_l1
def test_a_fresh_length_misses_the_cache(device, sequence):
    sequence()
    with Ledger(device) as ledger:
        sequence(length=512)
    assert ledger.cache_misses >= 1
    assert ledger.programs["Conv2d"] == 1


def test_the_block_computes_what_it_does_without_a_ledger(device):
    x, row = upload(device, 64, 64), upload(device, 1, 64)
    with Ledger(device):
        inside = ttnn.to_torch(ttnn.add(x, x))
    assert torch.equal(inside, torch.full((64, 64), 2.0, dtype=torch.bfloat16))
    with Ledger(device, dispatch=False):  # where all new tensors have the same address
        ttnn.matmul(ttnn.relu(row), ttnn.relu(x))
    assert torch.equal(ttnn.to_torch(ttnn.add(x, x)), inside)


def test_without_the_golden_executor_the_counts_are_the_same(device):
    x = upload(device, 64, 64)
    counts = []
    for executor in (nullcontext, hooks.suspended):
        with executor(), Ledger(device) as ledger:
            ttnn.relu(x).cpu()
        counts.append((ledger.programs, ledger.uploads.bytes, ledger.downloads.bytes, ledger.flops))
    assert counts[0] == counts[1] == ({"Unary": 1}, 0, 64 * 64 * 2, 0)


@pytest.mark.parametrize(
    "download",
    [
        ttnn.to_torch,
        ttnn.from_device,
        lambda x: x.cpu(),
        lambda x: ttnn.copy_device_to_host_tensor(x, ttnn.from_torch(torch.zeros(32, 64), layout=ttnn.TILE_LAYOUT)),
    ],
    ids=["to_torch", "from_device", "cpu", "copy"],
)
def test_every_way_down_is_one_download(device, download):
    x = upload(device, 32, 64, dtype=ttnn.float32)
    with Ledger(device) as ledger:
        download(x)
    assert (ledger.downloads.count, ledger.downloads.bytes) == (1, 32 * 64 * 4)
    assert (ledger.uploads.count, ledger.num_programs) == (0, 0)


@pytest.mark.parametrize("send", [ttnn.to_device, lambda host, device: host.to(device)], ids=["to_device", "to"])
def test_every_way_up_is_one_upload(device, send):
    host = ttnn.from_torch(torch.zeros(20, 64), dtype=ttnn.bfloat8_b, layout=ttnn.TILE_LAYOUT)
    with Ledger(device) as ledger:
        send(host, device)
    assert (ledger.uploads.count, ledger.uploads.bytes) == (1, 2 * 1088)  # two tiles
    assert (ledger.downloads.count, ledger.num_programs) == (0, 0)


def test_a_copy_into_a_device_tensor_is_an_upload(device):
    host = ttnn.from_torch(torch.zeros(32, 64), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT)
    on_device = ttnn.to_device(host, device)
    with Ledger(device) as ledger:
        ttnn.copy_host_to_device_tensor(host, on_device)
    assert (ledger.uploads.count, ledger.uploads.bytes) == (1, 32 * 64 * 2)


def test_what_stays_where_it_is_is_no_transfer(device):
    on_device, on_host = upload(device, 32, 32), ttnn.from_torch(torch.zeros(32, 32))
    with Ledger(device) as ledger:
        ttnn.to_device(on_device, device)
        on_host.cpu()
        ttnn.to_torch(on_host)
    assert (ledger.uploads.count, ledger.downloads.count) == (0, 0)


@with_small_l1
@pytest.mark.parametrize(
    "inputs, outputs, kernel, stride, dilation", [(32, 64, 3, 1, 5), (64, 1, 7, 1, 1), (64, 32, 4, 2, 1)]
)
def test_flops_of_a_convolution(device, inputs, outputs, kernel, stride, dilation):
    conv, x = Conv(device, inputs, outputs, kernel, stride, dilation), upload(device, 1, 1, 256, inputs)
    with Ledger(device) as ledger:
        conv(x)
    assert ledger.flops == 2 * (256 // stride) * inputs * outputs * kernel


@pytest.mark.parametrize("transposed", [{}, {"transpose_a": True}, {"transpose_b": True}])
def test_flops_of_a_batched_matrix_product(device, transposed):
    a = upload(device, 2, 3, *((40, 50) if "transpose_a" in transposed else (50, 40)))
    b = upload(device, 2, 3, *((70, 40) if "transpose_b" in transposed else (40, 70)))
    with Ledger(device) as ledger:
        ttnn.matmul(a, b, **transposed)
    assert ledger.flops == 2 * (2 * 3) * 50 * 40 * 70


def test_flops_of_attention(device):
    query, key, value = upload(device, 1, 2, 64, 32), upload(device, 1, 2, 128, 32), upload(device, 1, 2, 128, 32)
    with Ledger(device) as ledger:
        ttnn.transformer.scaled_dot_product_attention(query, key, value, is_causal=False)
    assert ledger.flops == 2 * 2 * (64 * 32 * 128 + 64 * 128 * 32)


def test_bytes_are_counted_where_the_operands_lie(device):
    x = upload(device, 64, 64)
    with Ledger(device) as ledger:
        ttnn.relu(x, memory_config=ttnn.L1_MEMORY_CONFIG)
    assert (ledger.dram_bytes, ledger.l1_bytes) == (64 * 64 * 2, 64 * 64 * 2)


def test_an_operation_in_place_reads_both_operands_and_writes_one(device):
    x, y = upload(device, 64, 64), upload(device, 64, 64)
    with Ledger(device) as ledger:
        ttnn.add_(x, y)
    assert ledger.dram_bytes == 3 * 64 * 64 * 2


def test_an_update_of_a_cache_counts_what_it_touches(device):
    """A decoder's cache is much larger than the tile of rows that one step reads and writes of each head."""
    cache, prompt = upload(device, 2, 4, 256, 64), upload(device, 1, 4, 64, 64)
    at = ttnn.from_torch(torch.tensor([9, 70]), dtype=ttnn.int32, device=device)
    place = ttnn.create_sharded_memory_config(
        *((32, 64), ttnn.CoreGrid(y=1, x=2), ttnn.ShardStrategy.HEIGHT), use_height_and_width_as_shard_shape=True
    )
    rows = upload(device, 1, 2, 4, 64, memory_config=place)
    with Ledger(device) as ledger:
        ttnn.experimental.paged_update_cache(cache, rows, update_idxs_tensor=at)
        ttnn.fill_cache(cache, prompt, 1)
        ttnn.transformer.scaled_dot_product_attention_decode(rows, cache, cache, cur_pos_tensor=at, scale=1.0)
    update, fill, attention = ledger.operations
    assert update.dram_bytes == 2 * (2 * 4 * 32 * 64) * 2 + 2 * 4
    assert fill.dram_bytes == 2 * (4 * 64 * 64) * 2
    assert attention.flops == 2 * (2 * 4 * 256) * (64 + 64)


def test_peak_l1_grows_with_a_tensor_kept_there(device):
    cores = device.core_grid.num_cores
    x = upload(device, 1, 1, 32 * cores, 64)  # two tiles on each core

    def peak():
        with Ledger(device) as ledger:
            ttnn.add(x, x, memory_config=ttnn.L1_MEMORY_CONFIG)
        return ledger.peak_l1

    before = peak()
    kept = ttnn.to_memory_config(x, ttnn.L1_MEMORY_CONFIG)
    assert peak() - before == 2 * 32 * 32 * 2
    ttnn.deallocate(kept)
    assert peak() == before


@with_small_l1
def test_peak_l1_counts_circular_buffers_of_cached_programs(device):
    conv, x = Conv(device, 128, 128, kernel=7), upload(device, 1, 1, 4096, 128)
    with Ledger(device) as first:
        conv(x)
    with Ledger(device) as second:
        conv(x)
    assert (first.cache_misses > 0, second.cache_misses) == (True, 0)
    assert second.peak_l1 == first.peak_l1
    in_tensors = max(operation.l1_bytes for operation in second.operations) // device.core_grid.num_cores
    assert second.peak_l1 > in_tensors


def test_without_dispatch_the_peak_of_l1_is_complete(device):
    x = upload(device, 32, 64)
    with Ledger(device) as ledger:
        ttnn.relu(x)
    with Ledger(device, dispatch=False) as complete:
        ttnn.relu(ttnn.relu(x))
    assert (ledger.peak_l1, ledger.l1_unseen) == (0, 1)
    # two buffers of two bfloat16 tiles, one being read and one written; the second program takes the first one's place
    assert (complete.peak_l1, complete.l1_unseen) == (2 * 2 * 32 * 32 * 2, 0)


def test_dram_agrees_with_the_allocator(device):
    kept = []
    with Ledger(device) as ledger:
        x = upload(device, 512, 512)
        kept.append(ttnn.relu(x))
        ttnn.deallocate(x)
    view = ttnn.get_memory_view(device, ttnn.BufferType.DRAM)
    assert ledger.dram_in_use == view.num_banks * view.total_bytes_allocated_per_bank
    assert ledger.dram_peak - ledger.dram_in_use >= 512 * 512 * 2


@with_small_l1
@pytest.mark.parametrize(
    "budget, message",
    [
        ({"programs": 6}, r"over budget: 7 programs where 6 are allowed\n  programs: .*Conv2d 1"),
        (
            {"uploads": 0},
            r"1 uploads where 0 are allowed(.*\n)+  uploads: ttnn.from_torch of \[1, 1, 256, 192\] BFLOAT16",
        ),
        ({"downloads": 0}, r"1 downloads where 0 are allowed(.*\n)+  downloads: ttnn.to_torch of \[1, 1, 256, 96\]"),
        ({"peak_l1_fraction": 0.001}, r"bytes of L1 per core where [\d,]+ are allowed"),
        ({"programs": 0, "uploads": 0}, r"7 programs where 0 are allowed; 1 uploads where 0 are allowed"),
    ],
)
def test_a_broken_budget_is_named(device, sequence, expect_error, budget, message):
    sequence()
    with Ledger(device) as ledger:
        sequence()
    ledger.check(programs=7, uploads=1, downloads=1, cache_misses=0, peak_l1_fraction=0.9)
    with expect_error(AssertionError, message):
        ledger.check(**budget)


def test_cache_misses_break_their_budget(device, expect_error):
    x = upload(device, 96, 96)
    with Ledger(device) as ledger:
        ttnn.relu(x)
    with expect_error(AssertionError, r"1 cache misses where 0 are allowed(.*\n)+  cache misses: Unary 1"):
        ledger.check(cache_misses=0)


@pytest.mark.parametrize("dispatch", [True, False])
def test_an_error_in_the_block_ends_the_capture(device, expect_error, dispatch):
    x = upload(device, 32, 32)
    with expect_error(RuntimeError, "of the block"):
        with Ledger(device, dispatch=dispatch):
            raise RuntimeError("of the block")
    assert not ttnn.graph.is_graph_capture_active()
    assert torch.equal(ttnn.to_torch(ttnn.add(x, x)), torch.full((32, 32), 2.0, dtype=torch.bfloat16))


def test_times_are_labelled_as_estimates(device):
    x = upload(device, 64, 64)
    with Ledger(device) as ledger:
        ttnn.matmul(x, x)
    times = [line for line in ledger.table().splitlines() if line.startswith("device time")]
    assert len(times) == 2
    assert all("estimate, not measured" in line for line in times)
    report = json.loads(json.dumps(ledger.to_json()))
    assert [(estimate["kind"], estimate["card"]) for estimate in report["estimates"]] == [
        ("estimate, not measured", "n150"),
        ("estimate, not measured", "p150"),
    ]
    assert report["flops"] == 2 * 64**3
