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

from models.tt_audio.host.errors import UserError
from training import corpus as corpora
from training.corpus import RATE, Corpus, CorpusError

REFERENCES = 3  # sentences of a reference, about nine seconds; the converted sentence is not one of them


def write(corpus: Corpus, folder: Path, seed: int = 0) -> Path:
    """Write recordings and manifest.csv to `folder`, and return the path of the manifest."""
    rng = np.random.default_rng(seed)
    units = corpus.available(held_out=True)
    if len(units) <= REFERENCES:
        raise CorpusError(
            f"{corpus.folder} has {len(units)} held-out sentences, and {1 + REFERENCES} are needed: go on with "
            f"`python -m training.corpus {corpus.folder}`"
        )
    speakers = units[0].speakers
    folder.mkdir(parents=True, exist_ok=True)
    for unit in units:
        for speaker in speakers:
            path = folder / _name(speaker, unit.number)
            soundfile.write(path, corpus.recording(unit, speaker), RATE, subtype="PCM_16")
    manifest = folder / "manifest.csv"
    with open(manifest, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["source", "voice", "parallel", "text"])
        for source, target in permutations(speakers, 2):
            spoken, *others = (units[number] for number in rng.choice(len(units), 1 + REFERENCES, replace=False))
            voice = ";".join(_name(target, other.number) for other in others)
            rows.writerow([_name(source, spoken.number), voice, _name(target, spoken.number), spoken.text])
    return manifest


def _name(speaker: int, unit: int) -> str:
    return f"speaker{speaker:03}_sentence{unit:03}.wav"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.held_out", description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="folder of the corpus")
    parser.add_argument("folder", type=Path, help="of the recordings and manifest.csv")
    options = parser.parse_args(arguments)
    try:
        print(write(corpora.load(options.corpus), options.folder))
    except UserError as error:
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
