# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numbers in Spanish and French that are no fraction, no time of day and no range: shares (50/50), marks (8/10), ratios
(16:9), scales (1:50.000), durations (45:30) and multiples (20x), in words. Plain numbers stay in digits."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Noun(NamedTuple):
    one: str
    many: str
    feminine: bool = False


def nouns(table: str) -> dict[str, Noun]:
    """Return the masculine nouns of a table "symbol:one/many|symbol:one/many|..." by their symbols."""
    pairs = (entry.split(":") for entry in table.split("|"))
    return {symbol: Noun(*names.split("/")) for symbol, names in pairs}


@dataclass(frozen=True)
class PairWords:
    """How a language reads two numbers that belong together; the words before them are regular expressions."""

    out_of: str  # 8/10
    ratio: str  # 5:1
    odds: str  # 5:1 after `odds_before`
    odds_before: str
    ratio_before: str  # words after which 1:10 is a ratio, not a time
    marked_before: str  # words after which 8/10 is a mark, not a fraction
    always_marks: str  # what a mark is out of where no fraction has it: 20 in French
    of: str  # words that make a fraction of 8/10: 8/10 of them
    lasting_before: str  # words after which 3:25 is a duration, not a time
    lasting_after: str
    hour: Noun
    minute: Noun
    second: Noun
    per_kilometre: str
    and_: str
    comma: str  # the character before decimals
    scale: Callable[[int], str]  # 1:50.000 from 50000
    multiple: Noun  # 20x
    times: str  # x20


_END = r"(?![\w/:-]|[.,]\d)"
_PLAIN = r"(?<![\w.,/:-])"
_ASPECTS = ((16, 9), (4, 3), (21, 9), (16, 10))
_GROUPED = r"\d{1,3}(?:[. \u00a0\u202f\u2009]\d{3})+|\d+"


class PairReader:
    """Rewriter of pairs, made once for a language. `count` returns a number with its noun, `fraction` one in words."""

    def __init__(self, words: PairWords, count: Callable[[str, Noun], str], fraction: Callable[[int, int], str]):
        self._words, self._count, self._fraction = words, count, fraction

    def __call__(self, text: str) -> str:
        words = self._words
        text = re.sub(rf"{_PLAIN}(\d\d?)([/:-])(\d\d?){_END}(?!\s?%)", self._shares, text)
        text = re.sub(rf"{_PLAIN}(\d\d?)[:/](\d\d?){_END}", self._aspect, text)
        text = re.sub(rf"{_PLAIN}1\s?([:/])\s?({_GROUPED}){_END}", self._scale, text)
        text = self._marks(text)
        text = re.sub(rf"(\b(?i:{words.odds_before}) )(\d{{1,3}}):(\d{{1,3}}){_END}", self._odds, text)
        text = re.sub(rf"(\b(?i:{words.ratio_before}) )(\d{{1,3}})[:/](\d{{1,3}}){_END}", self._ratio, text)
        # A time of day has two digits of minutes, below 60.
        text = re.sub(rf"(){_PLAIN}(\d{{1,3}}):(\d|[6-9]\d|\d{{3}}){_END}", self._ratio, text)
        return self._durations(text)

    def multiples(self, text: str) -> str:
        """Read 20x and x20. Ranges are read before: 2-3x."""
        text = re.sub(r"(?<![\w.,])(\d+(?:[.,]\d+)?)(?:\s?[x×]|X)(?!\w|\s?\d)", self._times, text)
        return re.sub(r"(?<![\w.,)])[x×]\s?(?=\d)", f"{self._words.times} ", text)

    def _times(self, match: re.Match) -> str:
        return self._count(match[1], self._words.multiple)

    def _shares(self, match: re.Match) -> str:
        """Read two shares of a hundred: 50/50, 60:40. 40-60 is a range, 60-40 is not."""
        first, second = int(match[1]), int(match[3])
        if first + second != 100 or match[2] == "-" and first < second:
            return match[0]
        return f"{first} {second}"

    def _aspect(self, match: re.Match) -> str:
        pair = int(match[1]), int(match[2])
        return self._fraction(*pair) if pair in _ASPECTS else match[0]

    def _scale(self, match: re.Match) -> str:
        below = int(re.sub(r"\D", "", match[2]))
        fraction = match[1] == "/" and below == 1000
        return self._words.scale(below) if below >= 1000 and below % 100 == 0 and not fraction else match[0]

    def _marks(self, text: str) -> str:
        words, full = self._words, r"(5|6|10|20|30|100)"
        end = rf"{_END}(?! {words.of})"

        def out_of(match: re.Match) -> str:
            return f"{match[1]}{match[2]} {words.out_of} {match[3]}"

        text = re.sub(rf"(){_PLAIN}(\d+[.,]\d+)/(\d{{1,3}}){end}", out_of, text)
        text = re.sub(rf"(\b(?i:{words.marked_before}) )([2-9]|\d\d+)/{full}{end}", out_of, text)
        text = re.sub(rf"(){_PLAIN}(\d{{1,3}})/({words.always_marks}){end}", out_of, text)
        text = re.sub(rf"(){_PLAIN}([5-9]|[1-9]\d\d?)/(\2){end}", out_of, text)
        # More than the whole is no fraction that people say in parts: blood pressure, 120/80.
        text = re.sub(rf"(){_PLAIN}(\d{{2,3}})/(\d\d){_END}", lambda m: out_of(m) if _improper(m) else m[0], text)
        return text

    def _odds(self, match: re.Match) -> str:
        return f"{match[1]}{match[2]} {self._words.odds} {match[3]}"

    def _ratio(self, match: re.Match) -> str:
        return f"{match[1]}{match[2]} {self._words.ratio} {match[3]}"

    # --- durations ----------------------------------------------------------------------------------------------------

    def _durations(self, text: str) -> str:
        words = self._words
        text = re.sub(
            r"(?<![\w'.,])(\d{1,2})'\s?([0-5]\d)(?:\"|″|'')(\d{1,3})?(/km)?(?!\w)",
            lambda m: self._lasting(0, int(m[1]), m[2], m[3]) + (f" {words.per_kilometre}" if m[4] else ""),
            text,
        )
        timed = r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?:[.,](\d{1,3}))?(?![\w:]|[.,]\d)(?!\s?[aApP]\.?\s?[mM]\b)"
        return re.sub(
            rf"(\b(?i:{words.lasting_before}) )?(?<![\w:.,]){timed}( (?:{words.lasting_after})\b)?",
            self._duration,
            text,
        )

    def _duration(self, match: re.Match) -> str:
        """Read what is no time of day: with seconds, beyond 24, or between words that say so."""
        before, first, second, third, decimals, after = match.groups()
        if third is not None:
            return f"{before or ''}{self._lasting(int(first), int(second), third, decimals)}"
        if int(first) > 24 or decimals or after:
            return f"{before or ''}{self._lasting(0, int(first), second, decimals)}"
        if not before:
            return match[0]
        # Hours of a film or minutes of a song: the numbers alone are right for both.
        return f"{before}{int(first)} {second}" if second != "00" else match[0]

    def _lasting(self, hours: int, minutes: int, seconds: str, decimals: str | None) -> str:
        words = self._words
        parts = [self._count(str(hours), words.hour)] if hours else []
        parts += [self._count(str(minutes), words.minute)] if minutes else []
        if decimals:
            parts.append(f"{int(seconds)}{words.comma}{decimals} {words.second.many}")
        elif int(seconds):
            parts.append(self._count(str(int(seconds)), words.second))
        return f" {words.and_} ".join(filter(None, [" ".join(parts[:-1]), parts[-1]])) if parts else "0"


def _improper(match: re.Match) -> bool:
    return int(match[2]) > int(match[3]) > 20
