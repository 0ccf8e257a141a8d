# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English pairs of numbers that are no fraction and no time of day: shares, marks, ratios and durations, in words."""

import re

from .english_numbers import decimal, digit_by_digit, words

_PAIR_ENDS = r"(?![\w/:-]|[.,]\d)"
# Marks are out of one of these; a fraction of the same words ("got 2/3 of it") is a fraction.
_FULL_MARKS = r"(5|10|20|25|30|40|50|60|80|100)(?! of\b)"
_MARKED = (
    r"\b(?:(?:scor|rat|grad|mark)(?:es?|ed|ing)|gives?|gave|got|gets?|earned|solid|perfect)"
    r"(?: (?:it|him|her|them|us|me|my|a|an|of|at|only|about|is|was|them|(?:the|this|that) \w+)){0,3} "
)
_COUNTED = "stars|points|marks|correct|people|men|women|children|users|doctors|dentists|customers|students|patients"
_RATIO_BEFORE = r"\b(?:ratio|odds|proportions?|scale|mixed|diluted|score)(?: (?:of|is|was|at|in|to|about))? "
_RATIO_AFTER = r"(?= (?:aspect|ratio|scale|odds|mix|mixture|dilution|split|model|win|lead|defeat|victory)\b)"
_LASTING_BEFORE = (
    r"in|(?:time|best|record|pace|duration|length|split|runtime) of|takes?|took|lasts?|lasted|clocked|timed at|runs for"
)
_LASTING_AFTER = r" (?:long|minutes?|mins?|pace|mark|into the)\b"
_TIMED = re.compile(
    rf"(\b(?:{_LASTING_BEFORE}) )?(?<![\w:.,])(\d{{1,3}})((?::[0-5]\d){{1,2}})(?:\.(\d{{1,3}}))?(?![\w:]|[.,]\d)"
    rf"(?!\s?[AaPp]\.?\s?[Mm]\b)({_LASTING_AFTER})?",
    re.IGNORECASE,
)


def read_scores(text: str) -> str:
    """Return the text with 50/50, 8/10 as a mark, 16:10 as a ratio and 45:30 as a duration in words."""
    text = re.sub(rf"(?<![\w.,/:-])(\d\d?)([/:-])(\d\d?){_PAIR_ENDS}(?!\s?%)", _shares, text)
    text = re.sub(rf"(?<![\w.,/])(\d+\.\d+)/(\d{{1,3}}){_PAIR_ENDS}", lambda m: _out_of(m[1], m[2]), text)
    number = r"(\d{1,3})"
    text = re.sub(
        rf"({_MARKED}){number}/{_FULL_MARKS}{_PAIR_ENDS}", lambda m: m[1] + _out_of(m[2], m[3]), text, flags=re.I
    )
    text = re.sub(rf"(?<![\w.,/-]){number}/{_FULL_MARKS}(?= (?:{_COUNTED})\b)", lambda m: _out_of(m[1], m[2]), text)
    text = re.sub(rf"(?<![\w.,/]){number}/\1{_PAIR_ENDS}(?! (?:time|vision))", _full_marks, text)
    text = re.sub(rf"(?<![\w.,/])(20)/{number}(?= vision)", _side_by_side, text)
    text = re.sub(
        r"(?<![\w.,/])(?!1/2)(\d\d?)/(2|4|8|16)(?= (?:time|meter|metre|beat|rhythm|signature)\b)", _side_by_side, text
    )
    text = re.sub(rf"({_RATIO_BEFORE}){number}:{number}{_PAIR_ENDS}", _ratio, text, flags=re.I)
    text = re.sub(rf"()(?<![\w.,:]){number}:{number}{_RATIO_AFTER}", _ratio, text)
    text = re.sub(rf"()(?<![\w.,:])(\d{{1,2}}):(\d{{1,3}}(?:,\d{{3}})+|\d{{3,}}){_PAIR_ENDS}", _ratio, text)
    text = re.sub(r"(?<=:[0-5]\d)\s?[-–]\s?(?=\d{1,3}:[0-5]\d)", " to ", text)
    return _TIMED.sub(_duration, text)


def _side_by_side(match: re.Match) -> str:
    return f"{words(match[1])} {words(match[2])}"


def _out_of(mark: str, most: str) -> str:
    return f"{decimal(mark)} out of {words(most)}"


def _shares(match: re.Match) -> str:
    """Read two shares of a hundred: 50/50, 60:40. 40-60 is a range, 60-40 is not."""
    first, second = int(match[1]), int(match[3])
    if first + second != 100 or match[2] == "-" and first < second:
        return match[0]
    return f"{words(first)} {words(second)}"


def _full_marks(match: re.Match) -> str:
    """Read 10/10 as full marks; 4/4 is a measure in music, 20/20 is sharp sight, and 1/1 stays a fraction."""
    number = int(match[1])
    if number in (4, 20):
        return f"{words(number)} {words(number)}"
    return match[0] if number < 4 else _out_of(match[1], match[1])


def _ratio(match: re.Match) -> str:
    return f"{match[1]}{words(match[2])} to {words(match[3].replace(',', ''))}"


def _duration(match: re.Match) -> str:
    """Read what is no time of day: beyond 23, with hundredths, with seconds, or between words that say so."""
    before, first, rest, hundredths, after = match.groups()
    smaller = rest[1:].split(":")
    if int(first) < 25 and len(smaller) == 1 and not (before or hundredths or after):
        return match[0]
    if first == "0" and len(smaller) == 1 and not hundredths:
        return f"{before or ''}{words(int(smaller[0]))} seconds{after or ''}"
    parts = [words(int(first))]
    if smaller == ["00"] and not hundredths:
        # Less than ten may be hours (a marathon) or minutes (a mile): "flat" is right for both.
        parts.append("" if after else "flat" if int(first) < 10 else "minutes")
    else:
        parts += [f"oh {words(int(part))}" if part[0] == "0" else words(int(part)) for part in smaller]
    if hundredths:
        parts.append(f"point {digit_by_digit(hundredths)}")
    return f"{before or ''}{' '.join(filter(None, parts))}{after or ''}"
