# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parallel corpus of natural speech: each sentence in step by several speakers, made by Kokoro and WORLD.

    python -m training.corpus FOLDER

recipe.py says what is read by whom. Pitch and pace belong to the sentence, so that all its recordings have the same
pulses and each moment of a conversion has a recording to be compared with; `check_alignment` measures this. A training
can begin while the corpus is being made. Making it can be stopped and called again: a file whose name, a hash of
what decides its samples, exists is not made again.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from loguru import logger
from scipy import signal
from tqdm import tqdm

from models.tt_audio.host.errors import UserError
from models.tt_audio.host.files import complete_file
from models.tt_audio.host.resampling import resample
from training import recipe as recipes
from training.recipe import Recipe, Unit
from training.speakers import Speaker

RATE = 22_050
LEVEL = 0.07  # root mean square of every recording; the loudest peaks then stay below 1
NOISE_LEVEL = 5e-4  # standard deviation of the noise in every recording: -66 dBFS; no recording has digital silence
EDGE = 0.05  # seconds kept before and after the speech
QUIET = 0.01  # of the peak: what is below it at the ends is cut away
INDEX = "corpus.json"


class CorpusError(UserError, RuntimeError):
    """Error of a corpus that cannot be made or read; the message says what to do."""


class Reader(Protocol):
    """Reads a unit; `KokoroReader` is the one of the shipped corpus."""

    def read(self, unit: Unit, speakers: Sequence[Speaker]) -> np.ndarray:
        """Return samples [speakers, N] at RATE, in step."""


class KokoroReader:
    def __init__(self):
        from models.demos.openvoice.piper.frontend import American
        from training.kokoro import Kokoro

        self._ipa, self._kokoro = American(), Kokoro()

    def read(self, unit: Unit, speakers: Sequence[Speaker]) -> np.ndarray:
        from training import kokoro
        from training.voice_changes import Analysis

        weights = {speaker.timbre: speaker.weights for speaker in speakers}
        spoken = self._kokoro.speak(self._ipa(unit.text), list(weights.values()), unit.prosody, unit.speed)
        analysis = Analysis(_without_silence(spoken, kokoro.RATE), kokoro.RATE, unit.pitch)
        row = {timbre: number for number, timbre in enumerate(weights)}
        changed = [analysis.changed(row[speaker.timbre], speaker.change) for speaker in speakers]
        return np.stack([resample(samples.astype(np.float32), kokoro.RATE, RATE) for samples in changed])


def _without_silence(recordings: np.ndarray, rate: int) -> np.ndarray:
    """Cut silence at both ends of recordings [voices, N], from all of them alike."""
    loud = np.flatnonzero((np.abs(recordings) > QUIET * np.abs(recordings).max(1, keepdims=True)).any(0))
    edge = round(EDGE * rate)
    return recordings[:, max(0, loud[0] - edge) : loud[-1] + edge]


# ---- the corpus on disk


@dataclass
class Corpus:
    """Recordings of units. `made` contains the units whose files exist; `refresh` looks for new ones."""

    folder: Path
    units: list[Unit]
    files: list[str]
    speakers: int  # training speakers, whose numbers come before those of the held-out ones
    made: set[int] = field(default_factory=set)

    def refresh(self) -> None:
        missing = (unit.number for unit in self.units if unit.number not in self.made)
        self.made |= {number for number in missing if (self.folder / self.files[number]).is_file()}

    def available(self, held_out: bool) -> list[Unit]:
        """Return the units that are made, of those held out from training or of the others."""
        return [unit for unit in self.units if unit.held_out == held_out and unit.number in self.made]

    def window(self, unit: Unit, speaker: int, centre: float, size: int) -> np.ndarray:
        """Return `size` samples around `centre`, a fraction of the recording; samples outside it are zero."""
        recording = self._samples(unit)[unit.speakers.index(speaker)]
        start = round(centre * len(recording)) - size // 2
        before, after = max(0, -start), max(0, start + size - len(recording))
        inner = recording[max(0, start) : max(0, start + size)].astype(np.float32) / 32768
        return np.pad(inner, (before, after))

    def recording(self, unit: Unit, speaker: int) -> np.ndarray:
        return self._samples(unit)[unit.speakers.index(speaker)].astype(np.float32) / 32768

    def _samples(self, unit: Unit) -> np.ndarray:
        return _mapped(self.folder / self.files[unit.number])


@lru_cache(maxsize=512)
def _mapped(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r")


def make(folder: Path, recipe: Recipe, reader: Reader | None = None) -> Corpus:
    """Make the units of a corpus that do not exist yet; `reader` reads them, or else Kokoro."""
    folder.mkdir(parents=True, exist_ok=True)
    speakers, units = recipes.all_speakers(recipe), recipes.units(recipe)
    files = [unit.file(speakers) for unit in units]
    index = {"recipe": asdict(recipe), "units": [asdict(unit) for unit in units], "files": files}
    with complete_file(folder / INDEX) as file:
        file.write((json.dumps(index, indent=1) + "\n").encode())
    corpus = load(folder)
    missing = [unit for unit in units if unit.number not in corpus.made]
    if missing:
        reader = reader or KokoroReader()
    for unit in tqdm(missing, desc="sentences", unit="sentence", total=len(units), initial=len(units) - len(missing)):
        samples = reader.read(unit, [speakers[number] for number in unit.speakers])
        samples = samples * (LEVEL / np.sqrt(np.mean(samples**2, axis=1, keepdims=True)))
        noise = np.random.default_rng([recipe.seed, unit.number]).standard_normal(samples.shape)
        whole = np.round(np.clip(samples + NOISE_LEVEL * noise, -1, 1) * 32767).astype(np.int16)
        with complete_file(folder / files[unit.number]) as file:
            np.save(file, whole)
    corpus.refresh()
    seconds = sum(corpus._samples(unit).size for unit in corpus.units) / RATE
    logger.info(f"{folder}: {seconds / 3600:.1f} hours of {len(speakers)} speakers")
    return corpus


def load(folder: Path) -> Corpus:
    """Return the corpus in a folder, with those units that are made."""
    if not (folder / INDEX).is_file():
        raise CorpusError(f"{folder} has no corpus: make it with `python -m training.corpus {folder}`")
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    units = [
        Unit(**{**unit, "prosody": tuple(unit["prosody"]), "speakers": tuple(unit["speakers"])})
        for unit in index["units"]
    ]
    corpus = Corpus(folder, units, index["files"], index["recipe"]["timbres"] * index["recipe"]["voices"])
    corpus.refresh()
    return corpus


# ---- measured alignment

FUNDAMENTAL = (60, 300)  # Hz: the band that all speakers share, below the formants
HALF, REACH = 3000, 60  # samples: half a stretch, and how far away it is searched
PAUSE = 0.05  # fraction of the loudest stretch; below it there is only background noise


def misalignment(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return by how many samples each stretch of `one` comes later in `other`, pauses left out."""
    band = signal.butter(2, FUNDAMENTAL, "bandpass", fs=RATE, output="sos")
    a, b = signal.sosfilt(band, one), signal.sosfilt(band, other)
    lags = []
    for centre in range(HALF + REACH, min(len(a), len(b)) - HALF - REACH, 2 * HALF):
        pattern = a[centre - HALF : centre + HALF]
        if np.abs(pattern).max() < PAUSE * np.abs(a).max():
            continue
        stretches = np.lib.stride_tricks.sliding_window_view(b[centre - HALF - REACH : centre + HALF + REACH], 2 * HALF)
        scores = stretches @ pattern / (np.linalg.norm(stretches, axis=1) + 1e-9)
        lags.append(int(np.argmax(scores)) - REACH)
    return np.array(lags)


def check_alignment(corpus: Corpus, units: Iterable[Unit], seed: int = 0) -> float:
    """Return the root mean square, in samples, of the misalignment of a random pair of speakers of each unit."""
    rng = np.random.default_rng(seed)
    lags = []
    for unit in units:
        one, other = rng.choice(unit.speakers, 2, replace=False)
        lags.append(misalignment(corpus.recording(unit, one), corpus.recording(unit, other)))
    return float(np.sqrt(np.mean(np.concatenate(lags) ** 2)))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.corpus", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of the corpus; a part that exists is kept")
    parser.add_argument("--sentences", type=int, default=Recipe.sentences)
    parser.add_argument("--readings", type=int, default=Recipe.readings, help="prosodies of each sentence")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    options = parser.parse_args(arguments)
    try:
        make(options.folder, Recipe(sentences=options.sentences, readings=options.readings, seed=options.seed))
    except UserError as error:
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
