# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cuts a text where a reader breathes: text -> [here] -> sentences and pauses -> a language's front end.

Everything is a generator over positions in the text, so a book costs no more memory than its longest sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.tt_audio.host.errors import UserError

# Utterances much shorter than the ones a voice was trained on sound clipped, much longer ones slur and cost quadratic
# time. 10 characters is MeloTTS's own minimum, 256 its own aim for alphabets; a Han or kana character or a Hangul
# syllable carries about three letters' worth of speech.
SHORTEST = {"letters": 10, "syllables": 4}
LONGEST = {"letters": 256, "syllables": 80}
_SYLLABIC = ("ZH", "ZH_MIX_EN", "JP", "KR")

_PAUSE = re.compile(r"\[\s*pause\b([^\]]*)\]", re.IGNORECASE)
LONGEST_PAUSE = 60.0

_CLOSING = "\"'”’»›)\\]}」』）】》"
_BOUNDARY = re.compile(
    rf"[.!?…]+[{_CLOSING}]*(?=\s|$)"  # alphabets: the mark and a space
    rf"|[。！？；｡!?]+[{_CLOSING}]*"  # Chinese and Japanese write no space
    r"|\n[ \t\r]*\n\s*"  # a paragraph ends where its author ended it
)
_CLAUSE = re.compile(r"[,;:，、；：—–](?=\s|[^\x00-\x7f])|\s[-—–]\s")

# A full stop after these belongs to the word, whatever follows.
_ABBREVIATIONS = {
    "EN": "mr mrs ms dr drs prof st gen sen rep gov rev hon capt lt maj col sgt cpl mt ft vs e.g i.e cf fig vol approx",
    "ES": "sr sra srta sres dr dra prof profa d dª lic ing gral ud uds avda p.ej pág núm art vol aprox",
    "FR": "m mm mme mmes mlle mlles dr pr me st ste av boul art fig vol p.ex env apr",
}
_TITLES = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}
# J. K. Rowling, the U.S. Army
_INITIALS = re.compile(r"(?:\w\.)*[A-ZÀ-Ý]")
_LAST_WORD = re.compile(r"[^\s(\[«“\"'’]*$")


class TextError(UserError, ValueError):
    """The text cannot be read as asked; the message says what to change."""


@dataclass(frozen=True)
class Pause:
    seconds: float


def split_pauses(text: str) -> Iterator[str | Pause]:
    """The text between `[pause 0.5]` marks and the pauses themselves, in order."""
    start = 0
    for mark in _PAUSE.finditer(text):
        if text[start : mark.start()].strip():
            yield text[start : mark.start()]
        yield Pause(_seconds(mark))
        start = mark.end()
    if text[start:].strip():
        yield text[start:]


def _seconds(mark: re.Match) -> float:
    number = re.fullmatch(r"[\s:=]*(\d+(?:\.\d+)?|\.\d+)\s*s?\s*", mark[1])
    if number is None or float(number[1]) > LONGEST_PAUSE:
        raise TextError(f"{mark[0]!r} is not a pause: write seconds from 0 to {LONGEST_PAUSE:g}, as in [pause 0.5].")
    return float(number[1])


def split_sentences(text: str, language: str) -> Iterator[str]:
    """Sentences of a text, white space collapsed: a very short one goes with the next, a very long one is cut at a
    comma."""
    unit = "syllables" if language in _SYLLABIC else "letters"
    waiting = ""
    for sentence in _sentences(text, language):
        waiting = f"{waiting} {sentence}" if waiting else sentence
        if len(waiting) < SHORTEST[unit]:
            continue
        yield from _cut(waiting, LONGEST[unit])
        waiting = ""
    if waiting:
        yield waiting


def _sentences(text: str, language: str) -> Iterator[str]:
    start = 0
    for mark in _BOUNDARY.finditer(text):
        if not _ends_sentence(text, start, mark, language):
            continue
        if sentence := " ".join(text[start : mark.end()].split()):
            yield sentence
        start = mark.end()
    if sentence := " ".join(text[start:].split()):
        yield sentence


def _ends_sentence(text: str, start: int, mark: re.Match, language: str) -> bool:
    if "\n" in mark[0]:
        return True
    after = re.compile(rf"\s*[{_CLOSING}\s]*").match(text, mark.end()).end()
    # "Where?" she asked. — and an ellipsis inside a sentence.
    if text[after : after + 1].islower():
        return False
    if mark[0][0] != "." or mark[0].startswith(".."):
        return True
    word = _LAST_WORD.search(text, max(start, mark.start() - 40), mark.start())[0]
    return not _INITIALS.fullmatch(word) and word.lower() not in _TITLES.get(language, ())


def _cut(sentence: str, longest: int) -> Iterator[str]:
    while len(sentence) > longest:
        # Not before half way, or the pieces get shorter than what they avoid.
        clause = max((m.end() for m in _CLAUSE.finditer(sentence, longest // 2, longest)), default=0)
        end = clause or sentence.rfind(" ", longest // 2, longest) + 1 or longest
        yield sentence[:end].strip()
        sentence = sentence[end:].strip()
    if sentence:
        yield sentence
