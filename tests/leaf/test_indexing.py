# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Durations to positions, positions to rows: cumsum, gather, embedding."""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from tests.leaf.formulations import exact, format_name, upload

BOTH = pytest.mark.parametrize("dtype", [ttnn.bfloat16, ttnn.float32], ids=["bf16", "fp32"])


@BOTH
@pytest.mark.parametrize("name", ["cumsum", "matmul with a triangle"])
def test_cumsum_of_durations(device, measure, generator, name, dtype):
    """Expect exact sums in float32; bfloat16 cannot count beyond 256."""
    durations = torch.randint(0, 9, (1, 1, 1, 256), generator=generator).float()
    x = upload(durations, device, dtype)
    triangle = upload(torch.ones(256, 256).triu()[None, None], device, dtype)

    def formulation():
        if name == "cumsum":
            return ttnn.cumsum(x, dim=3)
        return ttnn.matmul(x, triangle, compute_kernel_config=exact(device))

    programs = 3 if (name, dtype) == ("cumsum", ttnn.float32) else 1
    expected = durations.cumsum(3)
    actual = measure("cumsum of 256", f"{name}, {format_name(dtype)}", formulation, expected, 1 - 2e-5, programs)
    assert torch.equal(actual.float(), expected) == (dtype == ttnn.float32)


def on_device(ids, device, layout=ttnn.ROW_MAJOR_LAYOUT):
    return ttnn.from_torch(ids, dtype=ttnn.uint32, layout=layout, device=device)


def test_embedding_reads_rows_of_a_bf16_table(device, measure, generator):
    ids, table = torch.randint(0, 219, (1, 256), generator=generator), torch.randn(219, 192, generator=generator)
    indices = on_device(ids, device)
    rows = upload(table, device, ttnn.bfloat16, layout=ttnn.ROW_MAJOR_LAYOUT)

    def formulation():
        return ttnn.embedding(indices, rows, layout=ttnn.TILE_LAYOUT)

    expected = table.bfloat16().float()[ids]
    actual = measure("256 rows of a 219 x 192 table", "embedding, bf16", formulation, expected, 1.0, programs=1)
    assert torch.equal(actual.float(), expected)


def test_embedding_refuses_a_float32_table(device, expect_error):
    rows = upload(torch.zeros(219, 192), device, ttnn.float32, layout=ttnn.ROW_MAJOR_LAYOUT)
    with expect_error(RuntimeError, "Weights tensor must have BFLOAT16 dtype"):
        ttnn.embedding(on_device(torch.zeros(1, 32, dtype=torch.long), device), rows)


@pytest.mark.parametrize(
    "name, programs, pcc", [("two embeddings, high and low part", 3, 1 - 1e-7), ("one-hot matmul", 1, 1 - 3e-7)]
)
def test_float32_rows(device, measure, generator, name, programs, pcc):
    ids, table = torch.randint(0, 219, (1, 256), generator=generator), torch.randn(219, 192, generator=generator)
    indices = on_device(ids, device)
    high = table.bfloat16().float()
    parts = [upload(part, device, ttnn.bfloat16, layout=ttnn.ROW_MAJOR_LAYOUT) for part in (high, table - high)]
    selection = upload(F.one_hot(ids, 224).float()[None], device, ttnn.float32)
    padded = upload(F.pad(table, (0, 0, 0, 224 - 219))[None, None], device, ttnn.float32)

    def formulation():
        if name == "one-hot matmul":
            return ttnn.reshape(ttnn.matmul(selection, padded, compute_kernel_config=exact(device)), (1, 256, 192))
        rows = [ttnn.embedding(indices, part, layout=ttnn.TILE_LAYOUT) for part in parts]
        return ttnn.add(*rows, dtype=ttnn.float32)

    measure("256 rows of a 219 x 192 table", f"{name}, fp32", formulation, table[ids], pcc, programs)


@BOTH
def test_gather_along_the_last_dimension(device, measure, generator, dtype):
    x = torch.randn(1, 2, 256, 32, generator=generator)
    index = torch.randint(0, 32, (1, 2, 256, 256), generator=generator)
    values, indices = upload(x, device, dtype), on_device(index, device, ttnn.TILE_LAYOUT)
    expected = (x.bfloat16().float() if dtype == ttnn.bfloat16 else x).gather(3, index)
    actual = measure(
        *("gather 2 x 256 x 256 from 32", format_name(dtype), lambda: ttnn.gather(values, 3, indices)),
        *(expected, 1.0, 1),
    )
    assert torch.equal(actual.float(), expected)
