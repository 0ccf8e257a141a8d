# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Vocoder: mel frames [B, L, mel] -> samples [B, L * samples_per_frame], by the shared HiFi-GAN generator."""

import torch
from torch import Tensor, nn

from models.demos.speecht5_tts.config import VocoderConfig
from models.tt_audio.reference.hifigan import Generator


class Vocoder(nn.Module):
    """HiFi-GAN after a normalisation of each mel bin by the mean and the scale of the training data."""

    def __init__(self, config: VocoderConfig):
        super().__init__()
        self.config = config
        self.generator = Generator(config, end_bias=True)
        self.register_buffer("mean", torch.zeros(config.inter_channels))
        self.register_buffer("scale", torch.ones(config.inter_channels))

    def normalized(self, mel: Tensor) -> Tensor:
        """Return the generator's input [B, mel, L] for mel frames [B, L, mel]."""
        if self.config.normalize_before:
            mel = (mel - self.mean) / self.scale
        return mel.transpose(1, 2)

    def forward(self, mel: Tensor) -> Tensor:
        """Return the samples [B, L * samples_per_frame] of mel frames [B, L, mel]."""
        return self.generator(self.normalized(mel))
