# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Repetition of phones for their durations, compared with a product by the dense path of ones and zeros."""

import torch

from models.demos.openvoice.reference.alignment import frame_counts, repeat_phones, sequence_mask


def dense_path(durations: list[int], frames: int) -> torch.Tensor:
    """Return [phones, frames]: 1 where a frame belongs to a phone."""
    path = torch.zeros(len(durations), frames)
    start = 0
    for phone, duration in enumerate(durations):
        path[phone, start : start + duration] = 1
        start += duration
    return path


def test_repetition_is_multiplication_by_the_path():
    durations = [[3, 1, 4, 1, 5], [0, 2, 0, 0, 1], [9, 0, 0, 2, 6], [1, 0, 0, 0, 0]]
    x = torch.randn(4, 7, 5, generator=torch.Generator().manual_seed(0))
    expected = torch.stack([x[row] @ dense_path(each, 17) for row, each in enumerate(durations)])
    assert torch.equal(repeat_phones(x, torch.tensor(durations), 17), expected)


def test_a_sentence_without_a_frame_gets_one_of_silence():
    durations = torch.zeros(1, 3, dtype=torch.long)
    assert frame_counts(durations).tolist() == [1]
    assert torch.equal(repeat_phones(torch.ones(1, 2, 3), durations, 1), torch.zeros(1, 2, 1))


def test_sequence_mask():
    assert sequence_mask(torch.tensor([2, 0, 3]), 3).tolist() == [[[1, 1, 0]], [[0, 0, 0]], [[1, 1, 1]]]
    assert sequence_mask(torch.tensor([1]), 4).tolist() == [[[1, 0, 0, 0]]]
