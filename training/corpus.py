# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parallel corpus: the same sentences read at the same pace by many synthetic speakers.

It reads the sentences of sentences.py; batches.py draws from it. The reader is espeak-ng, run as a program. A speaker
is a voice variant that this module writes: the length of the vocal tract (all formants scaled together, each a little
by itself), breath, roughness, and the strength of voicing and consonants. Rate, language and melody belong to the
sentence and are the same for all speakers, so the recordings of a sentence are aligned to the sample, glottal pulse
by glottal pulse. `check_alignment` measures this.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import soundfile
from loguru import logger
from scipy import signal
from tqdm import tqdm

from training.sentences import TEST_SENTENCES, Sentence, training_sentences

RATE = 22050  # the rate of espeak-ng and of the V2 converter
WORDS_PER_MINUTE = 165
PITCH = (100, 140)  # Hz, for all speakers, from the end of a sentence to its highest syllable
LEVEL = 0.07  # root mean square of every recording; the loudest peaks then stay below 1
NOISE_LEVEL = (
    5e-4  # standard deviation of the noise in every recording: -66 dBFS; no real recording has digital silence
)
FORMANTS = range(1, 9)
TRACTS = (80, 128)  # percent of the usual formant frequencies: a long vocal tract or a large body, a short or small one
# The part of the installed data that American English needs. espeak-ng reads every voice file it finds.
NEEDED = ("phondata", "phonindex", "phontab", "intonations", "en_dict", "lang/gmw/en-US")


class CorpusError(RuntimeError):
    """Error of a corpus that cannot be made or read; the message says what to do."""


# ---- speakers


def variant(number: int, seed: int = 0, tract: float | None = None) -> str:
    """Return the voice file of one speaker in espeak-ng's format (its docs/voices.md): percents of the default."""
    rng = np.random.default_rng([seed, number])
    drawn = rng.uniform(*TRACTS)
    tract = drawn if tract is None else tract
    lines = [
        "language variant",
        f"name speaker{number}",
        f"pitch {PITCH[0]} {PITCH[1]}",
        f"formant 0 {tract:.0f} 100 100",
    ]
    for formant in FORMANTS:
        frequency, height, width = tract * rng.uniform(0.95, 1.05), rng.uniform(60, 120), rng.uniform(70, 160)
        lines.append(f"formant {formant} {frequency:.0f} {height:.0f} {width:.0f}")
    if rng.random() < 0.4:
        lines.append("breath " + " ".join(str(strength) for strength in rng.integers(0, 5, len(FORMANTS))))
    if rng.random() < 0.3:
        lines.append(f"roughness {rng.integers(0, 4)}")
    lines.append(f"voicing {rng.integers(60, 140)}")
    lines.append(f"consonants {rng.integers(70, 130)} {rng.integers(70, 130)}")
    return "\n".join(lines) + "\n"


def voices(speakers: int, test_speakers: int, seed: int) -> list[str]:
    """Return the voice files of all speakers; the held-out ones have evenly spaced tracts, to cover the whole range."""
    tracts = np.linspace(*TRACTS, test_speakers + 2)[1:-1]
    held_out = [variant(speakers + number, seed, tract) for number, tract in enumerate(tracts)]
    return [*(variant(number, seed) for number in range(speakers)), *held_out]


class Reader:
    """espeak-ng with the speakers of the corpus: its data folder contains a voice file for each of them."""

    def __init__(self, folder: Path, voices: Sequence[str]):
        if shutil.which("espeak-ng") is None:
            raise CorpusError("espeak-ng is not installed: install the Debian package of that name.")
        banner = subprocess.run(["espeak-ng", "--version"], capture_output=True, text=True, check=True).stdout
        self.folder = folder
        installed = Path(banner.rpartition("Data at:")[2].strip())
        data = folder / "espeak-ng-data"
        for name in NEEDED:
            if not (installed / name).is_file():
                raise CorpusError(f"{installed / name} does not exist: install version 1.51 or newer of espeak-ng.")
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(installed / name, data / name)
        (data / "voices" / "!v").mkdir(parents=True)
        for number, voice in enumerate(voices):
            (data / "voices" / "!v" / f"speaker{number}").write_text(voice)

    def read(self, speaker: int, sentence: Sentence) -> np.ndarray:
        """Return samples [N] at the level LEVEL; N is the same for all speakers."""
        wav = self.folder / "spoken.wav"
        options = {"--path": self.folder, "-v": f"en-us+speaker{speaker}", "-s": WORDS_PER_MINUTE, "-p": sentence.pitch}
        options |= {"-a": 40, "-w": wav}  # at the default amplitude of 100 some speakers clip
        subprocess.run(["espeak-ng", *map(str, chain.from_iterable(options.items())), sentence.text], check=True)
        samples, rate = soundfile.read(wav, dtype="float32")
        if rate != RATE:
            raise CorpusError(f"espeak-ng speaks at {rate} Hz, not {RATE}: install its version 1.51 or newer.")
        return samples * (LEVEL / np.sqrt(np.mean(samples**2)))


# ---- the corpus on disk


@dataclass(frozen=True)
class Corpus:
    """Recordings of `speakers` x `sentences`; the last of each are held out from training."""

    folder: Path
    sentences: tuple[str, ...]
    lengths: np.ndarray  # [speakers, sentences], in samples
    test_speakers: int
    test_sentences: int

    @property
    def train_speakers(self) -> int:
        return len(self.lengths) - self.test_speakers

    @property
    def train_sentences(self) -> int:
        return len(self.sentences) - self.test_sentences

    @cached_property
    def _samples(self) -> np.memmap:
        return np.memmap(self.folder / "samples.int16", np.int16, mode="r")

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.lengths)])[:-1].reshape(self.lengths.shape)

    def recording(self, speaker: int, sentence: int) -> np.ndarray:
        start, length = self._starts[speaker, sentence], self.lengths[speaker, sentence]
        return self._samples[start : start + length].astype(np.float32) / 32768

    def window(self, speaker: int, sentence: int, centre: float, size: int) -> np.ndarray:
        """Return `size` samples around `centre`, a fraction of the sentence; samples outside it are zero."""
        recording = self.recording(speaker, sentence)
        start = round(centre * len(recording)) - size // 2
        before, after = max(0, -start), max(0, start + size - len(recording))
        return np.pad(recording[max(0, start) : max(0, start + size)], (before, after))


def make(
    folder: Path, speakers: int, sentences: int, test_speakers: int = 8, seed: int = 0, open_reader=Reader
) -> Corpus:
    """Read and write a whole corpus, some 20 ms a sentence.

    `speakers` and `sentences` do not count those held out for tests. `open_reader` takes the arguments of `Reader` and
    returns an object with its method `read`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    spoken = (*training_sentences(sentences, seed), *TEST_SENTENCES)
    total = speakers + test_speakers
    noise = np.random.default_rng(seed)
    lengths = np.zeros((total, len(spoken)), np.int64)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        reader = open_reader(Path(temporary) / "reader", voices(speakers, test_speakers, seed))
        made = Path(temporary) / "corpus"
        made.mkdir()
        with open(made / "samples.int16", "wb") as file:
            for speaker in tqdm(range(total), desc="speakers", unit="speaker"):
                for number, sentence in enumerate(spoken):
                    samples = reader.read(speaker, sentence)
                    samples = np.clip(samples + NOISE_LEVEL * noise.standard_normal(len(samples)), -1, 1)
                    lengths[speaker, number] = len(samples)
                    file.write(np.round(samples * 32767).astype(np.int16).tobytes())
        texts = [sentence.text for sentence in spoken]
        index = {"sentences": texts, "lengths": lengths.tolist(), "test_speakers": test_speakers, "seed": seed}
        (made / "index.json").write_text(json.dumps({**index, "test_sentences": len(TEST_SENTENCES)}))
        os.rename(made, folder)
    corpus = load(folder)
    logger.info(f"{folder}: {corpus.lengths.sum() / RATE / 3600:.1f} hours of {total} speakers")
    return corpus


def load(folder: Path) -> Corpus:
    if not (folder / "index.json").is_file():
        raise CorpusError(f"{folder} holds no corpus: name a folder that does not exist, and the training makes one.")
    index = json.loads((folder / "index.json").read_text())
    lengths = np.array(index["lengths"])
    return Corpus(folder, tuple(index["sentences"]), lengths, index["test_speakers"], index["test_sentences"])


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


def check_alignment(corpus: Corpus, pairs: int, seed: int = 0) -> float:
    """Return the root mean square, in samples, of the misalignment of randomly chosen pairs."""
    rng = np.random.default_rng(seed)
    lags = []
    for _ in range(pairs):
        sentence = rng.integers(len(corpus.sentences))
        one, other = rng.choice(len(corpus.lengths), 2, replace=False)
        lags.append(misalignment(corpus.recording(one, sentence), corpus.recording(other, sentence)))
    return float(np.sqrt(np.mean(np.concatenate(lags) ** 2)))
