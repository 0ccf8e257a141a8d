# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Compare the English IPA for Piper's voices with that of espeak-ng, which those voices were trained on.

    python -m scripts.espeak_table            the share of equal symbols, and the commonest differences
    python -m scripts.espeak_table --record   run espeak-ng and write its IPA to the table first

The table has a row for each text: its kind, the text, and espeak-ng's IPA. The words are in the dictionary and were
drawn at random. The rules were written before the words and the sentences of the kind "unseen" were compared.
"""

import argparse
import csv
import difflib
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from models.demos.openvoice.piper import espeak
from models.demos.openvoice.piper.frontend import AMERICAN, American
from models.tt_audio.judges.word_errors import error_rate

TABLE = Path(__file__).parents[1] / "models/demos/openvoice/tests/unit/text/tables/espeak_english.tsv"
MARKS = str.maketrans("", "", ",.;:!?")


class Row(NamedTuple):
    kind: str  # word, seen, unseen
    text: str
    ipa: str  # by espeak-ng, without punctuation


def read(path: Path = TABLE) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Row(*row) for row in csv.reader(file, delimiter="\t")]


def record(path: Path = TABLE) -> None:
    """Write the table again, with the IPA of the espeak-ng of this machine."""
    rows = [row._replace(ipa=espeak.ipa(row.text, AMERICAN).translate(MARKS)) for row in read(path)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)


def compare(rows: Sequence[Row]) -> list[tuple[Row, str]]:
    """Return each row with the IPA that this project writes for its text, without punctuation."""
    english = American()
    return [(row, english(row.text).translate(MARKS)) for row in rows]


def share(compared: Sequence[tuple[Row, str]]) -> float:
    """Return the share of espeak-ng's symbols that are the same: 1 - changes, insertions and deletions a symbol."""
    symbols = sum(len(row.ipa) for row, _ in compared)
    return 1 - sum(error_rate(row.ipa, own) * len(row.ipa) for row, own in compared) / symbols


def differences(compared: Sequence[tuple[Row, str]]) -> Counter:
    """Count the differences: (symbols here, symbols of espeak-ng)."""
    found: Counter = Counter()
    for row, own in compared:
        for kind, a, b, c, d in difflib.SequenceMatcher(None, own, row.ipa, autojunk=False).get_opcodes():
            if kind != "equal":
                found[own[a:b], row.ipa[c:d]] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.espeak_table", description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="run espeak-ng and write the table first")
    if parser.parse_args().record:
        record()
        print(subprocess.run([espeak.PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.strip())
    compared = compare(read())
    for kind in dict.fromkeys(row.kind for row, _ in compared):
        some = [pair for pair in compared if pair[0].kind == kind]
        same = sum(row.ipa == own for row, own in some)
        print(f"{kind}: {len(some)} texts, {share(some):.2%} of the symbols equal, {same} texts wholly")
        for (own, theirs), count in differences(some).most_common(12):
            print(f"    {count:3}  {own or '-'} instead of {theirs or '-'}")


if __name__ == "__main__":
    main()
