# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spectrogram -> tone colour embedding: the one vector that says whose voice it is.

A room beside the converter's flow: spectrogram [B, bins, T] -> embedding [B, gin_channels]. Six convolutions halve time
and frequency each, a GRU reads what is left, and its last state is projected.
"""

import torch
from torch import Tensor, nn

# Upstream's code fixes these; config.json does not mention them.
FILTERS = (32, 32, 64, 64, 128, 128)
GRU_SIZE = 128


def _halved(size: int | Tensor) -> int | Tensor:
    """The length behind a convolution with kernel 3, stride 2, padding 1."""
    return (size + 1) // 2


class ReferenceEncoder(nn.Module):
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
        """`lengths` [B] counts the frames of each item; without it every item is as long as the batch."""
        if lengths is None:
            lengths = torch.full((spec.shape[0],), spec.shape[2], device=spec.device)
        x = self._cut(self.layernorm(spec.transpose(1, 2))[:, None], lengths)  # [B, 1, T, bins]
        for conv in self.convs:
            lengths = _halved(lengths)
            x = self._cut(conv(x).relu(), lengths)
        steps, _ = self.gru(x.transpose(1, 2).flatten(2))
        last = steps[torch.arange(len(steps), device=steps.device), lengths - 1]
        return self.proj(last)

    @staticmethod
    def _cut(x: Tensor, lengths: Tensor) -> Tensor:
        """Silences what lies behind each item's end, where a convolution over the item alone would see its padding."""
        if (lengths == x.shape[2]).all():
            return x
        exists = torch.arange(x.shape[2], device=x.device) < lengths[:, None]
        return x * exists[:, None, :, None]
