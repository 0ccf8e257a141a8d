# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Everyday sentences with numbers in Chinese, Japanese and Korean: tables/numbers_*.tsv, read by hand.

A row: as written, and with its numbers and signs in words. Korean keeps plain numbers in digits, because BERT reads
them so; Japanese has the rest of the sentence as it was written.
"""

from pathlib import Path

import pytest

from models.demos.openvoice.text.chinese_numbers import spell_numbers
from models.demos.openvoice.text.japanese_signs import spell_signs
from models.demos.openvoice.text.korean_numbers import spell_torn_numbers

TABLES = Path(__file__).parent / "tables"
READERS = {"chinese": spell_numbers, "japanese": spell_signs, "korean": spell_torn_numbers}


def rows(language: str) -> list[tuple[str, ...]]:
    lines = (TABLES / f"numbers_{language}.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


@pytest.mark.parametrize(
    "language, written, read", [(language, *row) for language in READERS for row in rows(language)]
)
def test_sentence(language, written, read):
    assert READERS[language](written) == read


@pytest.mark.parametrize("language", READERS)
def test_tables_are_long_enough(language):
    written = [row[0] for row in rows(language)]
    assert len(written) == len(set(written)) >= 50
