# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Goldens of the operations of a decoder that computes step by step: heads, caches in place, attention, counters."""

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

import ttnn

HEADS, WIDTH, LENGTH = 4, 32, 64


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def upload(x, device, dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT):
    return ttnn.from_torch(x, dtype=dtype, layout=layout, device=device)


def positions(values, device):
    return upload(torch.tensor(values), device, ttnn.int32, ttnn.ROW_MAJOR_LAYOUT)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_step_of_attention_with_caches(device, batch):
    """Write the keys and values of one step at a position of each item, and attend to the positions up to it."""
    fused = random(1, 1, batch, 3 * HEADS * WIDTH)
    caches = random(2, batch, HEADS, LENGTH, WIDTH, seed=1).bfloat16().float()
    place = [5, 63, 0][:batch]
    at = positions(place, device)
    heads = ttnn.experimental.nlp_create_qkv_heads_decode(
        upload(fused, device), num_heads=HEADS, num_kv_heads=HEADS, memory_config=ttnn.L1_HEIGHT_SHARDED_MEMORY_CONFIG
    )
    on_device = [upload(cache, device) for cache in caches]
    addresses = [cache.buffer_address() for cache in on_device]
    for cache, rows in zip(on_device, heads[1:], strict=True):
        ttnn.experimental.paged_update_cache(cache, rows, update_idxs_tensor=at)
    result = ttnn.transformer.scaled_dot_product_attention_decode(heads[0], *on_device, cur_pos_tensor=at, scale=0.5)

    query, key, value = fused.bfloat16().float()[0, 0].unflatten(1, (3, HEADS, WIDTH)).unbind(1)
    for item, position in enumerate(place):
        caches[0, item, :, position], caches[1, item, :, position] = key[item], value[item]
    assert [cache.buffer_address() for cache in on_device] == addresses
    assert all(torch.equal(ttnn.to_torch(own).float(), cache) for own, cache in zip(on_device, caches, strict=True))
    for item, position in enumerate(place):
        seen = caches[:, item, :, : position + 1]
        expected = scaled_dot_product_attention(query[item, :, None], *seen, scale=0.5)[:, 0]
        torch.testing.assert_close(ttnn.to_torch(result).float()[0, item], expected, atol=0.02, rtol=0.02)


def test_rows_of_a_prompt_fill_one_item_of_a_cache(device):
    cache, rows = random(3, HEADS, LENGTH, WIDTH), random(1, HEADS, 32, WIDTH, seed=1)
    on_device = upload(cache, device, ttnn.float32)
    ttnn.fill_cache(on_device, upload(rows, device, ttnn.float32), 1)
    cache[1, :, :32] = rows[0]
    assert torch.equal(ttnn.to_torch(on_device), cache)


def test_keys_that_are_values_too(device):
    fused = random(1, 1, 64, 2 * HEADS * WIDTH).bfloat16().float()
    parts = ttnn.experimental.nlp_create_qkv_heads(
        upload(fused, device), num_heads=HEADS, num_kv_heads=HEADS, transpose_k_heads=False, kv_tied=True
    )
    first, second = fused[0, 0].unflatten(1, (2, HEADS, WIDTH)).permute(1, 2, 0, 3)
    for part, expected in zip(parts, (first, second, second), strict=True):
        assert torch.equal(ttnn.to_torch(part).float()[0], expected)


@pytest.mark.parametrize("dtype", [ttnn.int32, ttnn.uint32])
def test_a_counter_counts_in_place(device, dtype):
    counter = upload(torch.tensor([[3, 70000]]), device, dtype, ttnn.ROW_MAJOR_LAYOUT)
    for _ in range(2):
        ttnn.plus_one(counter)
    assert ttnn.to_torch(counter).tolist() == [[5, 70002]]


def test_rows_of_a_table_by_a_counter(device):
    table = random(40, 64).bfloat16().float()
    index = upload(torch.tensor([[7]]), device, ttnn.uint32, ttnn.ROW_MAJOR_LAYOUT)
    rows = upload(table, device, layout=ttnn.ROW_MAJOR_LAYOUT)
    for step in range(2):
        found = ttnn.embedding(index, rows, layout=ttnn.TILE_LAYOUT)
        assert torch.equal(ttnn.to_torch(found).float().flatten(), table[7 + step])
        ttnn.plus_one(index)


def test_the_sign_as_a_fused_activation(device):
    x, y = random(1, 1, 32, 32), random(1, 1, 32, 32, seed=1)
    activations = [ttnn.UnaryWithParam(ttnn.UnaryOpType.LTZ)]
    operands = (upload(z, device, ttnn.float32) for z in (x, y))
    result = ttnn.multiply(*operands, input_tensor_b_activations=activations)
    assert torch.equal(ttnn.to_torch(result), x * (y < 0))


def test_what_has_no_golden_is_refused(device, expect_error):
    query, cache = upload(random(1, 1, HEADS, WIDTH), device), upload(random(1, HEADS, LENGTH, WIDTH), device)
    with expect_error(NotImplementedError, "no golden for decoding without positions, with a mask, or with fewer"):
        ttnn.transformer.scaled_dot_product_attention_decode(query, cache, cache, cur_pos=[3], scale=1.0)
