# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speakers of the training corpus: mixtures of Kokoro's timbres, each changed by WORLD in several ways."""

from dataclasses import dataclass

import numpy as np

from training.kokoro import VOICES
from training.voice_changes import Change

CONCENTRATION = 0.3  # of the Dirichlet distribution of the weights: most timbres are near one or two voices
EXTRAPOLATION = 0.4  # how far a mixture may leave the space between the voices
STRETCHES = (0.76, 1.18)  # most of the voices are women's: with 0.8 they have a man's formants, with 1.2 a child's
TILT = 3.0  # dB per octave, up or down
BREATH = (0.7, 1.2)
# Timbres held out from training, near single voices, and the speakers made of each: far from each other in similarity.
HELD_OUT = (
    ((1.05, -0.05, 0.05, -0.10, 0.05), (Change(0.78, 3.0), Change(1.0, -3.0))),
    ((-0.10, 0.90, 0.20, 0.05, -0.05), (Change(0.85, -3.0), Change(1.12, 3.0))),
    ((0.05, -0.05, 0.10, 1.00, -0.10), (Change(0.8, 0.0, 0.8), Change(0.95, 3.0))),
    ((-0.05, 0.05, 0.00, -0.05, 1.05), (Change(0.9, -3.0, 0.8), Change(1.15, 3.0))),
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


def held_out_speakers() -> list[Speaker]:
    """Return the speakers that no training hears; they are the same for every seed."""
    return [
        Speaker(FIRST_HELD_OUT + timbre, weights, change)
        for timbre, (weights, changes) in enumerate(HELD_OUT)
        for change in changes
    ]


def _change(rng: np.random.Generator, place: float) -> Change:
    """Draw a change with the stretch at `place`, a fraction of the range."""
    low, high = np.log(STRETCHES)
    stretch = float(np.exp(low + (high - low) * place))
    return Change(stretch, float(rng.uniform(-TILT, TILT)), float(rng.uniform(*BREATH)))
