# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speech for tests: real recordings where they lie beside the repository, and a synthetic voice everywhere."""

from pathlib import Path

import numpy as np
import pytest
from scipy import signal

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "speech"


def recording(name: str) -> Path:
    """A real recording, by file name; skips the test where the folder of recordings is absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"no recordings: {FOLDER} does not exist")
    path = FOLDER / name
    assert path.is_file(), f"{path} is missing"
    return path


def recordings() -> list[Path]:
    """All real recordings (WAV and MP3); skips the test where the folder is absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"no recordings: {FOLDER} does not exist")
    return sorted(path for path in FOLDER.iterdir() if path.suffix in (".wav", ".mp3"))


def voice(seconds: float, sample_rate: int) -> np.ndarray:
    """Something a voice detector takes for speech: pulses of a moving pitch through three formants, in syllables."""
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
