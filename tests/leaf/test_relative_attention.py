# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Scores of MeloTTS's attention: q k^T, and on the nine diagonals of the window also q times a distance embedding.

q is scaled and k transposed beforehand. [1, heads, T, 96] -> [1, heads, T, T]; the heads share the embeddings.
"""

import pytest
import torch
import torch.nn.functional as F

import ttnn
from tests.leaf.formulations import exact, format_name, upload

HEADS, LENGTH, WIDTH, REACH = 2, 256, 96, 4
BANDS = 2 * REACH + 1


def distances() -> torch.Tensor:
    """Return [T, T]: the index of the embedding of each pair, BANDS for pairs outside the window."""
    distance = torch.arange(LENGTH)[None] - torch.arange(LENGTH)[:, None] + REACH
    return distance.where((distance >= 0) & (distance < BANDS), BANDS)


class Scores:
    def __init__(self, device, table, dtype):
        self.device, self.options = device, {"compute_kernel_config": exact(device)}
        columns = F.pad(table, (0, 0, 0, 32 - BANDS)).T  # the tenth column is zero
        self.table = upload(columns[None, None], device, dtype)
        index = distances().expand(1, HEADS, LENGTH, LENGTH)
        self.index = ttnn.from_torch(index.contiguous(), dtype=ttnn.uint32, layout=ttnn.TILE_LAYOUT, device=device)
        bands = F.one_hot(distances(), BANDS + 1)[..., :BANDS].permute(2, 0, 1).float()
        self.bands = [upload(band[None, None], device, dtype) for band in bands]
        exists = F.pad(bands.sum(-1).T, (0, 32 - BANDS))  # [T, bands]: 1 where a key has that distance
        self.exists = upload(exists[None, None], device, dtype)

    def gathered(self, q, k):
        near = ttnn.gather(ttnn.matmul(q, self.table, **self.options), 3, self.index)
        return ttnn.add(ttnn.matmul(q, k, **self.options), near)

    def banded(self, q, k):
        near = ttnn.matmul(q, self.table, **self.options)
        scores = ttnn.matmul(q, k, **self.options)
        for i, band in enumerate(self.bands):
            scores = ttnn.addcmul(scores, near[:, :, :, i : i + 1], band)
        return scores

    def skewed(self, q, k):
        """Read rows of T + 1 as rows of T: row i moves i columns to the right, so columns become diagonals."""
        near = ttnn.multiply(ttnn.matmul(q, self.table, **self.options), self.exists)
        near = ttnn.pad(ttnn.to_layout(near, ttnn.ROW_MAJOR_LAYOUT), [(0, 0), (0, 0), (0, 0), (0, LENGTH - 31)], 0.0)
        flat = ttnn.reshape(near, (1, HEADS, 1, LENGTH * (LENGTH + 1)))
        moved = ttnn.slice(flat, (0, 0, 0, REACH), (1, HEADS, 1, REACH + LENGTH * LENGTH))
        near = ttnn.to_layout(ttnn.reshape(moved, (1, HEADS, LENGTH, LENGTH)), ttnn.TILE_LAYOUT)
        return ttnn.add(ttnn.matmul(q, k, **self.options), near)


@pytest.mark.parametrize("dtype, pcc", [(ttnn.bfloat16, 1 - 2e-5), (ttnn.float32, 1 - 6e-7)], ids=["bf16", "fp32"])
@pytest.mark.parametrize("formulation, programs", [(Scores.gathered, 4), (Scores.banded, 36), (Scores.skewed, 10)])
def test_relative_scores(device, measure, generator, formulation, programs, dtype, pcc):
    q = torch.randn(1, HEADS, LENGTH, WIDTH, generator=generator) * WIDTH**-0.5
    k = torch.randn(1, HEADS, LENGTH, WIDTH, generator=generator)
    table = torch.randn(BANDS, WIDTH, generator=generator)
    near = (q @ F.pad(table, (0, 0, 0, 1)).T).gather(3, distances().expand(1, HEADS, LENGTH, LENGTH))
    scores, operands = Scores(device, table, dtype), [upload(x, device, dtype) for x in (q, k.transpose(2, 3))]
    name = f"{formulation.__name__}, {format_name(dtype)}"
    expected = q @ k.transpose(2, 3) + near
    subject = f"relative scores, {HEADS} heads, {LENGTH} tokens"
    measure(subject, name, lambda: formulation(scores, *operands), expected, pcc, programs)
