# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text encoder: token ids [B, T] -> memory [B, T, C], which the decoder attends to.

Each block normalises after its residual additions, and attention uses the distance between two tokens: all blocks share
one table of relative keys.
"""

import torch
from torch import Tensor, nn

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.reference.attention import Attention, FeedForward
from models.demos.speecht5_tts.reference.positions import positions


class EncoderLayer(nn.Module):
    """Block of attention and feed-forward network, [B, T, C] -> [B, T, C]."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        self.attention = Attention(config.hidden_size, config.encoder_attention_heads)
        self.attention_norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.feed_forward = FeedForward(config.hidden_size, config.encoder_ffn_dim)
        self.feed_forward_norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)

    def forward(self, x: Tensor, relative_keys: Tensor, allowed: Tensor | None) -> Tensor:
        """Return the block's result for x [B, T, C]; the other arguments are those of `Attention`."""
        memory = self.attention.keys_values(x)
        x = self.attention_norm(x + self.attention(x, memory, allowed, relative_keys))
        return self.feed_forward_norm(x + self.feed_forward(x))


class Encoder(nn.Module):
    """Text encoder."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        self.furthest = config.encoder_max_relative_position
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_scale = nn.Parameter(torch.ones(()))
        head_width = config.hidden_size // config.encoder_attention_heads
        self.relative_keys = nn.Parameter(torch.zeros(2 * self.furthest, head_width))
        self.norm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))

    def forward(self, tokens: Tensor, valid: Tensor | None = None) -> Tensor:
        """Return the memory [B, T, C] of tokens [B, T]; `valid` [B, T] is False for padding, None: there is none."""
        x = self.embedding(tokens)
        x = self.norm(x + self.position_scale * positions(x.shape[1], x.shape[2], x.device))
        relative_keys = self.relative_keys[self._distances(tokens.shape[1], tokens.device)]
        allowed = None if valid is None else valid[:, None, None, :]
        for layer in self.layers:
            x = layer(x, relative_keys, allowed)
        return x

    def _distances(self, length: int, device: torch.device) -> Tensor:
        """Return the row of `relative_keys` for each query and key [T, T]: query - key, clamped, counted from 0."""
        place = torch.arange(length, device=device)
        distance = place[:, None] - place[None, :]
        return distance.clamp(-self.furthest, self.furthest - 1) + self.furthest
