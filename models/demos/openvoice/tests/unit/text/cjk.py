# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Tables of expected Chinese, Japanese and Korean phones (data/*.jsonl), and small but real WordPiece tokenizers.

A row has the sentence, its normalised text, phones, tones (one number means all), word pieces, word2ph, and how
MeloTTS's own front end compares with the same vocabulary: "same", "same but for marks" (it drops them), "differs"
(text/DIFFERENCES.md explains every kind of difference) or "fails".
"""

import json
from pathlib import Path

from loguru import logger
from transformers import BertTokenizer
from transformers.models.bert_japanese.tokenization_bert_japanese import BertJapaneseTokenizer

from models.demos.openvoice.text.frontend import Phones

_DATA = Path(__file__).parent / "data"


def table(language: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (_DATA / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()]


def tokenizer(language: str):
    vocabulary = str(_DATA / f"{language}.vocab.txt")
    if language == "ja":
        return BertJapaneseTokenizer(
            vocabulary,
            word_tokenizer_type="mecab",
            subword_tokenizer_type="wordpiece",
            mecab_kwargs={"mecab_dic": "unidic_lite"},
        )
    return BertTokenizer(vocabulary, do_lower_case=language == "zh", strip_accents=language == "zh")


def assert_as_expected(phones: Phones, row: dict[str, str]) -> None:
    assert phones.normalized == row["normalized"]
    assert " ".join(phones.phones) == row["phones"]
    tones = row["tones"] if " " in row["tones"] else " ".join([row["tones"]] * len(phones.phones))
    assert " ".join(map(str, phones.tones)) == tones
    assert " ".join(phones.pieces) == row["pieces"]
    assert " ".join(map(str, phones.word2ph)) == row["word2ph"]


def warnings_of(action) -> list[str]:
    """Return the warnings that a call logs."""
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="WARNING")
    try:
        action()
    finally:
        logger.remove(sink)
    return messages
