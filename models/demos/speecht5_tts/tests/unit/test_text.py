# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From a text to ids: the tokenizer, what is read aloud, and where long sentences are cut."""

import json

import pytest

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.synthetic import CHARACTERS, SMALL_CONFIG, write_tokenizer
from models.demos.speecht5_tts.text.english import Reader
from models.demos.speecht5_tts.text.tokenizer import Tokenizer
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.text.sentences import Pause, TextError

CONFIG = SpeechT5Config.from_dict(SMALL_CONFIG)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture(scope="module")
def tokenizer(folder):
    return Tokenizer(folder, CONFIG)


@pytest.fixture(scope="module")
def reader(tokenizer):
    return Reader(tokenizer, 187)


def test_ids_are_those_of_transformers(folder, tokenizer):
    from transformers import SpeechT5Tokenizer

    upstream = SpeechT5Tokenizer(str(folder / "spm_char.model"))
    for text in ("This is a test", "  Two  spaces, an é and a digit: 5.", "ﬁ…"):
        assert tokenizer(text) == upstream(text).input_ids
    assert tokenizer("ab")[-1] == CONFIG.eos_token_id


def test_characters_of_the_vocabulary(tokenizer):
    assert all(map(tokenizer.has, CHARACTERS))
    assert not any(map(tokenizer.has, "5=ß漢"))


def test_tokenizer_of_another_size(tmp_path, expect_error):
    write_tokenizer(tmp_path, CHARACTERS[:-3])
    with expect_error(CheckpointError, "has 76 pieces, the network needs 79: it is the tokenizer of another model"):
        Tokenizer(tmp_path, CONFIG)


def test_tokenizer_with_other_special_ids(folder, expect_error):
    config = SpeechT5Config.from_dict(SMALL_CONFIG | {"eos_token_id": 0})
    with expect_error(CheckpointError, "has no </s> with the id 0: it is the tokenizer of another model"):
        Tokenizer(folder, config)


def test_damaged_tokenizer(tmp_path, expect_error):
    (tmp_path / "spm_char.model").write_text(json.dumps({"model": "char"}))
    with expect_error(CheckpointError, "spm_char.model is not a tokenizer or is damaged"):
        Tokenizer(tmp_path, CONFIG)


def test_folder_without_a_tokenizer(tmp_path, expect_error):
    with expect_error(CheckpointError, "spm_char.model does not exist: give the folder"):
        Tokenizer(tmp_path, CONFIG)


@pytest.mark.parametrize(
    "written, read",
    [
        ("I met Dr. Smith in London.", "I met doctor Smith in London."),
        ("It costs $5.50, or 10% less.", "It costs five dollars fifty cents, or ten percent less."),
        ("Mrs. Dalloway said she would buy the flowers.", "missus Dalloway said she would buy the flowers."),
        ("The US and NASA agreed; then they left.", "The u s and nasa agreed; then they left."),
        ("READ THIS NOW!", "read this now!"),
        ("Tom’s café – “closed”.", "Tom's café, closed."),
        ("Wait… what?", "Wait... what?"),
        ("A smørrebrød, a naïve Łódź", "A smorrebrod, a naive lodz"),
    ],
)
def test_read_aloud(reader, written, read):
    spoken = reader.in_words(written)
    assert spoken.replace('"', "") == read


@pytest.mark.parametrize("sign", "0123456789=%$€@#&+^\t漢☃‽")
def test_nothing_unknown_reaches_the_network(reader, tokenizer, sign):
    (sentence,) = reader.read(f"before {sign} after it")
    assert 3 not in sentence.ids[1:-1]
    assert sentence.text.startswith("before") and sentence.text.endswith("after it")


def test_characters_left_out_are_named_once(reader, logged_warnings):
    (sentence,) = reader.read("A snowman ☃ and a snowman ☃.")
    assert sentence.text == "A snowman and a snowman."
    assert len(logged_warnings) == 1 and "U+2603 SNOWMAN" in logged_warnings[0]


def test_sentences_and_pauses(reader):
    parts = list(reader.read("The first sentence here. [pause 0.5] *** The second one is here."))
    assert [part.seconds if isinstance(part, Pause) else part.text for part in parts] == [
        "The first sentence here.",
        0.5,
        "The second one is here.",
    ]


@pytest.mark.parametrize("text", ["a word and " * 60, "x" * 700, "7 " * 200, "1234567890" * 30])
@pytest.mark.parametrize("most", [30, 187])
def test_no_sentence_is_too_long(tokenizer, text, most):
    sentences = list(Reader(tokenizer, most).read(text))
    assert max(len(sentence.ids) for sentence in sentences) <= most
    assert min(len(sentence.ids) for sentence in sentences[:-1]) >= most // 4
    whole = " ".join(sentence.text for sentence in sentences)
    assert whole.replace(" ", "") == "".join(part.text for part in Reader(tokenizer, 10**6).read(text)).replace(
        " ", ""
    )


@pytest.mark.parametrize("text", ["", " \n ", "...", "☃", "漢字"])
def test_nothing_to_say(reader, text, expect_error):
    with expect_error(TextError, "can be spoken in EN: give a text with letters or numbers"):
        list(reader.read(text))
