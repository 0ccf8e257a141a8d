# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Batches of the training: the same moments of the same sentences, read by several speakers.

train.py draws them from the corpus of corpus.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.demos.openvoice.config import ConverterConfig
from training import augmentation
from training.corpus import RATE, Corpus, CorpusError, Unit


@dataclass(frozen=True)
class Settings:
    """Settings that decide the weights, together with the config, the start, the corpus and the number of steps."""

    steps: int = 8000  # the learning rate reaches its final value after as many
    seed: int = 0
    processes: int = 1  # number of processes that train together, each with a batch of its own
    learning_rate: float = 1e-3
    last_learning_rate: float = 2e-5
    speakers: int = 8  # of a moment
    moments: int = 1  # in a step
    frames: int = 96  # in a moment
    segment: int = 32  # frames of a moment that the generator computes
    segments: int = 6  # in a step; one in four is reconstructed, the others are conversions
    reference_frames: tuple[int, ...] = (128, 256, 384)  # lengths of a reference; each step draws one
    agreement: float = 1.0  # weight of the divergence
    agreement_ramp: int = 500  # steps over which the weight of the divergence grows to `agreement`
    largest_gradient: float = 5.0
    averaging: float = 0.998  # decay of the moving average of the weights, which is exported


@dataclass(frozen=True)
class Batch:
    """Waveforms as `Spectrogram.frames` takes them: with the samples around them that the outermost frames need."""

    moments: Tensor  # [moments * speakers, N]: all speakers of the first moment, then of the next
    references: Tensor  # [moments * speakers, M], another sentence of each speaker

    def to(self, device: str) -> "Batch":
        return Batch(self.moments.to(device), self.references.to(device))


def draw(
    corpus: Corpus, settings: Settings, config: ConverterConfig, rng: np.random.Generator, test: bool = False
) -> Batch:
    """Draw the batch of one step from the units that are made.

    With `test`, take the speakers and sentences held out from training, as they were recorded.
    """
    hop, margin = config.hop_length, config.filter_length - config.hop_length
    size = settings.frames * hop + margin
    reference_size = int(rng.choice(settings.reference_frames)) * hop + margin
    available = corpus.available(held_out=test)
    read: dict[int, list[Unit]] = {}  # speaker -> units
    for unit in available:
        for speaker in unit.speakers:
            read.setdefault(speaker, []).append(unit)
    usable = [unit for unit in available if len(_ready(unit, read)) >= settings.speakers]
    if len(usable) < settings.moments:
        raise CorpusError(
            f"{corpus.folder} has too few sentences yet: a step needs {settings.speakers} speakers of a sentence with "
            "another sentence each; go on with `python -m training.corpus`"
        )
    moments, references = [], []
    for number in rng.choice(len(usable), settings.moments, replace=False):
        unit = usable[number]
        speakers = rng.choice(_ready(unit, read), settings.speakers, replace=False)
        colours = [None if test else augmentation.colour(rng) for _ in speakers]
        moments += _moment(corpus, unit, speakers, colours, rng.uniform(0.02, 0.98), size, rng)
        for speaker, colour in zip(speakers, colours, strict=True):
            others = [other for other in read[speaker] if other.text != unit.text]
            other = others[rng.integers(len(others))]
            centre = rng.uniform(0.4, 0.6)
            references += _moment(corpus, other, [speaker], [colour], centre, reference_size, rng)
    return Batch(_tensor(moments), _tensor(references))


def _ready(unit: Unit, read: dict[int, list[Unit]]) -> list[int]:
    """Return the speakers of a unit who read another sentence, too."""
    return [speaker for speaker in unit.speakers if any(other.text != unit.text for other in read[speaker])]


def _moment(
    corpus: Corpus,
    unit: Unit,
    speakers: Sequence[int],
    colours: Sequence[np.ndarray | None],
    centre: float,
    size: int,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Return `size` samples of each speaker, in one room; a speaker without a colour is returned as recorded."""
    tail, level = augmentation.room_tail(RATE), augmentation.gain(rng)
    response, noise = augmentation.room(rng, RATE), augmentation.background(rng, size)
    found = []
    for speaker, colour in zip(speakers, colours, strict=True):
        if colour is None:
            found.append(corpus.window(unit, speaker, centre, size))
            continue
        samples = corpus.window(unit, speaker, centre, size + 2 * tail)[: size + tail]
        samples = augmentation.coloured(samples, colour, RATE)
        found.append(level * (augmentation.in_room(samples, response) + noise))
    return found


def _tensor(waveforms: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(waveforms).astype(np.float32))
