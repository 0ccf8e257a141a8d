# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Attention of several heads, and the two-layer network that follows it in every block of encoder and decoder."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu


class KeysValues(NamedTuple):
    """Keys, which queries are compared with, and values, which are averaged; both [B, heads, T, width of a head]."""

    keys: Tensor
    values: Tensor

    def then(self, following: "KeysValues") -> "KeysValues":
        """Return these followed by others in time."""
        return KeysValues(torch.cat((self.keys, following.keys), 2), torch.cat((self.values, following.values), 2))


class Attention(nn.Module):
    """Attention; its keys and values are computed apart from it, so that a decoder can keep them."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def _split(self, x: Tensor) -> Tensor:
        """Return [B, T, heads * width] as [B, heads, T, width]."""
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def keys_values(self, x: Tensor) -> KeysValues:
        """Return the keys and values of a sequence [B, T, C]."""
        return KeysValues(self._split(self.key(x)), self._split(self.value(x)))

    def forward(
        self, x: Tensor, memory: KeysValues, allowed: Tensor | None = None, relative_keys: Tensor | None = None
    ) -> Tensor:
        """Return what the queries of x [B, Q, C] find in `memory` of T positions: [B, Q, C].

        `allowed`: True where a query may use a position, broadcast to [B, heads, Q, T]; None: everywhere.
        `relative_keys`: [Q, T, width of a head], added to the key of each position as each query sees it.
        """
        query = self._split(self.scale * self.query(x))
        scores = query @ memory.keys.transpose(2, 3)
        if relative_keys is not None:
            scores = scores + torch.einsum("bhqw,qtw->bhqt", query, relative_keys)
        if allowed is not None:
            scores = scores.masked_fill(~allowed, float("-inf"))
        return self.output((scores.softmax(3) @ memory.values).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two linear layers with GELU between them, [B, T, C] -> [B, T, C]."""

    def __init__(self, width: int, inner: int):
        super().__init__()
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(gelu(self.widen(x)))
