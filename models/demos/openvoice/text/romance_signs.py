# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Signs and numbers of a Spanish or French text -> [here] -> words, and numbers that are read as they are.

A plain number stays in digits, since BERT reads it so; romance.py puts it in words when it is pronounced. What is no
word of its own (%, €, 10.000, 3,5, 15:30, 12/05/2020, 5 km) is rewritten here, and so is a number that takes the gender
of what it counts (veintiuna libras, vingt et une heures).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.demos.openvoice.text.romance_pairs import Noun, PairReader, PairWords

_NUMBER = r"\d+(?:[.,]\d+)?"
_CLOCK = r"(?:[01]?\d|2[0-4])(?::|\s?h\s?)[0-5]\d(?:\s?h\b)?"
_LONGEST_NUMBER = 12  # digits; a longer number is a code, read digit by digit
_PARTED = "\x1f"  # between the groups of a telephone number, which no later step may join


@dataclass(frozen=True)
class Reading:
    """How a language reads signs and numbers aloud."""

    thousands: str  # the characters that group digits by three, for a regular expression's [...]
    comma: str
    point: str
    minus: str
    to: str  # between the ends of a range
    version: str
    times: str
    less: str
    more: str
    signs: dict[str, str]
    address_signs: dict[str, str]
    currencies: dict[str, tuple[Noun, Noun]]  # sign -> the currency and its hundredth
    currency_codes: dict[str, str]  # code -> sign
    scales: dict[str, Noun]  # M, million
    of: Callable[[str], str]  # between "million" and its noun
    with_hundredths: str
    one_is_below: float  # an amount below this takes the singular; 0 if only 1 does
    units: dict[str, Noun]
    powers: dict[str, tuple[str, str]]
    per: dict[str, str]  # after a slash: km/h
    months: list[str]
    date: str
    first_of_month: str
    date_articles: str  # the words before a date without a year, for a regular expression
    hour: Callable[[int, int], str]
    half_of_day: Callable[[int, str], str]
    cardinal: Callable[[int], str]
    counted: Callable[[int, bool], str]  # a number before a noun: in words if it takes the noun's gender
    agree: Callable[[str], str]  # numbers before the nouns that a text has in words
    fraction: Callable[[int, int], str]
    fraction_of: Callable[[int, int, Noun], str]  # of a unit: media taza, trois quarts d'heure
    pairs: PairWords
    and_half: Callable[[str], str]  # after "two hours"
    letters: dict[str, str]
    romans: Callable[[str], str]
    abbreviations: list[tuple[re.Pattern, str | Callable[[re.Match], str]]]


class SignReader:
    """Rewriter of signs and numbers, made once for a language."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self._signs_of_money = _one_of(reading.currencies)
        self._codes = _one_of(reading.currency_codes)
        self._scales = _one_of(reading.scales)
        self._units = _one_of(reading.units)
        self._per = _one_of(reading.per)
        self._pairs = PairReader(reading.pairs, self._count, reading.fraction)

    def __call__(self, text: str) -> str:
        text = self._dates(text)
        text = self._codes_and_versions(text)
        text = re.sub(r"(?<=\d)(\s?[kcdm]?m)([23])(?!\w)", lambda m: m[1] + {"2": "²", "3": "³"}[m[2]], text)
        text = self._times(self._pairs(text))
        text = self._thousands(text)
        text = self._ranges(text)
        text = re.sub(r"(?<![\w.,])[-−]\s?(?=\d)", f"{self.reading.minus} ", text)
        text = self._pairs.multiples(self._fractions(text))
        text = self._money(text)
        text = re.sub(r"(?<![\w.,])(\d)\s?m\s?(\d\d)(?!\w|[.,]\d)", self._height, text)
        text = re.sub(
            rf"(?<![\w.,])({_NUMBER})\s?({self._units})([²³]?)(?:/({self._per}))?(?![\w'²³/])", self._quantity, text
        )
        text = self.reading.agree(text)
        text = self._comparisons(text)
        text = re.sub(r"(?<![\d,.])(\d+)([,.])(\d+)(?![,.]?\d)", self._decimal, text)
        for sign, name in self.reading.signs.items():
            text = text.replace(sign, f" {name} ")
        for sign, (noun, _) in self.reading.currencies.items():
            text = text.replace(sign, f" {noun.many} ")
        text = re.sub(rf"\d{{{_LONGEST_NUMBER + 1},}}", lambda m: " ".join(m[0]), text)
        return re.sub(r"(?<!\d)0+(?=\d)", lambda m: "0 " * len(m[0]), text).replace(_PARTED, " ")

    # --- dates, codes, times ------------------------------------------------------------------------------------------

    def _dates(self, text: str) -> str:
        text = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", lambda m: self._date(m[0], m[3], m[2], m[1]), text)
        text = re.sub(r"\b(\d\d?)([/.-])(\d\d?)\2(\d{4})\b", lambda m: self._date(m[0], m[1], m[3], m[4]), text)
        return re.sub(
            rf"\b((?i:{self.reading.date_articles})) (\d\d?)/(\d\d?)(?![\d/])",
            lambda m: f"{m[1]} {self._date(f'{m[2]}/{m[3]}', m[2], m[3], '')}",
            text,
        )

    def _date(self, written: str, day: str, month: str, year: str) -> str:
        if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return re.sub(r"[/.-]", " ", written)
        first = self.reading.first_of_month if int(day) == 1 else int(day)
        spoken = self.reading.date.format(day=first, month=self.reading.months[int(month) - 1], year=year)
        return spoken if year else spoken.removesuffix(" ").removesuffix(" de")

    def _codes_and_versions(self, text: str) -> str:
        """Telephone numbers, versions, and other numbers in groups: each group is read as a number."""
        point = f" {self.reading.point} "
        text = re.sub(r"(?<![\d.,])0\d(?:[ .-]\d\d){4}(?!\d)", _grouped, text)
        text = re.sub(r"\+\d{1,3}(?:[ .-]\d{1,4}){2,}(?!\d)", _grouped, text)
        text = re.sub(r"(?<![\w.,-])(?:\d+(?:-\d+){2,}|\d{3}-\d{4})(?![\w-]|[.,]\d)", _grouped, text)
        text = re.sub(r"(?<![\w.,-])\d{1,2}-\d{3}(?:-[A-Z\d]{2,})+(?![\w-])", _grouped, text)  # 1-800-FLORES
        text = re.sub(r"(?<![\d.,])(?:[6-9]\d\d \d{3} \d{3}|118 \d{3})(?!\d| \d)", _grouped, text)
        text = re.sub(
            rf"\b(?i:(v\.?\s?|{self.reading.version} |version ))(\d+(?:\.\d+)*)(?!\w)",
            lambda m: f"{self.reading.version} {m[2].replace('.', point)}",
            text,
        )
        grouped = r"\d{1,3}(?:\.\d{3})+(?!\.?\d)"
        text = re.sub(rf"(?<![\d.,])(?!{grouped})\d+(?:\.\d+){{2,}}(?!\w)", lambda m: m[0].replace(".", point), text)
        return re.sub(r"\b24/7\b", "24 7", text)

    def _times(self, text: str) -> str:
        reading = self.reading
        text = re.sub(rf"(?<![\d.,:])({_CLOCK})\s?[-–]\s?(?={_CLOCK})", rf"\1 {reading.to} ", text)
        text = re.sub(
            r"(?<![\d.,:])(1[0-2]|0?\d)(?::([0-5]\d))?\s?([AaPp])\.?\s?[Mm]\b\.?",
            lambda m: f"{self._hour(m[1], m[2])} {reading.half_of_day(int(m[1]), m[3].lower())}",
            text,
        )
        text = re.sub(
            r"(?<![\d.,:])([01]?\d|2[0-4])(?::|\s?h\s?)([0-5]\d)(?![\d:])(?:\s?(?:h|min|mn)\b)?",
            lambda m: reading.hour(int(m[1]), int(m[2])),
            text,
        )
        return text

    def _hour(self, hour: str, minute: str | None) -> str:
        return self.reading.hour(int(hour), int(minute)) if minute else self.reading.counted(int(hour), True)

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _thousands(self, text: str) -> str:
        """Join the groups of a number: 10.000, 10 000, and 1,234.5 or 1,234,567 as English writes them."""

        text = re.sub(
            rf"(?<![\d.,/])(?<!\d )[1-9]\d{{0,2}}([ {self.reading.thousands}])\d{{3}}(?:\1\d{{3}})*(?!\d| \d)",
            lambda m: m[0].replace(m[1], ""),
            text,
        )
        return re.sub(
            r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?=\.\d)|(?<![\d.,])\d{1,3}(?:,\d{3}){2,}(?![\d,])",
            lambda m: m[0].replace(",", ""),
            text,
        )

    def _ranges(self, text: str) -> str:
        sign = rf"(?:{self._signs_of_money})?"
        after = rf"(?:\s?(?:%|{self._signs_of_money}|{self._units}|[x×])(?!\w))?"

        def read(match: re.Match) -> str:
            sign_first, amount, unit, sign_last = match.groups()
            if sign_first and not sign_last:  # $5-10: the sign is read once, after the second number
                return f"{amount}{unit} {self.reading.to} {sign_first}"
            return f"{sign_first}{amount}{unit} {self.reading.to} "

        return re.sub(
            rf"(?<![\w.,/:-])({sign})({_NUMBER})({after})(?:-|\s?–\s?)(?=({sign}){_NUMBER}(?!\w*-\d))", read, text
        )

    def _fractions(self, text: str) -> str:
        reading = self.reading

        def mixed(match: re.Match) -> str:
            whole, above, below, noun = int(match[1]), int(match[2]), int(match[3]), match[4] or ""
            if above >= below:
                return match[0]
            if (above, below) != (1, 2):
                return f"{whole} {reading.and_half('').split()[0]} {reading.fraction(above, below)}{noun}"
            half = reading.and_half(noun.strip())
            noun = noun.removesuffix("s") if whole == 1 else noun
            return f"{whole}{noun} {half}" if noun else f"{whole} {half}"

        noun = rf"(\s(?:[^\W\d_]{{4,}}|(?:{self._units})(?!\w)))?"
        text = re.sub(rf"(?<![\d/.,-])(\d+) (\d\d?)/(\d\d?)(?![\d/]){noun}", mixed, text)

        def of_unit(match: re.Match) -> str:
            above, below, unit = int(match[1]), int(match[2]), match[3]
            return reading.fraction_of(above, below, reading.units[unit]) if 0 < above < below else match[0]

        text = re.sub(rf"(?<![\d/.,])(\d\d?)/(\d\d?)\s?({self._units})(?![\w'²³/])", of_unit, text)
        return re.sub(
            r"(?<![\d/.,])(\d{1,3})/(1000|\d{1,3})(?![\d/]|,\d)", lambda m: reading.fraction(int(m[1]), int(m[2])), text
        )

    def _decimal(self, match: re.Match) -> str:
        point = self.reading.comma if match[2] == "," else self.reading.point
        zeros = len(match[3]) - len(match[3].lstrip("0"))
        rest = match[3][zeros:]
        fraction = ["0"] * zeros + ([rest] if len(rest) <= 2 else list(rest))
        return f"{match[1]} {point} {' '.join(part for part in fraction if part)}"

    def _comparisons(self, text: str) -> str:
        text = re.sub(r"(?<=\d)\s?[x×]\s?(?=\d)", f" {self.reading.times} ", text)
        text = re.sub(r"(?<=\w)\s?<\s?(?=\d)", f" {self.reading.less} ", text)
        return re.sub(r"(?<=\w)\s?>\s?(?=\d)", f" {self.reading.more} ", text)

    # --- what numbers count -------------------------------------------------------------------------------------------

    def _money(self, text: str) -> str:
        sign, scale = self._signs_of_money, rf"(?:\s?({self._scales})(?!\w))?"
        text = re.sub(rf"\b({self._codes})\s?(?=\d)", lambda m: self.reading.currency_codes[m[1]], text)
        text = re.sub(rf"(?<=\d)\s?({self._codes})\b", lambda m: self.reading.currency_codes[m[1]], text)
        per = rf"(?:\s?/\s?({self._per})(?!\w))?"
        text = re.sub(
            rf"({sign})\s?({_NUMBER}){scale}{per}", lambda m: self._amount(m[1], m[2], m[3]) + self._rate(m[4]), text
        )
        return re.sub(
            rf"(?<![\w.,])({_NUMBER})(?:\s?({self._scales})(?: de| d')?)?\s?({sign})(?!\w){per}",
            lambda m: self._amount(m[3], m[1], m[2]) + self._rate(m[4]),
            text,
        )

    def _rate(self, per: str | None) -> str:
        return f"{self.reading.per[per]} " if per else ""

    def _height(self, match: re.Match) -> str:
        """Read 1m75 as people say a height."""
        return f"{self._count(match[1], self.reading.units['m'])} {match[2]}"

    def _amount(self, sign: str, number: str, scale: str | None) -> str:
        noun, hundredth = self.reading.currencies[sign]
        if scale:
            scaled = self.reading.scales[scale]
            return f" {self._count(number, scaled)} {self.reading.of(noun.many)}{noun.many} "
        parts = re.fullmatch(r"(\d+)[,.](\d\d)", number)
        if parts is None or not int(parts[2]):
            return f" {self._count(parts[1] if parts else number, noun)} "
        whole, hundredths = int(parts[1]), int(parts[2])
        if not whole:
            return f" {self._count(str(hundredths), hundredth)} "
        rest = self._count("1", hundredth) if hundredths == 1 else str(hundredths)
        return " ".join(["", self._count(parts[1], noun), *self.reading.with_hundredths.split(), rest, ""])

    def _quantity(self, match: re.Match) -> str:
        number, unit, power, per = match.groups()
        one, many, feminine = self.reading.units[unit]
        if power:
            one, many = (
                f"{name} {adjective}" for name, adjective in zip((one, many), self.reading.powers[power], strict=True)
            )
        rate = f" {self.reading.per[per]}" if per else ""
        return self._count(number, Noun(one, many, feminine)) + rate

    def _count(self, number: str, noun: Noun) -> str:
        """Return a number with the noun that it counts; a decimal number keeps its digits."""
        value = float(number.replace(",", "."))
        singular = value == 1 or value < self.reading.one_is_below
        name = noun.one if singular else noun.many
        if not number.isdecimal():
            return f"{number} {name}"
        of = self.reading.of(name) if value and value % 1_000_000 == 0 else ""
        return f"{self.reading.counted(int(number), noun.feminine)} {of}{name}"


def _one_of(words: dict) -> str:
    """Return the alternatives of a regular expression, a longer one before a shorter one that begins it."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _grouped(match: re.Match) -> str:
    return re.sub(r"[ .-]", _PARTED, match[0])
