# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Distances of waveforms for the training: magnitudes at several resolutions and a mel spectrogram, never phases.

Phases are left out because the converter's input, a magnitude spectrogram, does not determine them.
"""

import torch
from torch import Tensor, nn

from models.tt_audio.judges.mel import BANDS, HOP, WINDOW, filters

RESOLUTIONS = ((256, 64), (512, 128), (1024, 256), (2048, 512))  # samples of window and hop
FLOOR = 1e-2  # magnitude of a sine at -88 dB in the mel's window; smaller values count as silence


class SpectralDistance(nn.Module):
    def __init__(self, rate: int):
        super().__init__()
        self.register_buffer("bank", torch.from_numpy(filters(rate, WINDOW, BANDS)).float(), persistent=False)
        for size, _ in RESOLUTIONS:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def magnitude(self, waveform: Tensor, size: int, hop: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(waveform, size, hop, size, window, center=False, return_complex=True)
        return (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()

    def mel(self, waveform: Tensor) -> Tensor:
        """Return the logarithm of the magnitudes in mel bands: [B, N] -> [B, BANDS, T]."""
        return (self.bank @ self.magnitude(waveform, WINDOW, HOP)).clamp(min=FLOOR).log()

    def forward(self, actual: Tensor, expected: Tensor) -> tuple[Tensor, Tensor]:
        """Return the distances of the mel spectrograms and of the magnitudes, each a mean over the batch."""
        mel = (self.mel(actual) - self.mel(expected)).abs().mean()
        magnitudes = torch.zeros((), device=actual.device)
        for size, hop in RESOLUTIONS:
            a, b = self.magnitude(actual, size, hop), self.magnitude(expected, size, hop)
            loud = (a - b).norm() / b.norm().clamp(min=1e-3)
            quiet = (a.clamp(min=FLOOR).log() - b.clamp(min=FLOOR).log()).abs().mean()
            magnitudes = magnitudes + (loud + quiet) / len(RESOLUTIONS)
        return mel, magnitudes
