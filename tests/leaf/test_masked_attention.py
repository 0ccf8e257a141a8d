# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT's attention, one sentence of 100 word pieces padded to 128, and the repetition of pieces for their phones."""

import pytest
import torch

import ttnn
from tests.leaf.formulations import exact, format_name, upload

HEADS, TOKENS, WIDTH, PIECES, PHONES, CHANNELS = 12, 128, 64, 100, 256, 192
MASKED = -1e9


@pytest.fixture
def joined(generator):
    """Return queries, keys and values side by side; the queries are already divided."""
    x = torch.randn(1, 1, TOKENS, 3 * HEADS * WIDTH, generator=generator)
    x[..., : HEADS * WIDTH] *= WIDTH**-0.5
    return x


def attended(joined):
    query, key, value = (part.unflatten(-1, (HEADS, WIDTH)).transpose(1, 2) for part in joined[0].chunk(3, -1))
    weights = (query @ key[..., :PIECES, :].transpose(-1, -2)).softmax(-1)
    return (weights @ value[..., :PIECES, :]).transpose(1, 2).flatten(2)[None]


def mask(rows: int):
    return MASKED * (torch.arange(TOKENS) >= PIECES).float().expand(1, 1, rows, TOKENS)


def test_attention_in_one_program(device, measure, joined):
    """Count two programs with the splitting of the heads; bfloat16 is the widest format that the op takes."""
    x = upload(joined[0], device, ttnn.bfloat16)
    masked = upload(mask(TOKENS), device, ttnn.bfloat16, memory_config=ttnn.DRAM_MEMORY_CONFIG)

    def formulation():
        heads = ttnn.transformer.split_query_key_value_and_split_heads(x, num_heads=HEADS, transpose_key=False)
        return ttnn.transformer.scaled_dot_product_attention(
            *heads,
            attn_mask=masked,
            is_causal=False,
            scale=1.0,
            output_concat_heads=True,
            program_config=ttnn.SDPAProgramConfig(
                compute_with_storage_grid_size=device.compute_with_storage_grid_size(),
                q_chunk_size=64,
                k_chunk_size=128,
                exp_approx_mode=False,
            ),
            compute_kernel_config=exact(device),
        )

    name = "scaled_dot_product_attention, bf16"
    measure("attention of 12 x 128", name, formulation, attended(joined), 1 - 1e-4, programs=2)


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 1e-4), (ttnn.float32, 1 - 1e-5)], ids=["bf16", "fp32"])
def test_attention_step_by_step(device, measure, joined, dtype, pcc):
    x, masked = upload(joined[0], device, dtype), upload(mask(TOKENS), device, dtype)
    config = {"compute_kernel_config": exact(device)}

    def formulation():
        query, key, value = ttnn.transformer.split_query_key_value_and_split_heads(x, num_heads=HEADS)
        scores = ttnn.add(ttnn.matmul(query, key, **config), masked)
        weights = ttnn.softmax(scores, dim=-1, **config)
        return ttnn.transformer.concatenate_heads(ttnn.matmul(weights, value, **config))

    name = f"matmul, add, softmax, matmul, {format_name(dtype)}"
    measure("attention of 12 x 128", name, formulation, attended(joined)[0], pcc, programs=6)


@pytest.fixture
def repeated(generator):
    """Return rows of pieces, and the piece of each phone."""
    return torch.randn(TOKENS, CHANNELS, generator=generator), torch.arange(PHONES) * PIECES // PHONES


def test_repeat_by_comparison(device, measure, repeated):
    rows, piece = repeated
    x = upload(rows[None, None], device, ttnn.float32)
    pieces = upload(piece.float()[None, None, :, None], device, ttnn.float32)
    numbers = upload(torch.arange(TOKENS).float()[None, None, None], device, ttnn.float32)

    def formulation():
        selection = ttnn.eq(pieces, numbers, dtype=ttnn.float32)
        return ttnn.matmul(selection, x, compute_kernel_config=exact(device))

    expected = rows[piece][None, None]
    measure("repeat of 128 x 192 to 256", "comparison, matmul, fp32", formulation, expected, 1 - 1e-6, programs=2)


def test_repeat_by_lookup(device, measure, repeated):
    rows, piece = repeated
    x = upload(rows[None, None], device, ttnn.float32)
    ids = ttnn.from_torch(piece[None], dtype=ttnn.uint32, device=device)

    def formulation():
        table = ttnn.to_layout(ttnn.typecast(x, ttnn.bfloat16), ttnn.ROW_MAJOR_LAYOUT)
        table = ttnn.reshape(table, (TOKENS, CHANNELS))
        return ttnn.embedding(ids, table, layout=ttnn.TILE_LAYOUT)

    expected = rows[piece][None]
    measure("repeat of 128 x 192 to 256", "embedding of the rows, bf16", formulation, expected, 1 - 1e-5, programs=3)
