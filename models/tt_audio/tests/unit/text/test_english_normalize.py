# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English as it is written, in words; the tables of readings of the OpenVoice model have many more."""

import pytest

from models.tt_audio.text.cmudict import read_cmudict
from models.tt_audio.text.english_normalize import normalize


@pytest.fixture(scope="module")
def known_word():
    return read_cmudict().__contains__


@pytest.mark.parametrize(
    "written, read",
    [
        ("10,000", "ten thousand"),
        ("the US", "the u s"),
        ("let us", "let us"),
        ("2.5", "two point five"),
        ("50%", "fifty percent"),
        ("MP3", "m p three"),
        ("Ph.D.", "p h d"),
        ("1/2", "one half"),
        ("0:30", "twelve thirty ay m"),
        ("12345678901234567", "one two three four five six seven eight nine zero one two three four five six seven"),
    ],
)
def test_reading(known_word, written, read):
    assert normalize(f"{written} yes", known_word) == f"{read} yes"
