# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Mel spectrograms, for pictures, metrics and the speaker encoder.

The scale is that of Slaney's Auditory Toolbox, as in librosa: linear up to 1,000 Hz, logarithmic above.
"""

import numpy as np
import torch

BANDS = 80
WINDOW, HOP = 1024, 256  # samples, as in the spectrogram of OpenVoice V2, so that frames correspond
QUIET = 1e-5  # smallest magnitude; the logarithm is taken of this value at least

LINEAR_STEP = 200 / 3  # Hz per mel below the knee
KNEE_HERTZ, KNEE_MEL = 1000.0, 15.0
LOG_STEP = np.log(6.4) / 27  # log-frequency per mel above the knee


def to_mel(hertz: np.ndarray | float) -> np.ndarray:
    """Convert frequencies in Hz to mel."""
    hertz = np.asarray(hertz, np.float64)
    above = KNEE_MEL + np.log(np.maximum(hertz, KNEE_HERTZ) / KNEE_HERTZ) / LOG_STEP
    return np.where(hertz < KNEE_HERTZ, hertz / LINEAR_STEP, above)


def to_hertz(mel: np.ndarray | float) -> np.ndarray:
    """Convert mel to frequencies in Hz."""
    mel = np.asarray(mel, np.float64)
    above = KNEE_HERTZ * np.exp(LOG_STEP * (np.maximum(mel, KNEE_MEL) - KNEE_MEL))
    return np.where(mel < KNEE_MEL, mel * LINEAR_STEP, above)


def filters(rate: int, size: int, bands: int, equal_area: bool = False) -> np.ndarray:
    """Return triangular filters [bands, size / 2 + 1], evenly spaced in mel.

    Each has height 1, or with `equal_area` an area of 2 Hz.
    """
    edges = to_hertz(np.linspace(0, to_mel(rate / 2), bands + 2))
    position = np.linspace(0, rate / 2, size // 2 + 1)
    rising = (position - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - position) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.minimum(rising, falling).clip(0)
    return triangles * (2 / (edges[2:] - edges[:-2]))[:, None] if equal_area else triangles


def magnitudes(samples: np.ndarray, size: int, hop: int) -> np.ndarray:
    """Return the magnitudes [size / 2 + 1, 1 + N / hop] of the short-time Fourier transform of samples [N].

    Frames are centred on multiples of `hop`; the recording is padded with zeros.
    """
    window = torch.hann_window(size, dtype=torch.float64)
    signal = torch.from_numpy(np.asarray(samples, np.float64))
    return torch.stft(signal, size, hop, window=window, pad_mode="constant", return_complex=True).abs().numpy()


def log_mel(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the natural logarithm of the mel bands of samples [N]: [BANDS, frames]."""
    return np.log(np.maximum(filters(rate, WINDOW, BANDS) @ magnitudes(samples, WINDOW, HOP), QUIET))
