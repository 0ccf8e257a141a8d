# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The sizes for which a GPU has CUDA graphs: numbers of frames, and numbers of items that pass together."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

FRAMES = (128, 192, 256, 384, 512, 768, 1024)
ROWS = (1, 4, 16)
# Rows times frames of a pass: the largest tensors of the released generator are then 0.5 GB in fp32, of which four are
# held at once. Beyond a few hundred frames a GPU is busy with one item, so more rows save nothing.
MOST_FRAMES_AT_ONCE = 4096


class GraphForm(NamedTuple):
    """Shape of a pass."""

    rows: int
    frames: int


def forms(frames: Iterable[int] = FRAMES, rows: Iterable[int] = ROWS) -> list[GraphForm]:
    """Return the forms of these sizes that fit MOST_FRAMES_AT_ONCE, and those with one row in any case."""
    return [
        GraphForm(count, size) for size in frames for count in rows if count == 1 or count * size <= MOST_FRAMES_AT_ONCE
    ]


def bucket(frames: int, known: Sequence[GraphForm]) -> int:
    """Return the smallest number of frames of the forms `known` that holds `frames`."""
    return min(form.frames for form in known if form.frames >= frames)


def form_for(rows: int, frames: int, known: Sequence[GraphForm]) -> GraphForm:
    """Return the form for up to `rows` items in a bucket of `frames`: the fewest rows that suffice, else the most."""
    fitting = sorted(form for form in known if form.frames == frames)
    return next((form for form in fitting if form.rows >= rows), fitting[-1])


def padded_rows(tensor: Tensor, rows: int, frames: int) -> Tensor:
    """Return a tensor [B, C, T] with zeros after it: [rows, C, frames]."""
    return torch.nn.functional.pad(tensor, (0, frames - tensor.shape[2], 0, 0, 0, rows - len(tensor)))
