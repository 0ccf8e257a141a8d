# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Objective measures of one recording, or of two compared.

Recordings are float arrays [N] at one rate. Distances compare spectrograms frame by frame (WINDOW and HOP of mel.py).
Recordings of the same words at different speeds are aligned by dynamic time warping first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal
from scipy.fft import dct

from ..host.audio import CLIP_LEVEL, SILENCE_PEAK
from .mel import HOP, log_mel
from .speaker_encoder import speaker_encoder

DECIBELS = 20 / np.log(10)  # dB per unit of the natural logarithm of a magnitude
CEPSTRA = 24  # mel-cepstral coefficients in the distortion: 1 to 24, as usual; 0 is the level

# Pitch by YIN (de Cheveigné and Kawahara, 2002). The range is that of speaking voices, the threshold is the paper's. Of
# several bands and windows these agreed best with librosa's pYIN on five recordings of LibriSpeech.
F0_RANGE = (60.0, 500.0)
YIN_BAND = (50.0, 1000.0)
YIN_SECONDS = 0.035
YIN_THRESHOLD = 0.15
PITCHED_DB = 50.0  # a frame that is this far below the loudest one counts as unvoiced
LEAST_PITCHED = 10  # voiced frames that a correlation needs

SILENT_DB = 40.0  # a frame that is this far below the loudest one counts as a pause
LEVEL_SECONDS = 0.03

BOOTSTRAP_DRAWS = 10_000


# ---- one recording


@dataclass(frozen=True)
class Level:
    """Level and faults of a recording."""

    seconds: float
    peak: float
    rms_dbfs: float
    clipped: float  # share of samples at full scale
    silent: float  # share of 30 ms frames that are 40 dB below the loudest
    offset: float  # mean
    finite: bool

    @property
    def faults(self) -> list[str]:
        checks = {
            "not finite": not self.finite,
            "silent": self.peak < SILENCE_PEAK,
            "clipped": self.clipped > 0,
            "offset": abs(self.offset) > 0.02,  # a constant of more than a hundredth of the range -1 .. 1
        }
        return [fault for fault, found in checks.items() if found]


def level(samples: np.ndarray, rate: int) -> Level:
    """Measure samples [N]; values that are not finite are counted as 0."""
    finite = np.isfinite(samples)
    samples = np.where(finite, samples, 0).astype(np.float64)
    frame = round(LEVEL_SECONDS * rate)
    powers = np.square(np.pad(samples, (0, -len(samples) % frame))).reshape(-1, frame).mean(1)
    return Level(
        seconds=len(samples) / rate,
        peak=float(np.abs(samples).max()),
        rms_dbfs=float(10 * np.log10(np.square(samples).mean() + 1e-12)),
        clipped=float(np.mean(np.abs(samples) >= CLIP_LEVEL)),
        silent=float(np.mean(powers <= powers.max() * 10 ** (-SILENT_DB / 10))),
        offset=float(samples.mean()),
        finite=bool(finite.all()),
    )


def pitch(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the fundamental frequency in Hz of each frame of samples [N], NaN for unvoiced ones.

    Frames are HOP samples apart.
    """
    shortest, longest = int(rate / F0_RANGE[1]), int(rate / F0_RANGE[0])
    window = round(YIN_SECONDS * rate)
    size = window + longest + 1
    band = signal.butter(2, YIN_BAND, "bandpass", fs=rate, output="sos")
    padded = np.pad(signal.sosfiltfilt(band, samples), (size // 2, size // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::HOP]
    # d(lag) = sum of (x[j] - x[j + lag])^2 = energy at 0 + energy at lag - 2 * correlation
    energies = np.cumsum(np.pad(np.square(frames), ((0, 0), (1, 0))), axis=1)
    energies = energies[:, window:] - energies[:, :-window]
    points = 1 << (size + window).bit_length()
    spectra = np.fft.rfft(frames, points) * np.fft.rfft(frames[:, :window], points).conj()
    correlation = np.fft.irfft(spectra, points)[:, : longest + 2]
    difference = np.maximum(energies[:, :1] + energies[:, : longest + 2] - 2 * correlation, 0)
    lags = np.arange(1, longest + 2)
    normed = difference[:, 1:] * lags / np.maximum(np.cumsum(difference[:, 1:], axis=1), 1e-12)

    inner = normed[:, shortest - 1 : longest]  # lags `shortest` to `longest`
    dips = (inner < YIN_THRESHOLD) & (inner <= normed[:, shortest - 2 : longest - 1])
    dips &= inner <= normed[:, shortest : longest + 1]
    first = np.arange(len(frames)), shortest - 1 + dips.argmax(1)
    before, at, after = (normed[first[0], first[1] + step] for step in (-1, 0, 1))
    curvature = before - 2 * at + after
    shift = np.divide(before - after, 2 * curvature, out=np.zeros_like(at), where=curvature > 1e-9)
    energy = energies[:, 0]
    pitched = dips.any(1) & (energy > energy.max() * 10 ** (-PITCHED_DB / 10))
    return np.where(pitched, rate / (first[1] + 1 + shift.clip(-1, 1)), np.nan)


# ---- two recordings


def similarity(first: np.ndarray, second: np.ndarray, rate: int) -> float:
    """Return the speaker similarity of two recordings: the cosine of Resemblyzer's embeddings, 0 to 1.

    Two recordings of one speaker usually have more than 0.75.
    """
    encoder = speaker_encoder()
    return float(encoder.embed(first, rate) @ encoder.embed(second, rate))


def aligned(first: np.ndarray, second: np.ndarray, warp: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pair the frames of two sequences [features, frames]; both results have the same number of frames.

    Frame i is paired with frame i, or with `warp`, frames are paired along the cheapest warping path.
    """
    if warp:
        path = warping_path(cepstra(first), cepstra(second))
        return first[:, path[:, 0]], second[:, path[:, 1]]
    frames = min(first.shape[1], second.shape[1])
    return first[:, :frames], second[:, :frames]


def log_mel_distance(first: np.ndarray, second: np.ndarray, rate: int, warp: bool = False) -> float:
    """Return the mean absolute difference of the log-mel spectrograms of two recordings, in dB."""
    a, b = aligned(log_mel(first, rate), log_mel(second, rate), warp)
    return float(DECIBELS * np.abs(a - b).mean())


def mel_cepstral_distortion(first: np.ndarray, second: np.ndarray, rate: int, warp: bool = False) -> float:
    """Return the mel cepstral distortion of two recordings in dB, over coefficients 1 to 24.

    The cepstra are the cosine transform of the log-mel spectrogram.
    """
    a, b = aligned(log_mel(first, rate), log_mel(second, rate), warp)
    distances = np.sqrt(2 * np.square(cepstra(a) - cepstra(b)).sum(0))
    return float(10 / np.log(10) * distances.mean())


def pitch_correlation(first: np.ndarray, second: np.ndarray, rate: int) -> float | None:
    """Return the correlation of the log pitch over frames where both recordings are voiced.

    None if fewer than LEAST_PITCHED frames are voiced in both, or if one pitch is constant.
    """
    a, b = pitch(first, rate), pitch(second, rate)
    frames = min(len(a), len(b))
    a, b = np.log(a[:frames]), np.log(b[:frames])
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < LEAST_PITCHED or not a[both].std() or not b[both].std():
        return None
    return correlation(a[both], b[both])


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation of two arrays of the same size."""
    return float(np.corrcoef(np.ravel(first), np.ravel(second))[0, 1])


def cepstra(mel: np.ndarray) -> np.ndarray:
    """Return the cepstra [CEPSTRA, frames] of a log-mel spectrogram [bands, frames].

    They are the c_m of log|X| = c_0 + sum c_m cos(m w), on which the MCD is defined.
    """
    return dct(mel, type=2, axis=0)[1 : CEPSTRA + 1] / len(mel)


def warping_path(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the cheapest warping path [steps, 2] between two sequences [features, frames].

    Each row is a pair of frame numbers; the path runs from both first frames to both last frames and has the least sum
    of Euclidean distances.
    """
    squares = np.square(first).sum(0)[:, None] + np.square(second).sum(0) - 2 * first.T @ second
    cost = np.sqrt(np.maximum(squares, 0))
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(rows + columns - 1):  # cells of one diagonal do not depend on each other
        i = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        j = diagonal - i
        before = np.minimum(np.minimum(total[i, j], total[i, j + 1]), total[i + 1, j])
        total[i + 1, j + 1] = cost[i, j] + before
    i, j = rows, columns
    path = [(i, j)]
    while (i, j) != (1, 1):
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda cell: total[cell])
        path.append((i, j))
    return np.array(path[::-1]) - 1


# ---- a corpus


@dataclass(frozen=True)
class Summary:
    """Statistics of one figure over many recordings; [low, high] is the 95 % interval of the mean."""

    mean: float
    minimum: float
    maximum: float
    low: float
    high: float
    count: int


def summary(values: Sequence[float], seed: int = 0) -> Summary:
    """Summarise `values`. The interval is a percentile bootstrap of BOOTSTRAP_DRAWS draws with this seed."""
    array = np.asarray(values, np.float64)
    draws = np.random.default_rng(seed).choice(array, (BOOTSTRAP_DRAWS, len(array))).mean(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Summary(
        float(array.mean()), float(array.min()), float(array.max()), float(low), float(high), count=len(array)
    )
