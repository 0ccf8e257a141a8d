# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English times of day and dates -> [here] -> words, for english_normalize.py."""

import re

from . import english_numbers as numbers
from .english_words import DAYS, MONTHS, SHORT_DAYS, SHORT_MONTHS

# The letter A alone is the article; "ay" is how its name is spelled.
_LETTER_NAMES = {"a": "ay"}
_MONTH = "|".join([*(month.capitalize() for month in MONTHS), *(rf"{name.capitalize()}\." for name in SHORT_MONTHS)])
_MONTH_WORDS = {name: month for month in MONTHS for name in (month, f"{month[:3]}.")} | {"sept.": "september"}
HALF = r"(?:\s?([AaPp])\.?\s?[Mm]\b\.?)"
CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_DAY = "|".join(sorted((*DAYS, *SHORT_DAYS), key=len, reverse=True))
_MONTH_NAME = "|".join(sorted((*MONTHS, *SHORT_MONTHS), key=len, reverse=True))
_DAY_WORDS = {day: day for day in DAYS} | SHORT_DAYS
_MONTH_NAMES = {month: month for month in MONTHS} | SHORT_MONTHS


def spell(letters: str) -> str:
    return " ".join(_LETTER_NAMES.get(letter, letter) for letter in letters.lower() if letter.isalpha())


def read_times(text: str) -> str:
    def time(match: re.Match) -> str:
        hour, minute = int(match[1]), int(match[2] or 0)
        if (hour, minute) == (24, 0):
            return "midnight"
        hour %= 24
        half = match[3].lower() if match[3] else "p" if hour > 12 else "a" if hour == 0 else ""
        # "at 5 p.m." ends a sentence with the stop of its abbreviation.
        ends = match[0].endswith(".") and not re.match(r"\s+[a-z\d]|\s*[,;:?!]", text[match.end() :])
        return numbers.clock(hour, minute, half) + "." * ends

    text = re.sub(rf"\b([01]?\d|2[0-4]):([0-5]\d)(?!\d){HALF}?(?!:)", time, text)
    text = re.sub(rf"\b(1[0-2]|0?[1-9])(){HALF}", time, text)
    text = re.sub(r"(?<![\d:])(\d+):(\d+)(?![\d:])", r"\1 to \2", text)
    return re.sub(r"\b([AaPp])\.\s?[Mm]\.", lambda m: f"{spell(m[1])} m", text)


def read_dates(text: str) -> str:
    """May 5, 5 May: an ordinal. "In May 20 people came" has none. Mon-Fri, Sat 10: the days."""

    def month_first(match: re.Match) -> str:
        day = int(match[3])
        if not 1 <= day <= 31 or match[1].lower() == "in ":
            return match[0]
        return f"{match[1]}{_MONTH_WORDS[match[2].lower()]} {numbers.ordinal(day)}"

    def day_first(match: re.Match) -> str:
        day = int(match[2])
        if not 1 <= day <= 31:
            return match[0]
        article = "" if match[1] else "the "
        return f"{match[1]}{article}{numbers.ordinal(day)} of {_MONTH_WORDS[match[3].lower()]}"

    text = re.sub(
        rf"\b({_DAY})\.?\s?[-–]\s?({_DAY})\b\.?",
        lambda m: f"{_DAY_WORDS[m[1].lower()]} to {_DAY_WORDS[m[2].lower()]}",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"\b({_MONTH_NAME})\.?\s?[-–]\s?({_MONTH_NAME})\b\.?",
        lambda m: f"{_MONTH_NAMES[m[1].lower()]} to {_MONTH_NAMES[m[2].lower()]}",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        rf"\b({'|'.join(name.capitalize() for name in SHORT_DAYS)})(?:\.(?=,?\s[A-Z\d])|(?=,?\s\d))",
        lambda m: _DAY_WORDS[m[1].lower()],
        text,
    )
    day_end = r"(\d{1,2})(?![\d%]|[.,/:]\d|[-–]\d|\s?(?:st|nd|rd|th)\b)"
    text = re.sub(rf"\b((?:[Ii]n )?)({_MONTH})\s{day_end}", month_first, text)
    text = re.sub(rf"\b((?:[Tt]he )?)(?<![\d.,/:-])(\d{{1,2}}) ({_MONTH})(?![a-z])(?! \d\d?\b)", day_first, text)
    return re.sub(rf"\b({_MONTH})(?=\s\d)", lambda m: _MONTH_WORDS[m[1].lower()] if m[1].endswith(".") else m[1], text)
