# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Write the held-out part of a corpus as recordings and a manifest for the command `eval`.

Every held-out speaker is converted into every other one once, each time in a sentence that was not trained on. A row
contains the words and the wanted speaker's own recording of them, so `eval` can report, besides similarity and
recognition errors, the distance to the wanted result.
"""

import argparse
import csv
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import soundfile

from training import corpus as corpora
from training.corpus import RATE, Corpus, CorpusError

REFERENCES = 3  # sentences of a reference, about nine seconds; the converted sentence is not one of them


def write(corpus: Corpus, folder: Path, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    speakers = range(corpus.train_speakers, len(corpus.lengths))
    sentences = np.arange(corpus.train_sentences, len(corpus.sentences))
    folder.mkdir(parents=True, exist_ok=True)
    for speaker in speakers:
        for sentence in sentences:
            path = folder / _name(speaker, sentence)
            soundfile.write(path, corpus.recording(speaker, sentence), RATE, subtype="PCM_16")
    manifest = folder / "manifest.csv"
    with open(manifest, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["source", "voice", "parallel", "text"])
        for source, target in permutations(speakers, 2):
            sentence, *others = rng.choice(sentences, 1 + REFERENCES, replace=False)
            voice = ";".join(_name(target, other) for other in others)
            rows.writerow([_name(source, sentence), voice, _name(target, sentence), corpus.sentences[sentence]])
    return manifest


def _name(speaker: int, sentence: int) -> str:
    return f"speaker{speaker:03}_sentence{sentence:03}.wav"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.held_out", description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder of the corpus")
    parser.add_argument("folder", type=Path, help="of the recordings and manifest.csv")
    options = parser.parse_args(arguments)
    try:
        print(write(corpora.load(options.corpus), options.folder))
    except CorpusError as error:
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
