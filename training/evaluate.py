# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Measure a converter on three sets of voices that it was not trained on, and print a table.

    python -m training.evaluate MODEL --corpus CORPUS --people FOLDER

* synthetic: the corpus's held-out speakers, each converted into each other one (held_out.py);
* joe: a Piper voice of another model family, converted into each of some people, and each of these into joe;
* people: the recordings of people, each converted into each other one.

The figures are those of the command `eval`, before and after a conversion.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from models.demos.openvoice.bases import load_base
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.styles import style_of
from models.tt_audio.cli import manifest
from models.tt_audio.cli.manifest import Row
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError, UserError
from models.tt_audio.judges.conversions import Judges, measure_result, measure_source, summarise, write_json
from models.tt_audio.judges.recognisers import open_recogniser
from training import corpus as corpora
from training import held_out
from training.sentences import TEST_SENTENCES

JOE = "en_US-joe-medium"
# Words of recordings of LibriSpeech (dev-clean, CC BY 4.0) by their names there.
TRANSCRIPTS = {
    "174-50561-0000": "Forgotten too the name of Gillian, the lovely captive.",
    "2412-153947-0000": "Preface to the second edition.",
    "2902-9006-0000": "One who writes of such an era labors under a troublesome disadvantage.",
    "652-129742-0000": "Asparagus salad. Cook the asparagus in salted water, drain and chill.",
    "7850-73752-0000": "Ferdinand meditates over his good fortune.",
}
COLUMNS = ("similarity", "word_errors", "naturalness", "log_mel_distance", "distortion")


# ---- the three sets


def synthetic(corpus: Path, folder: Path, pairs: int, seed: int) -> list[Row]:
    """Return rows of `pairs` pairs of held-out speakers, drawn with the seed."""
    rows = manifest.read(held_out.write(corpora.load(corpus), folder, seed))
    return random.Random(seed).sample(rows, min(pairs, len(rows)))


def people(folder: Path) -> list[Row]:
    """Return a row for each ordered pair of the recordings in a folder whose words are in TRANSCRIPTS."""
    found = _people(folder)
    return [Row(f"{a.stem} to {b.stem}", a, (b,), text=TRANSCRIPTS[a.stem]) for a, b in permutations(found, 2)]


def joe(people_folder: Path, folder: Path) -> list[Row]:
    """Return a row for joe into each person and one for each person into joe; joe's recordings go to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    speaker = load_base(JOE)
    spoken = []
    for number, text in enumerate(TEST_SENTENCES):
        (sentence,) = speaker.prepare(text)
        path = folder / f"joe_{number:02}.wav"
        soundfile.write(path, speaker.speak(sentence, 0, style_of("neutral"), number), speaker.sampling_rate)
        spoken.append(path)
    persons = _people(people_folder)
    voice = tuple(spoken[-held_out.REFERENCES :])
    from_joe = [
        Row(f"joe to {person.stem}", path, (person,), text=text)
        for person, path, text in zip(persons, spoken, TEST_SENTENCES, strict=False)
    ]
    return from_joe + [Row(f"{person.stem} to joe", person, voice, text=TRANSCRIPTS[person.stem]) for person in persons]


def _people(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*.wav") if path.stem in TRANSCRIPTS)
    if len(found) < 2:
        raise UsageError(f"{folder} contains less than two of the recordings {', '.join(TRANSCRIPTS)} as .wav files")
    return found


# ---- measuring


def measure(rows: Sequence[Row], model: OpenVoice, judges: Judges, seed: int, cut: float) -> Iterator[dict]:
    """Yield what `eval` reports of each row. What concerns a source alone is measured once.

    A reference is cut after `cut` seconds, as a source is, so that a long recording does not take most of the time.
    """
    rate, unheard = model.sampling_rate, Judges(None, False)

    @cache
    def loaded(path: Path) -> np.ndarray:
        return audio.load(path, rate)[: round(cut * rate)]

    @cache
    def heard(path: Path, text: str) -> dict:
        samples = loaded(path)
        return measure_source(samples, [samples], None, rate, text, "EN", judges)

    for row in rows:
        source, references = loaded(row.source), [loaded(path) for path in row.voice]
        parallel = loaded(row.parallel) if row.parallel else None
        result = model.convert(source, model.voice(references), None, seed=seed)
        figures = heard(row.source, row.text) | measure_source(source, references, parallel, rate, "", "EN", unheard)
        figures |= measure_result(result, source, references, parallel, rate, row.text, "EN", judges)
        yield {"where": row.where, "chains": {"torch": figures}}


def table(sets: dict[str, dict]) -> str:
    """Format the means of each set: before -> after, and the faulty rows."""
    lines = [f"{'':24}" + "".join(f"{name:>20}" for name in sets)]
    for column in COLUMNS:
        cells = []
        for figures in sets.values():
            before, after = figures.get(f"source_{column}"), figures.get(column)
            cells.append(f"{before['mean']:.3f} -> {after['mean']:.3f}" if before and after else "")
        lines.append(f"{column:24}" + "".join(f"{cell:>20}" for cell in cells))
    lines.append(f"{'faulty rows':24}" + "".join(f"{figures['faulty_rows']:>20}" for figures in sets.values()))
    return "\n".join(lines)


def evaluate(options: argparse.Namespace) -> None:
    judges = Judges(open_recogniser("tiny.en"), naturalness=True)
    model = OpenVoice.from_pretrained(options.model, precision="exact")
    makers = {
        "synthetic": lambda: synthetic(options.corpus, options.folder / "synthetic", options.pairs, options.seed),
        "joe": lambda: joe(options.people, options.folder / "joe"),
        "people": lambda: people(options.people),
    }
    summaries, measured = {}, {}
    for name in options.sets:
        rows = makers[name]()
        found = measure(rows, model, judges, options.seed, options.cut)
        measured[name] = list(tqdm(found, desc=name, total=len(rows), unit="row"))
        summaries[name] = summarise(measured[name], options.seed)["torch"]
    print(table(summaries))
    if options.output:
        write_json(options.output, {"model": options.model, "summary": summaries, "rows": measured})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("model", help="name or folder of the model")
    parser.add_argument("--corpus", type=Path, default=Path("build/training/corpus"), help="folder (%(default)s)")
    parser.add_argument("--people", type=Path, default=Path("../shared/data/speech"), help="folder (%(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("build/training/evaluation"), help="for recordings")
    parser.add_argument(
        "--sets", nargs="+", choices=("synthetic", "joe", "people"), default=["synthetic", "joe", "people"]
    )
    parser.add_argument("--pairs", type=int, default=56, help="of synthetic voices (%(default)s)")
    parser.add_argument("--cut", type=float, default=8.0, help="seconds of a recording that are used (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="JSON file with the figures of every row")
    options = parser.parse_args(arguments)
    try:
        evaluate(options)
    except UserError as error:
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
