# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numbers, signs and abbreviations in English, Spanish and French: tables/readings_*.tsv, written by hand.

A row: as written, and as a careful reader says it. Hyphens, capitals and the last full stop are not compared; what
stays in digits in Spanish and French, because BERT reads it so, is compared as it is pronounced.
"""

import re
from pathlib import Path

import pytest

from models.demos.openvoice.text import frontend as frontend_module
from models.demos.openvoice.text.frontend import load_frontend
from models.demos.openvoice.text.pieces import WholeWords

TABLES = Path(__file__).parent / "tables"
LANGUAGES = {
    "EN": ("english", WholeWords()),
    "ES": ("spanish", WholeWords(strip_accents=False)),
    "FR": ("french", WholeWords(lowercase=False, strip_accents=False)),
}


def rows(language):
    lines = (TABLES / f"readings_{LANGUAGES[language][0]}.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


def documented():
    """The rows of text/DIFFERENCES.md: language, as written, as read."""
    document = (Path(frontend_module.__file__).parent / "DIFFERENCES.md").read_text(encoding="utf-8")
    section = document.split("## English, Spanish, French: what is read how\n")[1].split("\n## ")[0]
    cells = [line.strip("| ").split(" | ")[1:] for line in section.splitlines() if line.startswith("| ")][1:]
    return [
        (language, *re.fullmatch("`([^`]+)` (\\S.*)", cell).groups())
        for row in cells
        for language, cell in zip(LANGUAGES, row, strict=True)
    ]


@pytest.fixture(scope="module")
def frontends():
    return {language: load_frontend(language, words) for language, (_, words) in LANGUAGES.items()}


def read_aloud(frontend, text):
    normalized = frontend(text).normalized.lower().removesuffix(".")
    if frontend.language != "EN":
        normalized = re.sub(r"\d+", lambda number: frontend.reading.cardinal(int(number[0])), normalized)
    return normalized.replace("-", " ")


@pytest.mark.parametrize(
    "language, written, read", [(language, *row) for language in LANGUAGES for row in rows(language)]
)
def test_reading(frontends, language, written, read):
    assert read_aloud(frontends[language], written) == read


@pytest.mark.parametrize("language, written, read", documented())
def test_the_document_is_true(frontends, language, written, read):
    assert read_aloud(frontends[language], written) == read


def test_the_document_has_all_kinds():
    assert len(documented()) >= 180


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reading_does_not_depend_on_its_place(frontends, language):
    """After another word, and with more text after it, a number is read the same."""
    for written, read in rows(language)[:60]:
        if "." not in written[-1:] and written[0].isdigit() and "," not in written[-2:]:
            assert f" {read}, " in f" {read_aloud(frontends[language], f'xx {written}, xx')} "


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_long_enough(language):
    written = [row[0] for row in rows(language)]
    assert len(written) == len(set(written)) >= 120
