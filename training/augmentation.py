# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Random changes of recordings while a batch is drawn: colour of the channel, room, noise and level.

A colour belongs to a speaker, because a listener cannot tell a microphone from a voice: a conversion takes it over with
the voice. Room and noise belong to the moment: all speakers of a moment get the same, and a conversion keeps them.
"""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.signal import fftconvolve

COLOUR_POINTS = (0, 150, 400, 1000, 2500, 6000, 11025)  # Hz; between them the gain is interpolated
COLOUR_DB = 3.0  # standard deviation at a point
ROOM_SECONDS = 0.12  # length of a room response after the direct sound
REVERBERATION = (0.05, 0.3)  # seconds in which the reverberation falls by 60 dB
REVERBERATION_DB = (-30.0, -8.0)  # its energy, by that of the direct sound
NOISE_DBFS = (-75.0, -48.0)
GAIN_DB = (-6.0, 3.0)


def colour(rng: np.random.Generator) -> np.ndarray:
    """Draw a gain in dB for each of COLOUR_POINTS, 0 on average."""
    gains = rng.normal(0, COLOUR_DB, len(COLOUR_POINTS))
    return gains - gains.mean()


def coloured(samples: np.ndarray, gains: np.ndarray, rate: int) -> np.ndarray:
    """Return samples [N] with the gains of `colour`, without a delay."""
    size = next_fast_len(len(samples) + rate // 20, real=True)  # padded: the response does not wrap around
    decibels = np.interp(rfftfreq(size, 1 / rate), COLOUR_POINTS, gains)
    return irfft(rfft(samples, size) * 10 ** (decibels / 20), size)[: len(samples)]


def room_tail(rate: int) -> int:
    """Return how many earlier samples reach into a moment through a room response."""
    return round(ROOM_SECONDS * rate)


def room(rng: np.random.Generator, rate: int) -> np.ndarray:
    """Draw a room response [1 + room_tail]: the direct sound, then noise that decays exponentially."""
    length = room_tail(rate)
    decay = 10 ** (-3 * np.arange(1, length + 1) / (rate * rng.uniform(*REVERBERATION)))
    late = decay * rng.standard_normal(length)
    energy = 10 ** (rng.uniform(*REVERBERATION_DB) / 10)
    return np.concatenate([[1.0], late * np.sqrt(energy / np.square(late).sum())])


def in_room(samples: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return samples [len(response) - 1 + N] as they sound in a room: [N], the part that is complete."""
    return fftconvolve(samples, response, "valid")


def background(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw white noise [size] at a random level."""
    return rng.standard_normal(size) * 10 ** (rng.uniform(*NOISE_DBFS) / 20)


def gain(rng: np.random.Generator) -> float:
    return 10 ** (rng.uniform(*GAIN_DB) / 20)
