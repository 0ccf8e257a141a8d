# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From phones to frames: each phone's column of the text encoding is repeated for as many frames as the phone lasts.

This stands between the duration predictors and the flow (melo_tts.py). A batch of sentences is padded to the longest.
"""

import torch
from torch import Tensor


def sequence_mask(lengths: Tensor, longest: int | None = None) -> Tensor:
    """lengths [B] -> [B, 1, longest] of 1.0 inside a sequence and 0.0 behind its end"""
    positions = torch.arange(int(lengths.max()) if longest is None else longest, device=lengths.device)
    return (positions < lengths.unsqueeze(1)).unsqueeze(1).float()


def frame_counts(durations: Tensor) -> Tensor:
    """durations [B, N] in frames -> frames of each sentence [B]; one at least, as there is no audio of no frames"""
    return durations.sum(1).clamp_min(1)


def repeat_phones(x: Tensor, durations: Tensor) -> Tensor:
    """x [B, C, N], whole durations [B, N] -> [B, C, T], T of the longest sentence; zero behind a sentence's end"""
    ends = durations.cumsum(1)
    frames = torch.arange(int(frame_counts(durations).max()), device=x.device).expand(len(x), -1).contiguous()
    phone = torch.searchsorted(ends, frames, right=True)  # the first phone that ends behind this frame
    columns = phone.clamp_max(x.shape[2] - 1).unsqueeze(1).expand(-1, x.shape[1], -1)
    return x.gather(2, columns) * (phone < x.shape[2]).unsqueeze(1)
