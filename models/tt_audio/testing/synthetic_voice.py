# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A synthetic voice, for tests and for commands that measure without a recording."""

import numpy as np
from scipy import signal


def voice(seconds: float, sample_rate: int) -> np.ndarray:
    """Make sound [N] that a voice detector takes for speech: pulses of a moving pitch, three formants, syllables."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * time)
    sound = np.diff(np.floor(np.cumsum(pitch) / sample_rate), prepend=0.0)
    for formant, bandwidth in ((500, 80), (1500, 120), (2500, 160)):
        radius = np.exp(-np.pi * bandwidth / sample_rate)
        angle = 2 * np.pi * formant / sample_rate
        sound = signal.lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], sound)
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0.02, 1)
    sound = sound * syllables
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)
