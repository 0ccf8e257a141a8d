# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From phones to frames: repeat each phone's column of the text encoding for the number of frames it lasts.

Runs between the duration predictors and the flow (melo_tts.py). A batch of sentences is padded to the longest. The
longest length is an argument, never read from a tensor here: on a GPU that would make the host wait for the device.
"""

import torch
from torch import Tensor


def sequence_mask(lengths: Tensor, longest: int) -> Tensor:
    """Return a mask [B, 1, longest] for lengths [B]: 1.0 inside a sequence, 0.0 after its end."""
    positions = torch.arange(longest, device=lengths.device)
    return (positions < lengths.unsqueeze(1)).unsqueeze(1).float()


def frame_counts(durations: Tensor) -> Tensor:
    """Return the number of frames of each sentence [B] from durations [B, N]; at least 1, as no waveform is empty."""
    return durations.sum(1).clamp_min(1)


def repeat_phones(x: Tensor, durations: Tensor, frames: int) -> Tensor:
    """Repeat column n of x [B, C, N] durations[b, n] times: [B, C, frames], zero after a sentence's end.

    `durations` [B, N] are whole numbers; `frames` is the largest of `frame_counts(durations)`.
    """
    ends = durations.cumsum(1)
    numbers = torch.arange(frames, device=x.device).expand(len(x), -1).contiguous()
    phone = torch.searchsorted(ends, numbers, right=True)  # the first phone that ends after this frame
    columns = phone.clamp_max(x.shape[2] - 1).unsqueeze(1).expand(-1, x.shape[1], -1)
    return x.gather(2, columns) * (phone < x.shape[2]).unsqueeze(1)
