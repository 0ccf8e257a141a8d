# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The decoder: a transformer over short windows of frames.

Each window of `window` frames is decoded with the `context` frames before it, and with no frame after it:

    frames      0 .. 12      13 .. 25     26 .. 38      ...
    window 1    context      queries
    window 2                 context      queries

The queries attend to context and window alike, with no mask. Windows are counted from the beginning of the stream.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor, cat, nn, relu

from models.demos.llvc.config import LlvcConfig
from models.demos.llvc.constants import EPSILON, HEADS


@lru_cache
def positions(length: int, channels: int) -> Tensor:
    """Return the positional encoding [length, channels]: sin and cos of t * 10000^(-2 i / channels), interleaved."""
    rate = torch.exp(torch.arange(0, channels, 2) * (-math.log(10000.0) / channels))
    angle = torch.arange(length)[:, None] * rate
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)


class Attention(nn.Module):
    """Attention with `HEADS` heads, and the names of its weights as torch.nn.MultiheadAttention has them."""

    def __init__(self, channels: int):
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * channels, channels))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * channels))
        self.out_proj = nn.Linear(channels, channels)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """queries [B, Q, C], keys (the values, too) [B, K, C] -> [B, Q, C]."""
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        q, k, v = (
            nn.functional.linear(x, weight, bias).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for x, weight, bias in zip((queries, keys, keys), weights, biases, strict=True)
        )
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Self-attention, attention to the memory, feed-forward; a layer norm after each."""

    def __init__(self, channels: int):
        super().__init__()
        self.self_attention = Attention(channels)
        self.memory_attention = Attention(channels)
        self.widen = nn.Linear(channels, 2 * channels)
        self.narrow = nn.Linear(2 * channels, channels)
        self.norm1 = nn.LayerNorm(channels, EPSILON)
        self.norm2 = nn.LayerNorm(channels, EPSILON)
        self.norm3 = nn.LayerNorm(channels, EPSILON)

    def forward(self, targets: Tensor, memory: Tensor, window: int) -> Tensor:
        """targets and memory [B, context + window, C] -> the last `window` frames of the targets, decoded."""
        x = targets[:, -window:]
        x = self.norm1(x + self.self_attention(x, targets))
        x = self.norm2(x + self.memory_attention(x, memory))
        return self.norm3(x + self.narrow(relu(self.widen(x))))


class Decoder(nn.Module):
    """Layers in a row over windows of the memory and of the targets."""

    def __init__(self, config: LlvcConfig):
        super().__init__()
        self.config = config
        self.layers = nn.ModuleList(Layer(config.dec_dim) for _ in range(config.num_dec_layers))

    def forward(self, targets: Tensor, memory: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """targets and memory [B, C, T], StreamState.decoder -> decoded targets [B, C, T] and the state after them.

        Only the last call for a stream may have a T that is no multiple of `window`; zeros then fill the last window.
        """
        frames, window = targets.shape[-1], self.config.window
        missing = -frames % window
        x, memory = (nn.functional.pad(each, (0, missing)).transpose(1, 2) for each in (targets, memory))
        memory_windows, last_memory = self.windows(memory, state[:, 0])
        memory_windows = self.placed(memory_windows)
        last = [last_memory]
        for number, layer in enumerate(self.layers):
            windows, last_inputs = self.windows(x, state[:, number + 1])
            windows = self.placed(windows) if number == 0 else windows
            x = layer(windows, memory_windows, window).reshape(x.shape)
            last.append(last_inputs)
        return x.transpose(1, 2)[..., :frames], torch.stack(last, dim=1)

    def windows(self, x: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """Return the windows [B * T / window, context + window, C] of x [B, T, C], and the last inputs.

        context [B, context, C] are the frames before x.
        """
        inputs = cat((context, x), dim=1)
        windows = inputs.unfold(1, self.config.context + self.config.window, self.config.window)
        return windows.transpose(2, 3).flatten(0, 1), inputs[:, inputs.shape[1] - self.config.context :]

    def placed(self, windows: Tensor) -> Tensor:
        """Add the positional encoding to windows [.., context + window, C], if the network has one."""
        if not self.config.use_pos_enc:
            return windows
        return windows + positions(windows.shape[1], windows.shape[2]).to(windows.device)
