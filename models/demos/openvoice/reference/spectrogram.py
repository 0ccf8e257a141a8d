# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Waveform -> linear magnitude spectrogram, the input of both encoders.

First room of the converter: waveform [B, N] -> spectrogram [B, filter_length / 2 + 1, T] with T = N // hop_length.
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.constants import POWER_FLOOR


class Spectrogram(nn.Module):
    """Frame t is centred on hop t: it sees `margin` samples before the hop and as many after it."""

    def __init__(self, config: ConverterConfig):
        super().__init__()
        self.n_fft = config.filter_length
        self.hop = config.hop_length
        self.win_length = config.win_length
        self.margin = (config.filter_length - config.hop_length) // 2
        # The device is stated because modules are made on the meta device and this tensor comes from no checkpoint.
        self.register_buffer("window", torch.hann_window(config.win_length, device="cpu"), persistent=False)

    def forward(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """[B, N] -> [B, bins, N // hop]; with `lengths` (samples) each item is mirrored at its own end."""
        return self.frames(self.mirror(waveform, lengths))

    def mirror(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Adds `margin` samples on both sides, mirrored without repeating the edge sample."""
        if lengths is None:
            return nn.functional.pad(waveform[:, None], (self.margin, self.margin), mode="reflect")[:, 0]
        position = torch.arange(-self.margin, waveform.shape[1] + self.margin, device=waveform.device).abs()
        last = lengths[:, None] - 1
        position = torch.where(position > last, 2 * last - position, position)
        # Far behind the end of a short item the mirror leaves the item: those frames belong to no item.
        return waveform.gather(1, position.clamp(min=0))

    def frames(self, mirrored: Tensor) -> Tensor:
        """[B, N + 2 * margin] -> [B, bins, N // hop]; for a piece of a recording whose surroundings are known."""
        spectrum = torch.stft(
            mirrored, self.n_fft, self.hop, self.win_length, self.window, center=False, return_complex=True
        )
        return torch.sqrt(spectrum.real.square() + spectrum.imag.square() + POWER_FLOOR)
