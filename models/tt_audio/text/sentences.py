# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cut a text where a reader pauses: text -> [here] -> sentences and pauses -> the front end of a model.

Every function is a generator over positions in the text, so memory does not grow beyond the longest sentence, and the
first sentence comes before the rest of the text is read. Lengths are those of the written text; a model cuts again what
is too long for it when it is spoken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..host.errors import UserError

# Utterances much shorter than the ones a voice was trained on sound clipped; much longer ones slur and cost quadratic
# time. MeloTTS itself aims at 10 to 256 characters of an alphabet; a Han or kana character or a Hangul syllable is
# about as much speech as three letters.
SHORTEST = {"letters": 10, "syllables": 4}
LONGEST = {"letters": 256, "syllables": 80}
_SYLLABIC = ("ZH", "ZH_MIX_EN", "JP", "KR")

# The repetition is bounded, or many open brackets take quadratic time.
_PAUSE = re.compile(r"\[\s*pause\b([^\]]{0,100})\]", re.IGNORECASE)
LONGEST_PAUSE = 60.0  # seconds

_CLOSING = "\"'”’»›)\\]}」』）】》"
_BOUNDARY = re.compile(
    # Alphabets: the mark and a space. The lookbehind keeps the search linear in a row of dots.
    rf"(?<![.!?…])[.!?…]+[{_CLOSING}]*(?=\s|$)"
    rf"|[。！？；｡!?]+[{_CLOSING}]*"  # Chinese and Japanese write no space
    r"|\n[ \t\r]*\n\s*"  # a paragraph ends where its author ended it
)
# A mark before an ASCII character ends a clause only if it is full-width: Chinese and Japanese write no space after it.
# Between two digits a full-width comma or colon is part of a number. The search ends (`$`) with the longest part.
_CLAUSE = re.compile(r"[、；]|(?<!\d)[，：]|[，：](?!\d|$)|[,;:—–](?=\s|[^\x00-\x7f])|\s[-—–]\s")

# A full stop after these belongs to the word, whatever follows.
_ABBREVIATIONS = {
    "EN": "mr mrs ms dr drs prof st gen sen rep gov rev hon capt lt maj col sgt cpl mt ft vs e.g i.e cf fig vol approx",
    "ES": "sr sra srta sres dr dra prof profa d dª dña sto sta lic ing gral ud uds avda p.ej pág núm art vol aprox ee",
    "FR": "m mm mme mmes mlle mlles dr pr me st ste av boul art fig vol p.ex env apr",
}
# After these only where a number follows: "No. 5", but "No. Five came."
_LABELS = {
    "EN": "no nos p pp ch sec ext tel apt jan feb mar apr jun jul aug sep sept oct nov dec",
    "ES": "p pp págs núms cap caps arts tel tlf fig n",
    "FR": "p pp no nos chap tél janv févr avr juil sept oct nov déc",
}
_BEFORE_NUMBERS = {language: frozenset(words.split()) for language, words in _LABELS.items()}
_TITLES = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}
# J. K. Rowling, the U.S. Army
_INITIALS = re.compile(r"(?:\w\.)*[A-ZÀ-Ý]")
_LAST_WORD = re.compile(r"[^\s(\[«“\"'’]*$")
# A space where a cut parts no number from its unit and no title from its name
_FREE_SPACE = re.compile(r"(?<![\d.]) ")
# Digits with their sign, the separators of groups, decimals, dates, times and ranges, and the currency before them
_NUMBER = re.compile(r"(?:(?<![A-Za-z0-9])[-−+±])?[$€£¥￥₩]?\d+(?:[-–~〜～.,:/，．：]\d+)*")
# More digits than any language reads as one quantity: such a row is read digit by digit, wherever it is cut.
_CODE = 20


class TextError(UserError, ValueError):
    """The text cannot be read as asked; the message says what to change."""


@dataclass(frozen=True)
class Pause:
    """Silence that the text asks for."""

    seconds: float


def split_pauses(text: str) -> Iterator[str | Pause]:
    """Yield the text between `[pause 0.5]` marks, and the pauses, in order."""
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
    """Yield the sentences of a text, with white space collapsed.

    A sentence shorter than `SHORTEST` is joined to the next one; one longer than `LONGEST` is cut after a clause.
    """
    unit = "syllables" if language in _SYLLABIC else "letters"
    waiting = ""
    for sentence in _sentences(text, language):
        waiting = f"{waiting} {sentence}" if waiting else sentence
        if len(waiting) < SHORTEST[unit]:
            continue
        yield from cut(waiting, LONGEST[unit])
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
    closed = re.compile(rf"\s*[{_CLOSING}\s]*").match(text, mark.end())
    after = closed.end() if closed else mark.end()
    # '"Where?" she asked.' is one sentence, and so is one with an ellipsis inside.
    if text[after : after + 1].islower():
        return False
    if mark[0][0] != "." or mark[0].startswith(".."):
        return True
    last = _LAST_WORD.search(text, max(start, mark.start() - 40), mark.start())
    word = last[0] if last else ""
    if text[after : after + 1].isdecimal() and word.lower() in _BEFORE_NUMBERS.get(language, ()):
        return False
    return not _INITIALS.fullmatch(word) and word.lower() not in _TITLES.get(language, ())


def cut(sentence: str, longest: int) -> Iterator[str]:
    """Yield the parts of a sentence, of at most `longest` characters each, cut at a clause or else at a space."""
    start = 0
    while len(sentence) - start > longest:
        end = _cut_end(sentence, start, longest)
        yield sentence[start:end].strip()
        start = end + (sentence[end] == " ")
    yield sentence[start:]


def _cut_end(sentence: str, start: int, longest: int) -> int:
    """Return where the part that begins at `start` ends: in its second half, or the parts get too short."""
    half, most = start + longest // 2, start + longest
    for boundary in (_CLAUSE, _FREE_SPACE):
        if ends := [match.end() for match in boundary.finditer(sentence, half, most)]:
            return ends[-1]
    return sentence.rfind(" ", half, most) + 1 or _in_word_end(sentence, half, most)


def _in_word_end(sentence: str, half: int, most: int) -> int:
    """Return where a word without end is cut.

    A number stays whole, and with the unit or the sign after it: the cut is before it. Only a row of digits that is too
    long for that is cut, so that the rest is still a code.
    """
    for number in _NUMBER.finditer(sentence, half, most + _CODE):
        if number.start() < most <= number.end():
            if number.start() > half:
                return number.start()
            return most if number.end() == most else number.end() - _CODE
    return most
