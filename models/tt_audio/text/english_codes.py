# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English digits that count nothing: telephone numbers, versions, product codes. The digits become words here."""

import re
from collections.abc import Callable

from . import english_numbers as numbers
from .english_words import CURRENCY_CODES, STATES

_digits = numbers.digit_by_digit

# i7 and A320, or F and WH before a part that begins with a digit; the other parts may be anything.
_STARTS_LIKE_A_CODE = r"(?=(?:[A-Za-z\d]+-)*(?:[A-Z]{1,3}|[a-z]{1,2})\d|[A-Z]{1,4}-\d)"
_HYPHENATED = re.compile(rf"(?<![\w.,$€£/@#-]){_STARTS_LIKE_A_CODE}[A-Za-z\d]+(?:-[A-Za-z\d]+)+(?![\w/@-]|[.,]\d)")


def read_codes(text: str, spell: Callable[[str], str]) -> str:
    """Return the text with dates in digits, telephone numbers, versions and codes with hyphens in words."""
    text = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", lambda m: numbers.date(m[1], int(m[2]), int(m[3])) or m[0], text)
    text = re.sub(r"\b(\d\d?)/(\d\d?)/(\d{4})\b", _slashed_date, text)
    day = r"(?<![\w/.,-])(\d\d?)/(\d\d?)(?![\w/]|[.,]\d)"
    text = re.sub(rf"\b([Ff]rom|[Bb]etween) {day} (to|and|through|until) {day}", _slashed_days, text)
    text = re.sub(rf"\b([Oo]n|[Uu]ntil|[Ss]ince|[Tt]hrough|[Dd]ue|[Dd]ated) {day}(?! of)", _slashed_day, text)
    text = re.sub(r"\((\d{3})\)\s?(\d{3})[-. ](\d{4})\b", lambda m: f"({_digits(m[1])}) {_digits(m[2] + m[3])}", text)
    text = re.sub(r"\+\d{1,3}(?:[\s.-]\(?\d{1,5}\)?){2,5}\b", lambda m: f"plus {_digits(m[0])}", text)
    text = re.sub(r"(?<![\d.,$€£-])0\d{2,4}(?: \d{3,4}){1,3}\b", lambda m: _digits(m[0]), text)
    text = re.sub(r"(?<![\w.,-])\d{3}([-.])\d{3}\1\d{4}\b|(?<![\w.,-])\d{3}-\d{4}\b", lambda m: _digits(m[0]), text)
    text = re.sub(r"(?<![\w.,-])(\d{1,2})-(\d{3})((?:-[A-Z\d]{2,})+)(?![\w-])", _phone_words, text)
    text = re.sub(r"(?<![\w.,-])\d{5}-\d{4}\b(?![-.]\d)", lambda m: _digits(m[0]), text)
    text = re.sub(rf"\b({'|'.join(STATES)}) (\d{{5}})\b(?![-.,]?\d)", lambda m: f"{STATES[m[1]]} {_digits(m[2])}", text)
    text = re.sub(r"(?<![\w.,-])\d+(?:-\d+){2,}\b(?![-.]\d)", lambda m: _digits(m[0]), text)
    text = re.sub(r"\b([Cc]all|[Dd]ial) (\d{3})\b(?![-.,]?\d)", lambda m: f"{m[1]} {_digits(m[2])}", text)
    text = re.sub(
        r"\b[vV](?:ersion |\.\s?)?(?=\d)(\d+(?:\.\d+)*)\b", lambda m: f"version {numbers.version(m[1])}", text
    )
    text = re.sub(r"(?<![\d.,$€£])\d+(?:\.\d+){2,}(?!\w)", lambda m: numbers.version(m[0]), text)
    text = re.sub(r"\b(24/7|9/11)\b", lambda m: m[0].replace("/", " "), text)
    return _product_codes(text, spell)


def _slashed_days(match: re.Match) -> str:
    """Read from 8/1 to 8/15 as dates, unless both are fractions that people say, as from 1/4 to 3/4."""
    before, *first, between, month, day = match.groups()
    pairs = [tuple(map(int, first)), (int(month), int(day))]
    days = [numbers.day(*pair) for pair in pairs]
    if None in days or all(above < below and below in (2, 3, 4, 5, 8, 10) for above, below in pairs):
        return match[0]
    return f"{before} {days[0]} {between} {days[1]}"


def _slashed_day(match: re.Match) -> str:
    day = numbers.day(int(match[2]), int(match[3]))
    return match[0] if day is None else f"{match[1]} {day}"


def _phone_words(match: re.Match) -> str:
    """Read 1-800-FLOWERS: the letters are a word or, GO-FEDEX, words; a number without letters is left."""
    if match[3].replace("-", "").isdecimal():
        return match[0]
    area = f"{numbers.words(match[2][0])} hundred" if match[2].endswith("00") else _digits(match[2])
    rest = " ".join(_digits(part) if part.isdecimal() else part for part in match[3].split("-")[1:])
    return f"{_digits(match[1])} {area} {rest}"


def _slashed_date(match: re.Match) -> str:
    """Read month/day/year, or day/month/year where only that is possible."""
    first, second, year = int(match[1]), int(match[2]), match[3]
    return numbers.date(year, first, second) or numbers.date(year, second, first) or match[0]


def _product_codes(text: str, spell: Callable[[str], str]) -> str:
    """Read i7-9700K, A320-200, F-16, RTX 4090 and the 737-800; the hyphen is silent, but Q1-Q3 is a range."""
    text = re.sub(r"\b([A-Z]{1,2})(\d{1,3})-(?=\1\d{1,3}\b(?!-))", r"\1\2 to ", text)
    text = _HYPHENATED.sub(lambda m: " ".join(read_code(part, spell) for part in m[0].split("-")), text)
    text = re.sub(r"\b([A-Z])\.(\d{3})\b", lambda m: f"{spell(m[1])} {numbers.in_code(m[2])}", text)
    text = re.sub(
        r"\b((?:Boeing|Airbus|[Mm]odel) |(?:[Tt]he |[Aa] )(?=7\d7-))(\d{3})-(\d{3})\b",
        lambda m: f"{m[1]}{numbers.in_code(m[2])} {numbers.in_code(m[3])}",
        text,
    )
    return re.sub(
        rf"\b(?!{'|'.join(CURRENCY_CODES)})([A-Z]{{2,4}}) ([1-9]\d\d0)(?![\w%]|[.,-]\d)",
        lambda m: f"{m[1]} {numbers.in_code(m[2])}",
        text,
    )


def read_code(code: str, spell: Callable[[str], str]) -> str:
    """Return letters and digits without a hyphen in words: up to three capitals by name, a longer run as a word."""
    if re.search(r"\ds$", code):
        return numbers.plural(read_code(code[:-1], spell))
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", code)
    return " ".join(
        numbers.in_code(part)
        if part.isdecimal()
        else spell(part)
        if len(part) == 1 or len(part) < 4 and part.isupper()
        else part
        for part in parts
    )
