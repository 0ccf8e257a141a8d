# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The English, Spanish and French front ends, sentence by sentence against tables/*.jsonl, with a WordPiece tokenizer.

"melo" in a row says whether MeloTTS's own front end gives the same phones, tones and word2ph; text/DIFFERENCES.md has
the reason where it differs.
"""

import json
from pathlib import Path

import pytest
from loguru import logger

from models.demos.openvoice.text.frontend import TextError, load_frontend
from models.demos.openvoice.text.pieces import WholeWords, load_tokenizer

TABLES = Path(__file__).parent / "tables"
LANGUAGES = {"EN": "english", "ES": "spanish", "FR": "french"}
# As the BERT models of the three languages have them.
OPTIONS = {
    "EN": {"lowercase": True, "strip_accents": True},
    "ES": {"lowercase": True, "strip_accents": False},
    "FR": {"lowercase": False, "strip_accents": False},
}


def rows(language):
    with (TABLES / f"{LANGUAGES[language]}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


CASES = [
    pytest.param(language, row, id=f"{language}-{number}")
    for language in LANGUAGES
    for number, row in enumerate(rows(language))
]


def bert_folder(folder, language):
    """A folder as Hugging Face has it for a BERT model, with a vocabulary of some 300 pieces."""
    options = {"do_lower_case": OPTIONS[language]["lowercase"], "strip_accents": OPTIONS[language]["strip_accents"]}
    (folder / "vocab.txt").write_bytes((TABLES / "wordpieces.txt").read_bytes())
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", **options}))
    return folder


@pytest.fixture(scope="module")
def frontends(tmp_path_factory):
    return {
        language: load_frontend(language, load_tokenizer(bert_folder(tmp_path_factory.mktemp(language), language)))
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def wordwise():
    return {language: load_frontend(language, WholeWords(**OPTIONS[language])) for language in LANGUAGES}


@pytest.fixture
def warnings():
    messages = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="WARNING")
    yield messages
    logger.remove(sink)


@pytest.mark.parametrize("language, row", CASES)
def test_sentence(frontends, language, row):
    spoken = frontends[language](row["text"])
    assert spoken.normalized == row["normalized"]
    assert " ".join(spoken.phones) == row["phones"]
    assert "".join(map(str, spoken.tones)) == row["tones"]
    assert " ".join(map(str, spoken.word2ph)) == row["word2ph"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_bert_files_only_word2ph_differs(wordwise, language):
    for row in rows(language):
        spoken = wordwise[language](row["text"])
        assert (" ".join(spoken.phones), "".join(map(str, spoken.tones))) == (row["phones"], row["tones"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_long_enough(language):
    assert len({row["text"] for row in rows(language)}) >= 40


@pytest.mark.parametrize("text", ["", "   \n", "...", "?! ¡¿ -- '", "😀🎉", "Привет, мир!", "你好，世界。", "さくら"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_speakable(wordwise, language, text, expect_error):
    with expect_error(TextError, f"can be spoken in {language}"):
        wordwise[language](text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_characters_are_named_in_one_warning(wordwise, language, warnings):
    spoken = wordwise[language]("La 😀 radio 漢 nova 😀.")
    assert spoken.normalized.lower() == "la radio nova."
    assert len(warnings) == 1
    assert "U+1F600 GRINNING FACE" in warnings[0] and "U+6F22" in warnings[0]


def test_known_text_gives_no_warning(wordwise, warnings):
    wordwise["EN"]('She said: "naïve" (really) — 5% off; don’t…')
    wordwise["ES"]("Él dijo: «¿qué?» — 5 % menos; ¡ay!…")
    wordwise["FR"]("Il dit : « ça » — 5 % de moins ; où ?…")
    assert warnings == []


def test_a_word_longer_than_the_tokenizer_takes_is_spoken(frontends, wordwise):
    word = "la" * 60  # WordPiece gives up beyond 100 letters
    assert frontends["ES"](word).phones == wordwise["ES"](word).phones
    assert frontends["ES"](word).pieces[0] == "[UNK]"


@pytest.mark.parametrize(
    "contraction, phones",
    [
        ("don't", "d ow n t"),
        ("I've", "ay V"),
        ("o'clock", "ah k l aa k"),
        ("chokin'", "ch ow k ih n"),
        ("Tenstorrent's", "t eh n s t er ah n t s"),
        ("'em", "ah m"),
        ("don’t", "d ow n t"),
    ],
)
def test_english_contractions_are_one_word(frontends, contraction, phones):
    assert " ".join(frontends["EN"](contraction).phones[1:-1]) == phones


def test_a_feminine_number_keeps_its_liaison(wordwise):
    """As "21" has it; between words that are written out there is none."""
    assert "v ˈ ɛ ̃ t e y n" in " ".join(wordwise["FR"]("21 heures").phones)
    assert "v ˈ ɛ ̃ t e œ ̃" in " ".join(wordwise["FR"]("21 ans").phones)
    assert "v ˈ ɛ ̃ e d ˈ ø" in " ".join(wordwise["FR"]("vingt et deux").phones)


def test_load_tokenizer_names_the_folder(tmp_path, expect_error):
    with expect_error(TextError, f"{tmp_path} has neither tokenizer.json nor vocab.txt"):
        load_tokenizer(tmp_path)
