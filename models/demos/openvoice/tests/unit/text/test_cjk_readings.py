# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The table "Chinese, Japanese, Korean: what is read how" of text/DIFFERENCES.md is true in every row."""

import re
import unicodedata
from pathlib import Path

import pytest

from models.demos.openvoice.text import japanese
from models.demos.openvoice.text.chinese_numbers import spell_numbers
from models.demos.openvoice.text.korean import Korean
from models.demos.openvoice.text.pieces import WholeWords

_DOCUMENT = Path(japanese.__file__).parent / "DIFFERENCES.md"
_HEADING = "## Chinese, Japanese, Korean: what is read how\n"


def _rows() -> list[list[str]]:
    section = _DOCUMENT.read_text(encoding="utf-8").split(_HEADING)[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]  # without the heading


_ROWS = _rows()


@pytest.fixture(scope="module")
def readers():
    katakana = japanese.Japanese(WholeWords())
    korean = Korean(WholeWords(lowercase=False, strip_accents=False))

    def sounds(text: str) -> str:
        return unicodedata.normalize("NFC", "".join(korean(text).phones[1:-1]))

    return spell_numbers, katakana.normalize, sounds


def test_the_table_has_all_kinds():
    assert len(_ROWS) >= 50 and all(len(row) == 4 for row in _ROWS)


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row[0])
def test_row(readers, row):
    for read, cell in zip(readers, row[1:], strict=True):
        text, reading = re.fullmatch("`([^`]+)` (\\S.*)", cell).groups()
        assert read(text) == reading
