# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A parallel corpus: the same sentences read at the same pace by many synthetic speakers.

Second room of the training: sentences.py -> corpus (here) -> train.py. The reader is espeak-ng, run as a program; a
speaker is a voice variant that we write: a vocal tract of some length (all formants scaled together, each a little by
itself), a pitch and its range, breath, and the strength of voicing and consonants. Rate and language are the same for
all, so timing is parallel but for the lengths of single glottal periods; that rest grows evenly with time, so a moment
of one recording is found in another by its fraction of the whole. `check_alignment` measures what is left.
"""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import soundfile
from loguru import logger
from tqdm import tqdm

from training.sentences import TEST_SENTENCES, training_sentences

RATE = 22050  # espeak-ng's own, and that of the V2 converter
WORDS_PER_MINUTE = 165
LEVEL = 0.07  # root mean square of every recording; the loudest peaks then stay below 1
ROOM = 5e-4  # deviation of the noise in every recording: -66 dBFS; digital silence is found in no room
EDGE = 0.05  # seconds of silence kept before and behind the speech
FORMANTS = range(1, 9)
# Of the installed data, what American English is read with; a reader looks through every voice file it finds.
NEEDED = ("phondata", "phonindex", "phontab", "intonations", "en_dict", "lang/gmw/en-US")


class CorpusError(RuntimeError):
    """A corpus that cannot be made or read; the message says what to do."""


# ---- speakers


def variant(number: int, seed: int = 0) -> str:
    """The voice file of one speaker, in espeak-ng's format (its docs/voices.md): percentages of the default."""
    rng = np.random.default_rng([seed, number])
    tract = rng.uniform(85, 122)  # low: a long vocal tract, a large body
    # Large bodies have low voices, on average; the rest is chance. About 75 to 290 Hz.
    pitch = np.clip((85 + 120 * (tract - 85) / 37) * rng.uniform(0.75, 1.35), 75, 290)
    lines = ["language variant", f"name speaker{number}", f"pitch {pitch:.0f} {pitch * rng.uniform(1.15, 1.7):.0f}"]
    lines.append(f"formant 0 {tract:.0f} 100 100")
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


class Reader:
    """espeak-ng with our speakers: a data folder that holds a voice file for each of them."""

    def __init__(self, folder: Path, speakers: int, seed: int):
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
        for number in range(speakers):
            (data / "voices" / "!v" / f"speaker{number}").write_text(variant(number, seed))

    def read(self, speaker: int, sentence: str) -> np.ndarray:
        """Samples [N] at the level LEVEL, silence at both ends cut to EDGE."""
        wav = self.folder / "spoken.wav"
        voice = f"en-us+speaker{speaker}"
        # At its default amplitude (100) some speakers clip.
        options = ["--path", str(self.folder), "-v", voice, "-s", str(WORDS_PER_MINUTE), "-a", "40", "-w", str(wav)]
        subprocess.run(["espeak-ng", *options, sentence], check=True)
        samples, rate = soundfile.read(wav, dtype="float32")
        if rate != RATE:
            raise CorpusError(f"espeak-ng speaks at {rate} Hz, not {RATE}: install its version 1.51 or newer.")
        loud = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
        edge = round(EDGE * RATE)
        samples = samples[max(0, loud[0] - edge) : loud[-1] + edge]
        return samples * (LEVEL / np.sqrt(np.mean(samples**2)))


# ---- the corpus on disk


@dataclass(frozen=True)
class Corpus:
    """Recordings of `speakers` x `sentences`, the last of each held out from training."""

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
        """`size` samples around the moment `centre`, a fraction of the sentence; silence beyond its ends."""
        recording = self.recording(speaker, sentence)
        start = round(centre * len(recording)) - size // 2
        before, behind = max(0, -start), max(0, start + size - len(recording))
        return np.pad(recording[max(0, start) : max(0, start + size)], (before, behind))


def make(
    folder: Path, speakers: int, sentences: int, test_speakers: int = 8, seed: int = 0, open_reader=Reader
) -> Corpus:
    """Reads it all out (some 20 ms a sentence); `speakers` and `sentences` do not count those held out for tests.

    `open_reader` takes what `Reader` takes, and gives what has its method `read`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    texts = (*training_sentences(sentences, seed), *TEST_SENTENCES)
    total = speakers + test_speakers
    room = np.random.default_rng(seed)
    lengths = np.zeros((total, len(texts)), np.int64)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        reader = open_reader(Path(temporary) / "reader", total, seed)
        made = Path(temporary) / "corpus"
        made.mkdir()
        with open(made / "samples.int16", "wb") as file:
            for speaker in tqdm(range(total), desc="speakers", unit="speaker"):
                for number, text in enumerate(texts):
                    samples = reader.read(speaker, text)
                    samples = np.clip(samples + ROOM * room.standard_normal(len(samples)), -1, 1)
                    lengths[speaker, number] = len(samples)
                    file.write(np.round(samples * 32767).astype(np.int16).tobytes())
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


# ---- proof that it is parallel

HOP = RATE // 200  # 5 ms
BANDS = ((1, 6), (6, 20), (20, 60), (60, 111))  # bins of 100 Hz: voicing, vowels, and two of consonants


def envelope(samples: np.ndarray) -> np.ndarray:
    """Log energy [T, bands] around its mean, which differs between speakers."""
    frames = samples[: len(samples) // HOP * HOP].reshape(-1, HOP) * np.hanning(HOP)
    spectrum = np.abs(np.fft.rfft(frames, 220, axis=1))
    energy = np.log(1e-3 + np.stack([spectrum[:, first:last].mean(1) for first, last in BANDS], axis=1))
    return energy - energy.mean(0)


def misalignment(one: np.ndarray, other: np.ndarray, half: int = 60, reach: int = 12) -> np.ndarray:
    """Milliseconds by which stretches of 0.6 s lie elsewhere in the other recording than their fraction says."""
    a, b = envelope(one), envelope(other)
    lags = []
    for centre in range(half + reach, len(a) - half - reach, half):
        moment = round(centre * len(b) / len(a))
        pattern = a[centre - half : centre + half].ravel()
        scores = {}
        for lag in range(-reach, reach + 1):
            stretch = b[max(0, moment + lag - half) : moment + lag + half].ravel()
            if len(stretch) == len(pattern):
                scores[lag] = pattern @ stretch / (np.linalg.norm(pattern) * np.linalg.norm(stretch) + 1e-9)
        lags.append(1e3 * HOP / RATE * max(scores, key=scores.get))
    return np.array(lags)


def check_alignment(corpus: Corpus, pairs: int, seed: int = 0) -> float:
    """The root mean square of the misalignment of randomly chosen pairs, in milliseconds."""
    rng = np.random.default_rng(seed)
    lags = []
    for _ in range(pairs):
        sentence = rng.integers(len(corpus.sentences))
        one, other = rng.choice(len(corpus.lengths), 2, replace=False)
        lags.append(misalignment(corpus.recording(one, sentence), corpus.recording(other, sentence)))
    return float(np.sqrt(np.mean(np.concatenate(lags) ** 2)))
