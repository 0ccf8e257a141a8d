# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speakers of the training corpus: mixtures of Kokoro's timbres, each changed by WORLD in several ways."""

from dataclasses import dataclass

import numpy as np

from training.kokoro import VOICES
from training.voice_changes import Change

CONCENTRATION = 0.3  # of the Dirichlet distribution of the weights: most timbres are near one or two voices
EXTRAPOLATION = 0.4  # how far a mixture may leave the space between the voices
STRETCHES = (0.78, 1.26)
TILT = 3.0  # dB per octave, up or down
BREATH = (0.7, 1.2)
# Weights of the timbres held out from training, far from each other.
HELD_OUT = (
    (0.8, 0.1, 0.0, 0.1, 0.0),
    (0.0, 0.6, 0.3, 0.0, 0.1),
    (0.1, 0.0, 0.2, 0.7, 0.0),
    (0.0, 0.1, 0.0, 0.1, 0.8),
)
FIRST_HELD_OUT = 1_000  # number of the first held-out timbre


@dataclass(frozen=True)
class Speaker:
    timbre: int  # number of the mixture; the voices made of one timbre share a synthesis
    weights: tuple[float, ...]  # of Kokoro's voices; they sum to 1
    change: Change


def mixture(rng: np.random.Generator) -> tuple[float, ...]:
    """Draw weights of Kokoro's voices; they sum to 1, and some are slightly negative."""
    weights = rng.dirichlet(np.full(VOICES, CONCENTRATION))
    return tuple(((1 + EXTRAPOLATION) * weights - EXTRAPOLATION / VOICES).tolist())


def training_speakers(timbres: int, voices: int, seed: int) -> list[Speaker]:
    """Draw `voices` speakers of each of `timbres` timbres.

    The stretches of a timbre's voices are drawn from equal parts of the whole range, one from each.
    """
    rng = np.random.default_rng([seed, 0])
    return [
        Speaker(timbre, weights, _change(rng, (voice + rng.random()) / voices))
        for timbre in range(timbres)
        for weights in [mixture(rng)]
        for voice in range(voices)
    ]


def held_out_speakers(voices: int, seed: int) -> list[Speaker]:
    """Draw `voices` speakers of each held-out timbre; their stretches cover the range evenly."""
    rng = np.random.default_rng([seed, 1])
    return [
        Speaker(FIRST_HELD_OUT + timbre, weights, _change(rng, (voice + (timbre + 0.5) / len(HELD_OUT)) / voices))
        for timbre, weights in enumerate(HELD_OUT)
        for voice in range(voices)
    ]


def _change(rng: np.random.Generator, place: float) -> Change:
    """Draw a change with the stretch at `place`, a fraction of the range."""
    low, high = np.log(STRETCHES)
    stretch = float(np.exp(low + (high - low) * place))
    return Change(stretch, float(rng.uniform(-TILT, TILT)), float(rng.uniform(*BREATH)))
