# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Rules of all languages: ids from a checkpoint's own symbols, word grouping, a whole text through a front end."""

import pytest

from models.demos.openvoice.text.frontend import (
    NothingSpeakable,
    Pause,
    Phones,
    TextError,
    canonical_language,
    group_pieces,
    load_frontend,
    read,
    spread_phones,
    to_ids,
)
from models.demos.openvoice.text.pieces import WholeWords

SPOKEN = Phones(["_", "h", "ə", ".", "_"], [0, 0, 2, 0, 0], [1, 2, 1, 1], "he.", ["he", "."])
SYMBOLS = ["_", ".", "ə", "x", "h"]


class Letters:
    """A front end of one phone a letter that remembers what it was asked."""

    language = "EN"

    def __init__(self):
        self.asked = []

    def __call__(self, text):
        self.asked.append(text)
        letters = [letter for letter in text if letter.isalpha()]
        if not letters:
            raise NothingSpeakable(text, self.language)
        return Phones(["_", *letters, "_"], [0] * (len(letters) + 2), [1, len(letters), 1], text, [text])


def test_ids_follow_the_checkpoint():
    ids = to_ids(SPOKEN, SYMBOLS, num_tones=16, language="EN", add_blank=False)
    assert ids.phones == [0, 4, 2, 1, 0]
    assert ids.tones == [7, 7, 9, 7, 7]
    assert ids.languages == [2] * 5
    assert ids.word2ph == [1, 2, 1, 1]


def test_blanks_go_around_and_between():
    ids = to_ids(SPOKEN, SYMBOLS, num_tones=16, language="EN")
    assert ids.phones == [0, 0, 0, 4, 0, 2, 0, 1, 0, 0, 0]
    assert ids.tones == [0, 7, 0, 7, 0, 9, 0, 7, 0, 7, 0]
    assert ids.languages == [0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0]
    assert ids.word2ph == [3, 4, 2, 2] and sum(ids.word2ph) == len(ids.phones)
    assert SPOKEN.word2ph == [1, 2, 1, 1]


@pytest.mark.parametrize(
    "language, tone, number",
    [
        ("ZH", 2, 0),
        ("ZH_MIX_EN", 2, 3),
        ("JP", 8, 1),
        ("EN", 9, 2),
        ("KR", 13, 4),
        ("ES", 14, 5),
        ("SP", 14, 5),
        ("FR", 15, 6),
    ],
)
def test_tones_and_languages_of_melotts(language, tone, number):
    ids = to_ids(SPOKEN, SYMBOLS, num_tones=16, language=language, add_blank=False)
    assert (ids.tones[2], ids.languages[0]) == (tone, number)


def test_a_symbol_that_the_checkpoint_lacks(expect_error):
    with expect_error(TextError, r"no symbol for \['ə'\]"):
        to_ids(SPOKEN, ["_", "h", "."], num_tones=16, language="EN")


def test_a_tone_that_the_checkpoint_lacks(expect_error):
    with expect_error(TextError, "needs tone 9; the checkpoint has 8"):
        to_ids(SPOKEN, SYMBOLS, num_tones=8, language="EN")


def test_unknown_language(expect_error):
    with expect_error(TextError, "No front end for language 'XX'; choose one of EN, ES, FR, ZH, JP, KR"):
        load_frontend("XX", WholeWords())


@pytest.mark.parametrize(
    "name, language", [("SP", "ES"), ("fr", "FR"), ("ZH_MIX_EN", "ZH"), ("ja", "JP"), ("KO", "KR")]
)
def test_language_names(name, language):
    assert canonical_language(name) == language


def test_phones_must_match_their_words(expect_error):
    with expect_error(ValueError, "3 phones, 3 tones and a word2ph of 4"):
        Phones(["_", "a", "_"], [0, 0, 0], [1, 2, 1], "a", ["a"])
    with expect_error(ValueError, "2 word pieces and a word2ph of length 3"):
        Phones(["_", "a", "_"], [0, 0, 0], [1, 1, 1], "a", ["a", "b"])


def test_pieces_by_word():
    assert group_pieces(["un", "##believ", "##able", "#", "##"]) == [["un", "believ", "able"], ["#"], ["##"]]


@pytest.mark.parametrize(
    "phones, pieces, spread", [(5, 2, [3, 2]), (1, 3, [1, 0, 0]), (0, 2, [0, 0]), (6, 3, [2, 2, 2])]
)
def test_phones_over_pieces(phones, pieces, spread):
    assert spread_phones(phones, pieces) == spread


def test_read_yields_sentences_and_pauses_in_order():
    parts = list(read("The first sentence. [pause 0.5] The second one here. *** [pause 1]", Letters()))
    assert [part.seconds if isinstance(part, Pause) else part.normalized for part in parts] == [
        "The first sentence.",
        0.5,
        "The second one here.",
        1.0,
    ]


def test_read_leaves_out_a_sentence_with_nothing_to_say():
    assert [part.normalized for part in read("* * * * * * * * *.\n\nSomething here.", Letters())] == ["Something here."]


@pytest.mark.parametrize("text", ["", " \n ", "[pause 1]", "...", "!!! ??? ... !!! ???"])
def test_read_of_nothing(text, expect_error):
    with expect_error(NothingSpeakable, "can be spoken in EN"):
        list(read(text, Letters()))


def test_read_asks_for_a_sentence_when_it_is_wanted():
    frontend = Letters()
    sentences = read("One sentence of a book. " * 5000, frontend)
    for wanted in (1, 2, 3):
        next(sentences)
        assert len(frontend.asked) == wanted
