# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Front ends of all languages and their results: text -> [here] -> `Phones` -> `Ids` -> text encoder.

A front end is made once (`load_frontend`) and called with one sentence at a time. Its `Phones` hold the names of
symbols; only `to_ids` turns them into numbers, because the order of the symbols differs between MeloTTS checkpoints.
`read` runs a text of any length through a front end, a sentence at a time.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple, Protocol

from models.demos.openvoice.text.fitting import MOST_IDS, fit
from models.demos.openvoice.text.phones import PAD, PUNCTUATION, Phones
from models.tt_audio.text.sentences import Pause, TextError, split_pauses, split_sentences
from models.tt_audio.text.speakable import NothingSpeakable, drop_unknown

__all__ = [
    "Frontend",
    "Ids",
    "MOST_IDS",
    "NothingSpeakable",
    "PAD",
    "PUNCTUATION",
    "Pause",
    "Phones",
    "TextError",
    "Tokenizer",
    "drop_unknown",
    "load_frontend",
    "load_v1_frontend",
    "read",
    "to_ids",
]

# MeloTTS gives each language a range of tones and an embedding of its own (ZH 6 tones, JP 1, EN 4, KR 1, ES 1, FR 1).
TONE_START = {"ZH": 0, "ZH_MIX_EN": 0, "JP": 6, "EN": 7, "KR": 11, "ES": 12, "FR": 13}
LANGUAGE_ID = {"ZH": 0, "JP": 1, "EN": 2, "ZH_MIX_EN": 3, "KR": 4, "ES": 5, "FR": 6}

# Language -> module and class; a module is imported when its language is first asked for. MeloTTS's Chinese voices
# are the mixed ones, which read English words in Chinese sentences.
_FRONTENDS = {
    "EN": ("english", "English"),
    "ES": ("spanish", "Spanish"),
    "FR": ("french", "French"),
    "ZH": ("chinese", "Chinese"),
    "JP": ("japanese", "Japanese"),
    "KR": ("korean", "Korean"),
}
# The base speakers of OpenVoice V1 read IPA, and have no word pieces.
_V1_FRONTENDS = {"EN": ("english_ipa", "EnglishIpa"), "ZH": ("chinese_ipa", "ChineseIpa")}
_ALIASES = {"SP": "ES", "ZH_MIX_EN": "ZH", "JA": "JP", "KO": "KR"}


class Tokenizer(Protocol):
    """Tokenizer of the BERT model of a language: one from Hugging Face, or `pieces.WholeWords`."""

    def tokenize(self, text: str) -> list[str]:
        ...


class Frontend(Protocol):
    """Front end of a language, made as `Language(tokenizer)`.

    A call takes one sentence and raises `TextError` if nothing in it can be spoken.
    """

    language: str  # a key of LANGUAGE_ID

    def __call__(self, text: str) -> Phones:
        ...


class Ids(NamedTuple):
    """Input of the text encoder: three lists of one length, and `word2ph`, which sums to that length."""

    phones: list[int]
    tones: list[int]
    languages: list[int]
    word2ph: list[int]


def canonical_language(language: str) -> str:
    name = language.upper()
    name = _ALIASES.get(name, name)
    if name not in _FRONTENDS:
        raise TextError(f"No front end for language {language!r}; choose one of {', '.join(_FRONTENDS)}.")
    return name


def load_frontend(language: str, tokenizer: Tokenizer) -> Frontend:
    module, name = _FRONTENDS[canonical_language(language)]
    return getattr(import_module(f"models.demos.openvoice.text.{module}"), name)(tokenizer)


def load_v1_frontend(language: str) -> Frontend:
    code = canonical_language(language)
    if code not in _V1_FRONTENDS:
        raise TextError(f"OpenVoice V1's base speakers read {' and '.join(_V1_FRONTENDS)} text, not {language}.")
    module, name = _V1_FRONTENDS[code]
    return getattr(import_module(f"models.demos.openvoice.text.{module}"), name)()


def read(text: str, frontend: Frontend, most_ids: int = MOST_IDS) -> Iterator[Phones | Pause]:
    """Yield the phones of a text of any length, sentence by sentence, and its `[pause 0.5]` marks, each when asked for.

    A sentence that has more than `most_ids` ids when it is spoken (blanks counted), or more word pieces, is yielded in
    parts (fitting.py). The default is what a device takes in one pass, and it is the same on the CPU, so that a text
    is cut in the same places on both. How many sentences come is not known before they are read: a progress bar counts
    what it gets and shows no total. Sentences without anything speakable are left out; a text of nothing else is an
    error.
    """
    spoken = False
    for part in split_pauses(text):
        if isinstance(part, Pause):
            yield part
            continue
        for sentence in split_sentences(part, frontend.language):
            try:
                phones = frontend(sentence)
            except NothingSpeakable:
                continue
            spoken = True
            yield from fit(phones, frontend.language, most_ids)
    if not spoken:
        raise NothingSpeakable(text, frontend.language)


def require_speech(phones: Sequence[str], text: str, language: str) -> None:
    """Raise `NothingSpeakable` if the phones are all padding and punctuation."""
    if not any(phone != PAD and phone not in PUNCTUATION for phone in phones):
        raise NothingSpeakable(text, language)


def group_pieces(pieces: Sequence[str]) -> list[list[str]]:
    """Group word pieces by word, without their ## marks."""
    groups: list[list[str]] = []
    for piece in pieces:
        if piece.startswith("##") and len(piece) > 2 and groups:
            groups[-1].append(piece[2:])
        else:
            groups.append([piece])
    return groups


def spread_phones(phones: int, pieces: int) -> list[int]:
    """Return how many phones of a word each of its pieces gets: as evenly as possible, the first ones one more."""
    each, more = divmod(phones, pieces)
    return [each + (index < more) for index in range(pieces)]


def to_ids(phones: Phones, symbols: Sequence[str], num_tones: int, language: str, add_blank: bool = True) -> Ids:
    """Return the ids of one checkpoint, with its order of `symbols`; `add_blank` puts id 0 around and between all."""
    code = canonical_language(language) if language not in LANGUAGE_ID else language
    numbers = symbol_ids(phones.phones, symbols, language)
    start = TONE_START[code]
    highest = start + max(phones.tones)
    if highest >= num_tones:
        raise TextError(f"{language} text needs tone {highest}; the checkpoint has {num_tones}.")
    ids = Ids(
        numbers,
        [start + tone for tone in phones.tones],
        [LANGUAGE_ID[code]] * len(phones.phones),
        list(phones.word2ph),
    )
    if not add_blank:
        return ids
    word2ph = [2 * count for count in ids.word2ph]
    word2ph[0] += 1
    return Ids(intersperse(ids.phones), intersperse(ids.tones), intersperse(ids.languages), word2ph)


def symbol_ids(phones: Sequence[str], symbols: Sequence[str], language: str) -> list[int]:
    index = {symbol: number for number, symbol in enumerate(symbols)}
    missing = sorted(set(phones) - set(index))
    if missing:
        raise TextError(f"The checkpoint has no symbol for {missing}; it was not trained for {language} text.")
    return [index[phone] for phone in phones]


def intersperse(values: Sequence[int]) -> list[int]:
    """Return the values with 0 before, between and after them."""
    result = [0] * (2 * len(values) + 1)
    result[1::2] = values
    return result
