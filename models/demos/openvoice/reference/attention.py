# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The transformer of MeloTTS: self-attention with relative positions, and the encoder made of it.

The text encoder uses it over phones (text_encoder.py), MeloTTS's flow over frames (coupling.py).

Attention learns one key r and one value s for each distance from -4 to 4 and none for larger distances. Position i
scores position j with q_i . (k_j + r_{j-i}), and its result is the sum of p_ij * (v_j + s_{j-i}). So the learned part
changes nine diagonals of the score matrix, and only those are computed for it.
"""

from collections.abc import Iterator
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.demos.openvoice.constants import ATTENTION_WINDOW, SPEAKER_LAYER
from models.tt_audio.reference.layer_norm import LayerNorm

# Scores in memory at once, 16 MB in fp32. The rows of a long sentence are computed in blocks of this size, so memory
# grows with the length and not with its square. Above 32 MB glibc would map fresh pages for every allocation.
SCORES_AT_ONCE = 1 << 22


def _bands(matrix: Tensor, first_row: int, window: int) -> Iterator[tuple[int, slice, Tensor]]:
    """Yield the 2 * window + 1 diagonals around the main one, each as (distance + window, its rows, view of it).

    `matrix` [..., R, T] consists of the rows first_row ... first_row + R of a square matrix.
    """
    for band in range(2 * window + 1):
        offset = first_row + band - window
        diagonal = matrix.diagonal(offset, -2, -1)
        start = max(0, -offset)
        yield band, slice(start, start + diagonal.shape[-1]), diagonal


class RelativeAttention(nn.Module):
    """Multi-head self-attention with learned relative positions, shared by the heads."""

    def __init__(self, channels: int, n_heads: int, window: int = ATTENTION_WINDOW):
        super().__init__()
        self.n_heads = n_heads
        self.window = window
        self.query = nn.Conv1d(channels, channels, 1)
        self.key = nn.Conv1d(channels, channels, 1)
        self.value = nn.Conv1d(channels, channels, 1)
        self.output = nn.Conv1d(channels, channels, 1)
        self.relative_keys = nn.Parameter(torch.zeros(1, 2 * window + 1, channels // n_heads))
        self.relative_values = nn.Parameter(torch.zeros(1, 2 * window + 1, channels // n_heads))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Attend within x [B, C, T] -> [B, C, T]; positions where the mask [B, 1, T] is 0 are no keys."""
        batch, channels, length = x.shape
        query, key, value = (self._heads(layer(x)) for layer in (self.query, self.key, self.value))
        query = query / sqrt(channels // self.n_heads)
        outside = (mask == 0).unsqueeze(1)
        rows = max(1, SCORES_AT_ONCE // (batch * self.n_heads * length))
        blocks = [
            self._attend(query[:, :, first : first + rows], first, key, value, outside)
            for first in range(0, length, rows)
        ]
        return self.output(torch.cat(blocks, 2).transpose(2, 3).reshape(batch, channels, length))

    def _heads(self, x: Tensor) -> Tensor:
        """Split channels into heads: [B, H * D, T] -> [B, H, T, D]."""
        return x.unflatten(1, (self.n_heads, -1)).transpose(2, 3)

    def _attend(self, query: Tensor, first_row: int, key: Tensor, value: Tensor, outside: Tensor) -> Tensor:
        scores = query @ key.transpose(2, 3)
        near_scores = query @ self.relative_keys.transpose(1, 2)
        for band, rows, diagonal in _bands(scores, first_row, self.window):
            diagonal += near_scores[:, :, rows, band]
        weights = scores.masked_fill_(outside, float("-inf")).softmax(-1)
        near_weights = torch.zeros_like(near_scores)
        for band, rows, diagonal in _bands(weights, first_row, self.window):
            near_weights[:, :, rows, band] = diagonal
        return weights @ value + near_weights @ self.relative_values


class FeedForward(nn.Module):
    """Two convolutions with a ReLU between them, [B, C, T] -> [B, C, T]."""

    def __init__(self, channels: int, filter_channels: int, kernel_size: int):
        super().__init__()
        self.widen = nn.Conv1d(channels, filter_channels, kernel_size, padding="same")
        self.narrow = nn.Conv1d(filter_channels, channels, kernel_size, padding="same")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the result [B, C, T] for x [B, C, T], zero where the mask [B, 1, T] is 0."""
        return self.narrow(F.relu(self.widen(x * mask)) * mask) * mask


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each with a residual and a layer norm after it, [B, C, T] -> [B, C, T]."""

    def __init__(self, channels: int, filter_channels: int, n_heads: int, kernel_size: int):
        super().__init__()
        self.attention = RelativeAttention(channels, n_heads)
        self.attention_norm = LayerNorm(channels)
        self.feed_forward = FeedForward(channels, filter_channels, kernel_size)
        self.feed_forward_norm = LayerNorm(channels)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Run the layer on x [B, C, T]. -> [B, C, T], with any values where the mask [B, 1, T] is 0"""
        x = self.attention_norm(x + self.attention(x, mask))
        return self.feed_forward_norm(x + self.feed_forward(x, mask))


class Encoder(nn.Module):
    """Stack of layers; with `gin_channels` > 0 the speaker is added before layer SPEAKER_LAYER."""

    def __init__(
        self,
        channels: int,
        filter_channels: int,
        n_heads: int,
        n_layers: int,
        kernel_size: int,
        gin_channels: int = 0,
    ):
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(channels, filter_channels, n_heads, kernel_size) for _ in range(n_layers)
        )
        self.speaker = nn.Linear(gin_channels, channels) if gin_channels else None

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        """Encode x [B, C, T] for a speaker g [B, G, 1] -> [B, C, T], zero where the mask [B, 1, T] is 0."""
        x = x * mask
        for index, layer in enumerate(self.layers):
            if index == SPEAKER_LAYER and self.speaker is not None and g is not None:
                x = (x + self.speaker(g[:, :, 0]).unsqueeze(2)) * mask
            x = layer(x, mask)
        return x * mask
