# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the spectrogram: framing, window w and DFT as one convolution over hops.

    Re X[k, t] = sum_n w[n] cos(2 pi k n / N) x[t hop + n],  Im with sin;  n = position * hop + channel
"""

import math

import torch

from models.demos.openvoice.reference.spectrogram import Spectrogram
from models.tt_audio.parameters.layers import convolution
from models.tt_audio.tt.sharding import TILE


def spectrogram(module: Spectrogram) -> dict:
    """Return the parameters of tt/spectrogram.Spectrogram."""
    size, hop = module.n_fft, module.hop
    bins = size // 2 + 1
    # pad cosines and sines to whole tiles each, so that the boundary between them is that of a tile
    filled = -(-bins // TILE) * TILE
    edge = (size - module.win_length) // 2
    window = torch.nn.functional.pad(module.window.double(), (edge, size - module.win_length - edge))
    angle = 2 * math.pi * torch.outer(torch.arange(bins), torch.arange(size)).remainder(size).double() / size
    basis = torch.zeros(2, filled, size, dtype=torch.double)
    basis[0, :bins], basis[1, :bins] = window * angle.cos(), window * angle.sin()
    # frame t reads hops t .. t + size / hop - 1: the kernel position is the hop, the channel the sample within the hop
    weight = basis.reshape(2 * filled, size // hop, hop).transpose(1, 2)
    return {"bins": bins, "kernel": convolution(weight)}
