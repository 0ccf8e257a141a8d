# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The linear magnitude spectrogram, input of both encoders of the converter.

waveform [B, N] -> spectrogram [B, bins, T] with bins = filter_length / 2 + 1 and T = N // hop_length
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.constants import POWER_FLOOR


class Spectrogram(nn.Module):
    """Spectrogram whose frame t is centred on hop t: it reads `margin` samples before the hop and as many after it."""

    def __init__(self, config: ConverterConfig):
        super().__init__()
        self.n_fft = config.filter_length
        self.hop = config.hop_length
        self.win_length = config.win_length
        self.margin = (config.filter_length - config.hop_length) // 2
        # The device is stated because modules are made on the meta device and this tensor comes from no checkpoint.
        self.register_buffer("window", torch.hann_window(config.win_length, device="cpu"), persistent=False)

    def forward(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return [B, bins, N // hop] of waveforms [B, N]; `lengths` [B] in samples mirror each at its own end."""
        return self.frames(self.mirror(waveform, lengths))

    def mirror(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Add `margin` samples to both sides of [B, N], mirrored without repeating the edge sample."""
        if lengths is None:
            return nn.functional.pad(waveform[:, None], (self.margin, self.margin), mode="reflect")[:, 0]
        position = torch.arange(-self.margin, waveform.shape[1] + self.margin, device=waveform.device).abs()
        last = lengths[:, None] - 1
        position = torch.where(position > last, 2 * last - position, position)
        # Far after the end of a short item the mirrored position is outside of the item: those frames are padding.
        return waveform.gather(1, position.clamp(min=0))

    def frames(self, mirrored: Tensor) -> Tensor:
        """Return [B, bins, N // hop] of samples [B, N + 2 * margin] that have their margins already."""
        spectrum = torch.stft(
            mirrored, self.n_fft, self.hop, self.win_length, self.window, center=False, return_complex=True
        )
        return torch.sqrt(spectrum.real.square() + spectrum.imag.square() + POWER_FLOOR)
