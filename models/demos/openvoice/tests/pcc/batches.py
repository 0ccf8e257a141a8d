# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sequences of different lengths in the transformer's layout: one after the other in rows, each padded to a bucket."""

import os
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

FILLING = 7.0  # value of the padding rows
slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="many minutes on a simulator")


def columns(sequences: Sequence[Tensor], bucket: int, filling: float = FILLING) -> Tensor:
    """Return sequences [C, length] as rows [1, 1, sequences * bucket, C]."""
    filled = torch.full((len(sequences), bucket, sequences[0].shape[0]), filling)
    for item, sequence in zip(filled, sequences, strict=True):
        item[: sequence.shape[1]] = sequence.T
    return filled.reshape(1, 1, -1, filled.shape[2])


def mask(lengths: Sequence[int], bucket: int) -> Tensor:
    return columns([torch.ones(1, length) for length in lengths], bucket, filling=0.0)


def inside(rows: Tensor, lengths: Sequence[int], bucket: int) -> list[Tensor]:
    """Return the valid rows of [1, 1, sequences * bucket, C] as one [C, length] for each sequence."""
    items = rows.reshape(len(lengths), bucket, -1)
    return [item[:length].T for item, length in zip(items, lengths, strict=True)]
