# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The tone colour encoder (upstream: reference encoder): spectrogram -> speaker embedding.

Each of six convolutions halves time and frequency. A GRU runs over the remaining steps, and its last state is
projected.
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.constants import FILTERS, GRU_SIZE


def _halved(size: int | Tensor) -> int | Tensor:
    """Return the length after a convolution with kernel 3, stride 2, padding 1."""
    return (size + 1) // 2


class ToneColorEncoder(nn.Module):
    """Layer norm, convolutions, GRU and projection."""

    def __init__(self, spec_channels: int, gin_channels: int):
        super().__init__()
        self.layernorm = nn.LayerNorm(spec_channels)
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs, outputs, kernel_size=3, stride=2, padding=1)
            for inputs, outputs in zip((1, *FILTERS[:-1]), FILTERS, strict=True)
        )
        bins = spec_channels
        for _ in FILTERS:
            bins = _halved(bins)
        self.gru = nn.GRU(FILTERS[-1] * bins, GRU_SIZE, batch_first=True)
        self.proj = nn.Linear(GRU_SIZE, gin_channels)

    def forward(self, spec: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return embeddings [B, gin_channels] of spectrograms [B, bins, T].

        `lengths` [B] are the valid frames of each item; without them every item has T.
        """
        x = self.layernorm(spec.transpose(1, 2))[:, None]  # [B, 1, T, bins]
        x = _masked(x, lengths)
        for conv in self.convs:
            lengths = None if lengths is None else _halved(lengths)
            x = _masked(conv(x).relu(), lengths)
        steps, _ = self.gru(x.transpose(1, 2).flatten(2))
        if lengths is None:
            return self.proj(steps[:, -1])
        return self.proj(steps[torch.arange(len(steps), device=steps.device), lengths - 1])


def _masked(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Zero x [B, C, T, bins] after each item's end, where a convolution over the item alone would read its padding."""
    if lengths is None:
        return x
    valid = torch.arange(x.shape[2], device=x.device) < lengths[:, None]
    return x * valid[:, None, :, None]
