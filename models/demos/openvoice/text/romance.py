# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What the Spanish and the French front end share: text -> signs and numbers made readable -> words -> phones.

A plain number stays a number in the normalised text, since BERT reads it so, and turns into words only when it is
pronounced. What makes no word of its own (%, €, 10.000, 3,5, 15:30, 12/05/2020, 5 km) is rewritten before.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.demos.openvoice.text import roman_numerals
from models.demos.openvoice.text.frontend import PAD, Phones, Tokenizer, drop_unknown, require_speech, spread_phones
from models.demos.openvoice.text.lexicon import Lexicon
from models.demos.openvoice.text.pieces import WholeWords, words

# Quotes and brackets are not read and not missed. An em dash is, with MeloTTS, no pause.
_SILENT = str.maketrans(dict.fromkeys('"«»“”„‹›<>()[]{}（）《》【】「」') | dict.fromkeys("—–―*_|~～`´^¶•\\", " "))
_SAME = str.maketrans(
    dict.fromkeys(";:：；，、·", ",")
    | {"。": ".", "！": "!", "？": "?", "…": "."}
    | dict.fromkeys("-‐‑\u00a0\u202f\u2009", " ")
    | dict.fromkeys("‘’′", "'")
)
_PUNCTUATION = ".,!?¿¡"
# OTAN and UNESCO, not FBI or USB: at most one consonant, or one with r or l, before each vowel, and one at the end.
_SAYABLE = re.compile(r"(?:(?:[bcdfgkpt][rl]|[^aeiou])?[aeiou]+(?:[^aeiou](?=[^aeiou]+[aeiou]))?)+[^aeiou]?")
_NUMBER = r"\d+(?:,\d+|\.\d+)?"


@dataclass(frozen=True)
class Reading:
    """How a language reads signs and numbers aloud."""

    thousands: str  # the characters that group digits by three, for a regular expression's [...]
    comma: str
    point: str
    minus: str
    signs: dict[str, str]
    currencies: dict[str, tuple[str, str, str]]  # sign -> one, many, hundredths
    one: str  # "1" before a masculine noun
    with_hundredths: str
    units: dict[str, tuple[str, str]]
    months: list[str]
    date: str
    first_of_month: str
    hour: Callable[[int, int], str]
    cardinal: Callable[[int], str]
    letters: dict[str, str]
    abbreviations: list[tuple[re.Pattern, str]]


class Romance:
    language: str
    reading: Reading
    lowercase: bool
    package: str

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._basic = WholeWords(lowercase=self.lowercase, strip_accents=False)
        self._lexicon = Lexicon(self.package)

    def __call__(self, text: str) -> Phones:
        normalized = self.normalize(text)
        phones, word2ph, pieces = [PAD], [1], []
        for word in words(normalized, self._tokenizer, self._basic):
            spoken = self.pronounce(word.text)
            phones += spoken
            word2ph += spread_phones(len(spoken), len(word.pieces))
            pieces += word.pieces
        require_speech(phones, text, self.language)
        phones.append(PAD)
        return Phones(phones, [0] * len(phones), [*word2ph, 1], normalized, pieces)

    def pronounce(self, word: str) -> str:
        """The phones of one word, each a character; a number is read out, a punctuation mark stands for itself."""
        if word in _PUNCTUATION:
            return word
        # A number too long to be a quantity is read digit by digit.
        if word.isdecimal():
            numbers = [int(word)] if len(word) <= 12 else map(int, word)
            return self.tidy(self.link(" ".join(map(self.reading.cardinal, numbers)).replace("-", " ").split()))
        return self.tidy(self._lexicon.pronounce(word))

    def link(self, number: list[str]) -> str:
        return "".join(map(self._lexicon.pronounce, number))

    def tidy(self, phones: str) -> str:
        return phones

    def normalize(self, text: str) -> str:
        text = re.sub(rf"{roman_numerals.PATTERN}(?=e?\b)", self._roman, text)
        for abbreviation, words_ in self.reading.abbreviations:
            text = abbreviation.sub(words_, text)
        text = self.spell_acronyms(text)
        text = self.read_signs(text.lower() if self.lowercase else text)
        text = text.translate(_SAME).translate(_SILENT)
        text = drop_unknown(self.settle(text), self.knows, self.language)
        text = re.sub(r"\.{3}", ".", text)
        text = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", text)
        text = " ".join(re.sub(r"^[\s,.!?]+", "", text).split())
        text = re.sub(r" (?=[.,])", "", text)
        return text if not text or text[-1] in ".,!?" else text + "."

    def settle(self, text: str) -> str:
        """The last word on characters before unknown ones are dropped."""
        return text

    def knows(self, character: str) -> bool:
        return (
            character.isspace()
            or character.isdecimal()
            and character.isascii()
            or character in _PUNCTUATION + "'"
            or (
                character.isalpha()
                and ("a" <= character.lower() <= "z" or "À" <= character <= "ſ")
                and character not in "×÷"
            )
        )

    def spell_acronyms(self, text: str) -> str:
        """Capitals that neither the lexicon nor a mouth knows how to say, letter by letter."""
        if text.isupper():
            return text

        def spell(match: re.Match) -> str:
            word = match[0].lower()
            if word in self._lexicon or _SAYABLE.fullmatch(word):
                return match[0]
            return " ".join(self.reading.letters.get(letter, letter) for letter in word)

        return re.sub(r"\b[A-Z]{2,5}\b", spell, text)

    def read_signs(self, text: str) -> str:
        reading = self.reading
        text = re.sub(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b", self._date, text)
        text = re.sub(
            r"\b([01]?\d|2[0-4])(?::|\s?h\s?)([0-5]\d)\b(?:\s?h\b)?", lambda m: reading.hour(int(m[1]), int(m[2])), text
        )
        text = re.sub(
            rf"(?<![\d.,])\d{{1,3}}(?:[{reading.thousands}]\d{{3}})+(?!\d)",
            lambda m: re.sub(rf"[{reading.thousands}]", "", m[0]),
            text,
        )
        text = re.sub(r"(?<![\w.,])[-−]\s?(?=\d)", f"{reading.minus} ", text)
        signs = "".join(map(re.escape, reading.currencies))
        text = re.sub(rf"([{signs}])\s?({_NUMBER})", lambda m: self._amount(m[1], m[2]), text)
        text = re.sub(rf"({_NUMBER})\s?([{signs}])", lambda m: self._amount(m[2], m[1]), text)
        units = "|".join(sorted(map(re.escape, reading.units), key=len, reverse=True))
        text = re.sub(rf"({_NUMBER})\s?({units})(?!\w)", self._quantity, text)
        text = re.sub(r"(?<![\d,.])(\d+)([,.])(\d+)(?![,.]?\d)", self._decimal, text)
        for sign, name in reading.signs.items():
            text = text.replace(sign, f" {name} ")
        for sign, (_, many, _) in reading.currencies.items():
            text = text.replace(sign, f" {many} ")
        return text

    def _roman(self, match: re.Match) -> str:
        number = roman_numerals.value(match[0])
        return match[0] if number is None or match.string.isupper() else str(number)

    def _date(self, match: re.Match) -> str:
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return match[0].replace("/", " ")
        first = self.reading.first_of_month if day == 1 else day
        return self.reading.date.format(day=first, month=self.reading.months[month - 1], year=year)

    def _decimal(self, match: re.Match) -> str:
        point = self.reading.comma if match[2] == "," else self.reading.point
        zeros = len(match[3]) - len(match[3].lstrip("0"))
        rest = match[3][zeros:]
        fraction = ["0"] * zeros + ([rest] if len(rest) <= 2 else list(rest))
        return f"{match[1]} {point} {' '.join(part for part in fraction if part)}"

    def _amount(self, sign: str, number: str) -> str:
        one, many, _ = self.reading.currencies[sign]
        hundredths = re.fullmatch(r"(\d+)[,.](\d\d)", number)
        if hundredths and int(hundredths[2]):
            whole = self._amount(sign, hundredths[1]).strip()
            return f" {whole} {self.reading.with_hundredths} {int(hundredths[2])} ".replace("  ", " ")
        number = hundredths[1] if hundredths else number
        return f" {self.reading.one} {one} " if number == "1" else f" {number} {many} "

    def _quantity(self, match: re.Match) -> str:
        one, many = self.reading.units[match[2]]
        return f"{self.reading.one} {one}" if match[1] == "1" else f"{match[1]} {many}"
