# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Chinese with English words in it, as MeloTTS's "ZH" voices speak it: one sentence -> [here] -> `Phones`.

Han characters: words and their parts of speech (jieba), dictionary pinyin (pypinyin), tone sandhi, two phones each.
Latin letters: the English front end on multilingual BERT's word pieces, its tones moved past the Chinese ones.
"""

import logging
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import jieba
import jieba.posseg
from pypinyin import Style, lazy_pinyin

from models.demos.openvoice.text.chinese_numbers import spell_numbers
from models.demos.openvoice.text.chinese_tone_sandhi import Word, merge_words, spoken_tones
from models.demos.openvoice.text.english import English
from models.demos.openvoice.text.frontend import TONE_START, Phones, Tokenizer, drop_unknown, require_speech
from models.demos.openvoice.text.pieces import UNKNOWN, WholeWords, words

jieba.setLogLevel(logging.WARNING)  # otherwise jieba logs the loading of its dictionary

# Signs to the symbols of the checkpoints. Quotes and brackets are a "'", as they were in training.
_MARKS = {
    **dict.fromkeys("：；，·、:;・､", ","),
    **dict.fromkeys("。\n｡", "."),
    "！": "!",
    "？": "?",
    "⋯": "…",
    **dict.fromkeys("“”‘’（）()《》【】[]「」", "'"),
    **dict.fromkeys("—～~–―", "-"),
    **dict.fromkeys('"＂〈〉『』〔〕〖〗{}｛｝<>*`\u200b\u200d\ufeff', ""),  # silent, without a warning
    "_": " ",
    "〇": "零",
    "嗯": "恩",  # the dictionary reads the first of each pair without a vowel
    "呣": "母",
}
_TO_MARKS = str.maketrans(_MARKS)
_WIDE_LETTERS = {wide: wide - 0xFEE0 for start in "Ａａ" for wide in range(ord(start), ord(start) + 26)}
_PUNCTUATION = "!?…,.'-"

# English with its spaces, or Chinese up to and with a mark; MeloTTS segments words within such runs.
_RUNS = re.compile(rf"[A-Za-z\s]+|[^A-Za-z\s{_PUNCTUATION}]*[{_PUNCTUATION}]|[^A-Za-z\s{_PUNCTUATION}]+")

_INITIALISMS = ("AI", "US", "ID", "PM", "AM")  # words of their own in the English dictionary

# Finals that pinyin shortens after an initial, and vowels that sound different after z c s and after zh ch sh r.
_SHORT_FINALS = {"uei": "ui", "iou": "iu", "uen": "un"}
_APICAL = {**dict.fromkeys(("z", "c", "s"), "i0"), **dict.fromkeys(("zh", "ch", "sh", "r"), "ir")}
# A syllable without an initial gets one for its first vowel.
_ZERO_INITIALS = {"i": "y", "u": "w", "v": "y", "a": "AA", "e": "EE", "o": "OO"}
_AFTER_Y = {"ie": "E", "ian": "En"}


class Syllable(NamedTuple):
    """Initial, final and tone of one Han character; a mark has tone 0 and no initial or final."""

    initial: str
    final: str
    tone: int


class Chinese:
    """Front end for Chinese with English words; `tokenizer` is that of multilingual BERT."""

    language = "ZH_MIX_EN"

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._english = English(tokenizer)
        self._english_words = WholeWords()

    def __call__(self, text: str) -> Phones:
        normalized = normalize(text, self._english.knows)
        phones, tones, word2ph, pieces = ["_"], [0], [1], []
        for run in _RUNS.findall(normalized):
            if run[0].isascii() and (run[0].isalpha() or run[0].isspace()):
                for word in words(run, self._tokenizer, self._english_words):
                    english = self._english.pronounce([word.text] if word.pieces == [UNKNOWN] else word.pieces)
                    phones += english.phones
                    tones += [TONE_START["EN"] + tone for tone in english.tones]
                    word2ph += english.word2ph
                    pieces += word.pieces
                continue
            for character, syllable in zip(run, pronounce(run), strict=True):
                spoken = [character] if syllable.tone == 0 else [syllable.initial, syllable.final]
                phones += spoken
                tones += [syllable.tone] * len(spoken)
                word2ph.append(len(spoken))
                pieces.append(character)
        require_speech(phones, text, self.language)
        return Phones(phones + ["_"], tones + [0], word2ph + [1], normalized, pieces)


def normalize(text: str, is_english: Callable[[str], bool]) -> str:
    """Return the text as Han characters, English letters, spaces and marks that have a phone; numbers as words.

    `is_english` says whether a lower-case word is in the English dictionary.
    """
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text.translate(_WIDE_LETTERS))
    text = re.sub("(?<![A-Za-z])[A-Z]{2,6}(?![A-Za-z])", lambda match: _say_capitals(match[0], is_english), text)
    text = spell_numbers(text).replace("...", "…").translate(_TO_MARKS)
    text = "".join(_without_accent(character) for character in text)
    text = drop_unknown(text, _is_known, "ZH", gap="")
    return re.sub(r"\s+", " ", text)


def _say_capitals(word: str, is_english: Callable[[str], bool]) -> str:
    """Return capitals letter by letter (USB), or as the word that the dictionary has (NBA, DVD, OPEN)."""
    pronounceable = is_english(word.lower()) or (len(word) > 3 and set(word) & set("AEIOUY"))
    if pronounceable and word not in _INITIALISMS:
        return word
    return " ".join("ay" if letter == "A" else letter for letter in word)  # a single "a" is the article


def pronounce(run: str) -> list[Syllable]:
    """Return a syllable for each character of a run of Han characters and marks, with its tone after sandhi."""
    segments = [Word(pair.word, pair.flag) for pair in jieba.posseg.lcut(run)]
    syllables = []
    for word in merge_words(segments, lambda text: [syllable.tone for syllable in _dictionary(text)]):
        dictionary = _dictionary(word.text)
        tones = spoken_tones(word, [syllable.tone for syllable in dictionary])
        syllables += [syllable._replace(tone=tone) for syllable, tone in zip(dictionary, tones, strict=True)]
    return syllables


@lru_cache(maxsize=8192)
def _dictionary(word: str) -> tuple[Syllable, ...]:
    initials = lazy_pinyin(word, neutral_tone_with_five=True, style=Style.INITIALS)
    finals = lazy_pinyin(word, neutral_tone_with_five=True, style=Style.FINALS_TONE3)
    return tuple(
        Syllable(*_phones(initial, final[:-1]), int(final[-1])) if initial != final else Syllable("", "", 0)
        for initial, final in zip(initials, finals, strict=True)
    )


def _phones(initial: str, final: str) -> tuple[str, str]:
    """Return the two symbols of a syllable: c + iou -> c iu, sh + i -> sh ir, ian -> y En, ao -> AA ao."""
    if initial:
        final = _APICAL.get(initial, final) if final == "i" else final
        return initial, _SHORT_FINALS.get(final, final)
    glide = _ZERO_INITIALS[final[0]]
    if final[0] in "aeov" or final in ("i", "in", "ing", "u"):
        return glide, final
    return glide, _AFTER_Y.get(final, final[1:])


def _without_accent(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if character.isalpha() and base.isascii() and base.isalpha() else character


@lru_cache(maxsize=8192)
def _is_known(character: str) -> bool:
    if character.isascii():
        return character.isalpha() or character.isspace() or character in _PUNCTUATION
    if character == "…" or character.isspace():
        return True
    final = lazy_pinyin(character, neutral_tone_with_five=True, style=Style.FINALS_TONE3)[0]
    return re.fullmatch("[aeiouv][a-z]*[1-5]", final) is not None
