# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The deterministic duration predictor of MeloTTS: text encoding -> log of the frames of each phone.

stochastic_duration_predictor.py predicts the same from noise; melo_tts.py mixes both.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from models.tt_audio.reference.layer_norm import LayerNorm

FILTER_CHANNELS = 256  # constants of upstream's code
KERNEL_SIZE = 3


class DurationPredictor(nn.Module):
    """Two convolutions with layer norms, and a projection."""

    def __init__(self, channels: int, gin_channels: int):
        super().__init__()
        self.speaker = nn.Conv1d(gin_channels, channels, 1)
        self.conv_1 = nn.Conv1d(channels, FILTER_CHANNELS, KERNEL_SIZE, padding="same")
        self.norm_1 = LayerNorm(FILTER_CHANNELS)
        self.conv_2 = nn.Conv1d(FILTER_CHANNELS, FILTER_CHANNELS, KERNEL_SIZE, padding="same")
        self.norm_2 = LayerNorm(FILTER_CHANNELS)
        self.projection = nn.Conv1d(FILTER_CHANNELS, 1, 1)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """Return log durations [B, 1, N] of a text encoding x [B, C, N]; mask [B, 1, N], speaker g [B, G, 1]."""
        x = x + self.speaker(g)
        x = self.norm_1(F.relu(self.conv_1(x * mask)))
        x = self.norm_2(F.relu(self.conv_2(x * mask)))
        return self.projection(x * mask) * mask
