# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sentences that are too long when spoken: every part fits a pass, nothing is lost, words stay whole, no waiting."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.demos.openvoice.text.fitting import FEWEST_IDS, MOST_IDS, fit, fits, id_count
from models.demos.openvoice.text.frontend import PAD, PUNCTUATION, Phones, load_frontend, load_v1_frontend, read
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.tt import bert, forms

# Normalisation by the tokenizers of the BERT models: lower case, no accents.
WORDS = {
    "EN": (True, True),
    "ES": (True, False),
    "FR": (False, False),
    "ZH": (True, True),
    "JP": (False, False),
    "KR": (False, False),
}
TEXTS = {
    "EN": "the lighthouse keeper and don't twenty-five , ; . ! $1,234.56 1/2 7:45 GPU 5 km (so) “well”",
    "ES": "el farero y la niña , ; . ! ¿cuándo? 1.234,56 € 1/2 7:45 FBI 5 km (así) «bien»",
    "FR": "le gardien et l'enfant , ; . ! quoi ? 1 234,56 € 1/2 7h45 FBI 5 km (ainsi) « bien »",
    "ZH": "今天 天气 很好 ， 。 ！ hello $1,234.56 50% 2024-05-01 7:45 （好） 一九八四年",
    "JP": "今日は 天気が いいです 、 。 ！ hello 1,234円 50% 7:45 「はい」 カタカナ",
    "KR": "오늘은 날씨가 좋네요 , . ! hello 1,234원 50% 7:45 (네) 읽다",
}
SPACE = {"ZH": "", "JP": ""}


@pytest.fixture(scope="module")
def frontends():
    return {language: load_frontend(language, WholeWords(*options)) for language, options in WORDS.items()}


def sentence(*words, marks=""):
    """A sentence with five phones a word; a mark is one phone. "un|##able" is one word of two pieces."""
    pieces = [piece for word in words for piece in word.split("|")]
    phones = [[piece] if piece in PUNCTUATION else [f"{piece}{n}" for n in range(5)] for piece in pieces]
    spoken = [PAD, *sum(phones, []), PAD]
    return Phones(spoken, [0] * len(spoken), [1, *map(len, phones), 1], " ".join(pieces), pieces)


def parts_of(phones, most_ids, language="EN"):
    return [part.normalized for part in fit(phones, language, most_ids)]


def spoken(parts):
    """The phones of all parts without the padding around each."""
    return [phone for part in parts for phone in part.phones if phone != PAD]


def without_stops(phones):
    return [phone for phone in phones if phone != "."]


def test_the_limit_is_that_of_a_device_pass():
    assert MOST_IDS == forms.PHONES[-1] == bert.BUCKETS[-1]


def test_a_sentence_that_fits_is_not_touched(frontends):
    phones = frontends["EN"]("An ordinary sentence with $5 in it.")
    assert list(fit(phones, "EN")) == [phones]


def test_the_longest_sentence_that_fits():
    longest = sentence(*["word"] * 50, ".", ".", ".")
    assert (len(longest.phones), id_count(longest)) == (255, 511) and fits(longest)
    assert not fits(sentence(*["word"] * 50, *"...."))


def test_word_pieces_are_limited_too():
    pieces = ["a", *'"' * 300]
    phones = Phones([PAD, "a", PAD], [0] * 3, [1, 1, *[0] * 300, 1], "", pieces)
    assert not fits(phones, 302)
    assert fits(phones, 303)
    (part,) = fit(phones, "EN", 200)
    assert part.phones == phones.phones and fits(part, 200)


@pytest.mark.parametrize(
    "words, parts",
    [
        # after a clause, though it is not in the middle
        (["a", "b", ",", "c", "d", "e", "f"], ["a b ,", "c d e f"]),
        # the clause nearest the middle
        (["a", ",", "b", "c", ",", "d", "e", ",", "f"], ["a , b c ,", "d e , f"]),
        # a mark ends the part that it belongs to
        (["a", "b", "c", ",", ".", "d", "e", "f"], ["a b c , .", "d e f"]),
        # a clause too near the beginning would leave a part too short
        (["a", ",", "b", "c", "d", "e", "f", "g"], ["a , b c", "d e f g"]),
        (["a", "b", "and", "c", "d", "e"], ["a b", "and c d e"]),
        (["a", "b", "c", "d", "e", "f"], ["a b c", "d e f"]),
        (["a", "b", "don", "'", "t", "c", "d"], ["a b", "don ' t c d"]),
        (["a", "b", "twenty", "-", "one", "c"], ["a b", "twenty - one c"]),
        (["a", "b", "un|##believ|##able", "c"], ["a b", "unbelievable c"]),
        # only a word that is itself too long is cut
        (["la|##la|##la|##la|##la|##la"], ["lalala", "##lalala"]),
    ],
)
def test_best_place(words, parts):
    assert parts_of(sentence(*words), 2 * 25 + 1) == parts


def test_three_equal_parts_rather_than_four():
    assert parts_of(sentence(*"abcdefghi"), 2 * 22 + 1) == ["a b c", "d e f", "g h i"]


def test_a_word_of_one_piece_is_cut_before_a_syllable():
    letters = list("banana" * 4)
    word = Phones([PAD, *letters, PAD], [0] * 26, [1, 24, 1], "banana", ["banana"])
    parts = list(fit(word, "JP", 31))
    assert ["".join(part.phones) for part in parts] == ["_bananabanana_", "_bananabanana_"]
    assert [part.pieces for part in parts] == [["banana"], ["banana"]]
    assert [part.word2ph for part in parts] == [[1, 12, 1], [1, 12, 1]]


def test_tones_and_counts_go_with_their_phones():
    phones = Phones(list("_abcdef_"), [0, 1, 2, 3, 4, 5, 6, 0], [1, 2, 0, 1, 3, 1], "w x y z", list("wxyz"))
    first, second = fit(phones, "EN", 11)
    assert (first.phones, first.tones, first.word2ph, first.pieces) == (
        list("_abc_"),
        [0, 1, 2, 3, 0],
        [1, 2, 0, 1, 1],
        list("wxy"),
    )
    assert (second.phones, second.tones, second.word2ph, second.pieces) == (
        list("_def_"),
        [0, 4, 5, 6, 0],
        [1, 3, 1],
        ["z"],
    )


def test_a_part_of_marks_alone_is_left_out():
    assert parts_of(sentence("a", "b", *"." * 30), 25) == ["a", "b . . . ."]


def test_a_limit_without_sense(expect_error):
    with expect_error(ValueError, f"8 ids is too short for any text: allow at least {FEWEST_IDS}"):
        list(fit(sentence("a"), "EN", 8))
    assert len(list(fit(sentence("a"), "EN", FEWEST_IDS))) == 3


@pytest.mark.parametrize("language", ["EN", "ZH"])
def test_v1_sentences_are_cut_between_words(language):
    frontend = load_v1_frontend(language)
    text = {"EN": "a cat sat on the mat and looked ", "ZH": "今天天气很好我们出去玩"}[language] * 3
    whole = frontend(text)
    parts = list(fit(whole, language, 101))
    assert [phone for part in parts for phone in part.phones] == whole.phones
    assert all(fits(part, 101) for part in parts)
    assert all(part.phones[-1] == " " for part in parts[:-1])


def test_v1_sentences_are_cut_after_a_comma():
    first, second = fit(load_v1_frontend("EN")("a cat sat on it, and then looked at me"), "EN", 61)
    assert "".join(first.phones).endswith("ɪt, ")


@pytest.mark.parametrize(
    "language, text",
    [
        ("EN", "It was $1,234.56 here, $2,345.67 there, $3,456.78 in May, $4,567.89 in June, and $5,678.95 in July."),
        (
            "ES",
            "Fueron 1.234,56 € aquí, 2.345,67 € allí, 3.456,78 € en mayo, 4.567,89 € en junio y 5.678,95 € en julio.",
        ),
        (
            "FR",
            "C'était 1 234,56 € ici, 2 345,67 € là, 3 456,78 € en mai, 4 567,89 € en juin et 5 678,95 € en juillet.",
        ),
    ],
)
def test_five_prices(frontends, language, text):
    whole = frontends[language](text)
    assert not fits(whole) and len(text) < 120
    parts = list(read(text, frontends[language]))
    assert len(parts) == 2 and spoken(parts) == spoken([whole])
    assert parts[0].phones[-2] == ","


@pytest.mark.parametrize("language", WORDS)
def test_a_thousand_digits_come_in_parts_and_at_once(frontends, language):
    asked = []

    class Counting:
        def __call__(self, text):
            asked.append(len(text))
            return frontends[language](text)

    counting = Counting()
    counting.language = frontends[language].language
    digits = "1234567890" * 100
    parts = read(digits, counting)
    first = next(parts)
    assert len(asked) == 1 and asked[0] <= 256
    parts = [first, *parts]
    assert all(map(fits, parts))
    assert without_stops(spoken(parts)) == without_stops(spoken([frontends[language](digits)]))


@pytest.mark.parametrize("length", [21, 255, 256, 257, 261, 275, 276, 277, 300, 513])
@pytest.mark.parametrize("start", ["", "a" * 120, "a" * 140, "a" * 250])
def test_digits_are_read_one_by_one_wherever_they_are_cut(frontends, length, start):
    digits = ("7" * length)[: length - length % 2]
    parts = list(read(start + digits, frontends["EN"]))
    assert sum(part.normalized.split().count("seven") for part in parts) == len(digits)


@pytest.mark.parametrize("language", WORDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_parts_fit_and_lose_nothing(frontends, language, data):
    frontend = frontends[language]
    words = data.draw(
        st.lists(st.sampled_from([*TEXTS[language].split(), "7" * 30, "x" * 90]), min_size=1, max_size=90)
    )
    limit = data.draw(st.sampled_from([41, 128, 300, MOST_IDS]))
    text = SPACE.get(language, " ").join([TEXTS[language].split()[0], *words])
    parts = list(read(text, frontend, limit))
    assert all(fits(part, limit) for part in parts)
    assert without_marks(spoken(parts)) == without_marks(spoken(read(text, frontend, 10**9)))


def without_marks(phones):
    return [phone for phone in phones if phone not in PUNCTUATION]


@pytest.mark.parametrize("language", [language for language in WORDS if language != "JP"])
def test_words_stay_whole(frontends, language):
    """No word piece is cut. In Japanese a word is what a vocabulary says, and here there is none."""
    words = [word for word in TEXTS[language].split() if word.isalpha()]
    text = " ".join(words * 12)
    whole = [piece for part in read(text, frontends[language], 10**9) for piece in part.pieces]
    parts = list(read(text, frontends[language], 64))
    assert [piece for part in parts for piece in part.pieces if piece != "."] == [p for p in whole if p != "."]
