# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Plan of the training corpus: which speakers read which sentence, with which prosody and pitch."""

import hashlib
import json
from dataclasses import asdict, dataclass

import numpy as np

from training.sentences import TEST_SENTENCES, training_sentences
from training.speakers import Speaker, held_out_speakers, mixture, training_speakers

VERSION = 1  # of how a recording is made; raise it to have all recordings made again
PITCHES = (85.0, 240.0)  # Hz, medians of a recording
SPEEDS = (0.9, 1.1)
HELD_OUT_EVERY = 4  # every fourth unit is held out, until all of those are made, so that a partial corpus has some


@dataclass(frozen=True)
class Recipe:
    """Sizes of a corpus; the defaults are those of the shipped checkpoint."""

    timbres: int = 16
    voices: int = 4  # speakers of one timbre; they cost a tenth of the timbre's synthesis
    timbres_a_unit: int = 2
    sentences: int = 126
    readings: int = 2  # prosodies of each sentence
    seed: int = 0


@dataclass(frozen=True)
class Unit:
    """One sentence with one prosody, read by several speakers in step."""

    number: int
    text: str
    prosody: tuple[float, ...]  # weights of Kokoro's voices
    speed: float
    pitch: float  # Hz, of all its recordings
    speakers: tuple[int, ...]
    held_out: bool

    def file(self, speakers: list[Speaker]) -> str:
        """Return the name of the unit's file, which contains the hash of everything that decides its samples."""
        own = {key: value for key, value in asdict(self).items() if key not in ("number", "speakers", "held_out")}
        made_of = [VERSION, own, [asdict(speakers[number]) for number in self.speakers]]
        return f"{hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]}.npy"


def all_speakers(recipe: Recipe) -> list[Speaker]:
    """Return the training speakers, then the held-out ones."""
    trained = training_speakers(recipe.timbres, recipe.voices, recipe.seed)
    return [*trained, *held_out_speakers()]


def units(recipe: Recipe) -> list[Unit]:
    """Return the units of a corpus in the order in which they are made.

    A training unit is read by the voices of `timbres_a_unit` timbres, which are dealt in turn, so that each speaker
    reads equally often and soon has more than one sentence. A held-out unit is read by all held-out speakers.
    """
    rng = np.random.default_rng([recipe.seed, 2])
    texts = training_sentences(recipe.sentences, recipe.seed)
    trained = recipe.timbres * recipe.voices
    everyone = trained + len(held_out_speakers())
    order = [text for _ in range(recipe.readings) for text in texts]
    tests = list(TEST_SENTENCES)
    dealt: list[int] = []
    found: list[Unit] = []
    while order or tests:
        held_out = bool(tests) and (len(found) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1 or not order)
        if held_out:
            text, readers = tests.pop(0), tuple(range(trained, everyone))
        else:
            if len(dealt) < recipe.timbres_a_unit:
                dealt = rng.permutation(recipe.timbres).tolist()
            chosen, dealt = dealt[: recipe.timbres_a_unit], dealt[recipe.timbres_a_unit :]
            text = order.pop(0)
            readers = tuple(t * recipe.voices + voice for t in sorted(chosen) for voice in range(recipe.voices))
        pitch = float(np.exp(rng.uniform(*np.log(PITCHES))))
        found.append(Unit(len(found), text, mixture(rng), float(rng.uniform(*SPEEDS)), pitch, readers, held_out))
    return found
