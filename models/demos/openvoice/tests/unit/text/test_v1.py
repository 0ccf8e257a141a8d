# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""IPA for OpenVoice V1's base speakers, sentence by sentence against tables/v1_*.jsonl.

"v1" in a row says whether OpenVoice V1's own front end gives the same symbols; text/DIFFERENCES.md has the reason where
it differs.
"""

import json
from pathlib import Path

import pytest

from models.demos.openvoice.tests.unit.text import cjk
from models.demos.openvoice.text.chinese_ipa import ChineseIpa
from models.demos.openvoice.text.english_ipa import spell
from models.demos.openvoice.text.frontend import TextError, intersperse, load_v1_frontend, symbol_ids
from models.demos.openvoice.text.pronunciation import Dictionary

TABLES = Path(__file__).parent / "tables"
# In the order of the released English config.json.
SYMBOLS = list("_,.!?-~…NQabdefghijklmnopstuvwxyzɑæʃʑçɯɪɔɛɹðəɫɥɸʊɾʒθβŋɦ⁼ʰ`^#*=ˈˌ→↓↑ ")


def rows(language):
    text = (TABLES / f"v1_{language.lower()}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


CASES = [
    pytest.param(language, row, id=f"{language}-{number}")
    for language in ("EN", "ZH")
    for number, row in enumerate(rows(language))
]


@pytest.fixture(scope="module")
def frontends():
    return {language: load_v1_frontend(language) for language in ("EN", "ZH")}


@pytest.fixture(scope="module")
def dictionary():
    return Dictionary()


@pytest.mark.parametrize("language, row", CASES)
def test_sentence(frontends, language, row):
    spoken = frontends[language](row["text"])
    assert "".join(spoken.phones) == row["phones"]
    assert set(spoken.phones) <= set(SYMBOLS)
    assert sum(spoken.word2ph) == len(spoken.phones)


def test_tables_are_long_enough():
    assert len({row["text"] for row in rows("EN")}) >= 40
    assert len({row["text"] for row in rows("ZH")}) >= 15


def test_ids_are_those_of_the_released_order(frontends):
    phones = frontends["EN"]("A cat.").phones
    assert intersperse(symbol_ids(phones, SYMBOLS, "EN")) == [0, 44, 0, 67, 0, 19, 0, 34, 0, 26, 0, 2, 0]


@pytest.mark.parametrize(
    "word, ipa",
    [
        ("the", "ðə"),  # of several pronunciations the one that sorts last in IPA
        ("abuse", "əˈbjuz"),
        ("read", "ɹɛd"),
        ("coercion", "koʊəˈɹʃən"),  # the mark of a stressed er after a vowel
        ("church", "tʃəɹtʃ"),
    ],
)
def test_pronunciations(dictionary, word, ipa):
    assert spell(*dictionary.pronunciations(word)) == ipa


@pytest.mark.parametrize(
    "text, ipa",
    [
        ("四十四", "sɹ↓s`ɹ`↑sɹ↓."),
        ("日出", "ɹ`ɹ`↓ts`ʰu→."),
        ("儿子", "əɹ`↑ts⁼ɹ."),
        ("儿子，", "əɹ`↑ts⁼,"),
        ("我的", "wo↓↑ t⁼ə."),
        ("哦", "o↑."),
        ("女", "nɥ↓↑."),
        ("v", "ui→."),
        ("噷a", "eɪ→."),  # no reading in bopomofo that could be spelled
    ],
)
def test_chinese_syllables(text, ipa):
    assert "".join(ChineseIpa()(text).phones) == ipa


@pytest.mark.parametrize(
    "language, text",
    [(language, text) for language in ("EN", "ZH") for text in ("", " \n", "...", "?! - ~", "😀🎉", "Привет", "さくら")]
    + [("EN", "你好，世界。")],
)
def test_nothing_speakable(frontends, language, text, expect_error):
    with expect_error(TextError, f"can be spoken in {language}"):
        frontends[language](text)


def test_unknown_characters_are_named_once(frontends):
    for language, text in (("EN", "yes 😀 Ж no 😀"), ("ZH", "你😀好😀，Ж")):
        messages = cjk.warnings_of(lambda read=frontends[language], text=text: read(text))
        assert len(messages) == 1 and messages[0].count("U+1F600") == 1 and "ZHE)" in messages[0]


@pytest.mark.parametrize("language, sentence", [("EN", "The rain goes on, "), ("ZH", "今天天气很好，")])
def test_a_very_long_sentence(frontends, language, sentence):
    once, often = (len(frontends[language](sentence * times).phones) for times in (1, 500))
    assert often - 500 * once in (0, 499)  # a space between two in English; in Chinese a word brings its own


def test_other_languages_are_refused(expect_error):
    with expect_error(TextError, "OpenVoice V1's base speakers read EN and ZH text, not FR"):
        load_v1_frontend("FR")
