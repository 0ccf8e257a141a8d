# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Batches of the training: the same moments of the same sentences, read by several speakers.

train.py draws them from the corpus of corpus.py. Recordings of people, LibriSpeech for example, can be mixed in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from models.demos.openvoice.config import ConverterConfig
from models.tt_audio.host.resampling import resample
from training import corpus as corpora
from training.corpus import Corpus, CorpusError

RECORDINGS = (".wav", ".flac")


@dataclass(frozen=True)
class Settings:
    """Settings that decide the weights, together with the config, the corpus and the number of steps done."""

    steps: int = 8000  # the learning rate reaches its final value after as many
    seed: int = 0
    processes: int = 1  # number of processes that train together, each with a batch of its own
    learning_rate: float = 1.5e-3
    last_learning_rate: float = 2e-5
    speakers: int = 8  # of a step
    moments: int = 1  # in a step; each is read by all speakers of the step
    frames: int = 96  # in a moment
    segment: int = 48  # frames of a moment that the generator computes
    segments: int = 8  # in a step; one in four is reconstructed, the others are conversions
    reference_frames: tuple[int, ...] = (128, 256, 384, 512)  # lengths of a reference; each step draws one
    agreement: float = 1.0  # weight of the divergence
    agreement_ramp: int = 500  # steps over which the weight of the divergence grows to `agreement`
    largest_gradient: float = 5.0
    averaging: float = 0.999  # decay of the moving average of the weights, which is exported


@dataclass(frozen=True)
class Batch:
    """Waveforms as `Spectrogram.frames` takes them: with the samples around them that the outermost frames need."""

    moments: Tensor  # [moments * speakers, N]: all speakers of the first moment, then of the next
    references: Tensor  # [speakers, M]
    people: Tensor | None = None  # [moments, N], recordings from outside the corpus

    def to(self, device: str) -> "Batch":
        people = None if self.people is None else self.people.to(device)
        return Batch(self.moments.to(device), self.references.to(device), people)


def recordings_in(folders: Sequence[Path]) -> list[Path]:
    found = [sorted(path for path in folder.rglob("*") if path.suffix in RECORDINGS) for folder in folders]
    for folder, paths in zip(folders, found, strict=True):
        if not paths:
            raise CorpusError(f"{folder} holds no recordings ({', '.join(RECORDINGS)}): give a folder that does.")
    return list(chain.from_iterable(found))


def excerpt(path: Path, size: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Return `size` samples at `rate` from a random place in a recording, at the level of the corpus."""
    info = soundfile.info(path)
    needed = math.ceil(size * info.samplerate / rate) + 1
    start = rng.integers(0, max(1, info.frames - needed))
    samples, _ = soundfile.read(path, needed, start, dtype="float32", always_2d=True)
    samples = resample(samples.mean(1), info.samplerate, rate)
    samples = np.pad(samples, (0, max(0, size - len(samples))))[:size]
    return samples * (corpora.LEVEL / max(np.sqrt(np.mean(samples**2)), corpora.NOISE_LEVEL))


def draw(
    corpus: Corpus,
    settings: Settings,
    config: ConverterConfig,
    rng: np.random.Generator,
    test: bool = False,
    people: Sequence[Path] = (),
) -> Batch:
    """Draw the batch of one step.

    With `test`, take the speakers and sentences held out from training. `people`: recordings to mix in.
    """
    hop, margin = config.hop_length, config.filter_length - config.hop_length
    all_speakers = np.arange(len(corpus.lengths))
    all_sentences = np.arange(len(corpus.sentences))
    speakers = all_speakers[corpus.train_speakers :] if test else all_speakers[: corpus.train_speakers]
    sentences = all_sentences[corpus.train_sentences :] if test else all_sentences[: corpus.train_sentences]
    chosen = rng.choice(speakers, settings.speakers, replace=False)
    size = settings.frames * hop + margin
    moments = []
    spoken = rng.choice(sentences, settings.moments, replace=False)
    for sentence in spoken:
        centre, gain = rng.uniform(0.02, 0.98), 10 ** (rng.uniform(-6, 3) / 20)
        moments += [gain * corpus.window(speaker, sentence, centre, size) for speaker in chosen]
    excerpts = [
        excerpt(people[rng.integers(len(people))], size, config.sampling_rate, rng)
        for _ in range(settings.moments if people else 0)
    ]
    size = rng.choice(settings.reference_frames) * hop + margin
    others = np.setdiff1d(sentences, spoken)
    references = []
    for speaker in chosen:
        gain = 10 ** (rng.uniform(-6, 3) / 20)
        references.append(gain * corpus.window(speaker, rng.choice(others), rng.uniform(0.4, 0.6), size))
    return Batch(_tensor(moments), _tensor(references), _tensor(excerpts) if excerpts else None)


def _tensor(waveforms: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(waveforms).astype(np.float32))
