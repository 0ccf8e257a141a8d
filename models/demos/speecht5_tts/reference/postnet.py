# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Postnet: corrects the frames of a whole utterance by their neighbours, [B, L, mel] -> [B, L, mel]."""

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, conv1d

from models.demos.speecht5_tts.config import SpeechT5Config


class PostnetLayer(nn.Module):
    """Convolution without bias and batch normalisation by stored statistics, [B, C, L] -> [B, C', L]."""

    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, kernel))
        self.norm_weight = nn.Parameter(torch.ones(outputs))
        self.norm_bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("mean", torch.zeros(outputs))
        self.register_buffer("variance", torch.ones(outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = conv1d(x, self.weight, padding=self.weight.shape[2] // 2)
        return batch_norm(x, self.mean, self.variance, self.norm_weight, self.norm_bias)


class Postnet(nn.Module):
    """Layers of convolution and batch normalisation, with tanh after each but the last, added to the frames."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        units = [config.speech_decoder_postnet_units] * (config.speech_decoder_postnet_layers - 1)
        widths = [config.num_mel_bins, *units, config.num_mel_bins]
        self.layers = nn.ModuleList(
            PostnetLayer(inputs, outputs, config.speech_decoder_postnet_kernel)
            for inputs, outputs in zip(widths[:-1], widths[1:], strict=True)
        )
        # frames to each side on which a frame depends
        self.receptive_field = len(self.layers) * (config.speech_decoder_postnet_kernel // 2)

    def forward(self, frames: Tensor) -> Tensor:
        """Return the corrected frames [B, L, mel]."""
        x = frames.transpose(1, 2)
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x))
        return frames + self.layers[-1](x).transpose(1, 2)
