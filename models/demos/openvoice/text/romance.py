# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spanish and French front ends: text -> numbers and signs made readable -> words -> phones.

romance_signs.py rewrites numbers and signs; the languages differ in their `Reading` and in the methods that spanish.py
and french.py override.
"""

import re
from collections.abc import Callable

from models.demos.openvoice.text.frontend import PAD, Phones, Tokenizer, drop_unknown, require_speech, spread_phones
from models.demos.openvoice.text.lexicon import Lexicon
from models.demos.openvoice.text.pieces import WholeWords, words
from models.demos.openvoice.text.romance_signs import Reading, SignReader
from models.tt_audio.text.addresses import read_addresses
from models.tt_audio.text.capitals import is_shouted

# Quotes and brackets are not read and not missed. An em dash is, with MeloTTS, no pause.
_SILENT = str.maketrans(dict.fromkeys('"«»“”„‹›<>()[]{}（）《》【】「」') | dict.fromkeys("—–―*_|~～`´^¶•\\→™®©", " "))
_SAME = str.maketrans(
    dict.fromkeys(";:：；，、·", ",")
    | {"。": ".", "！": "!", "？": "?", "…": "."}
    | dict.fromkeys("-‐‑\u00a0\u202f\u2009", " ")
    | dict.fromkeys("‘’′", "'")
)
_FRACTIONS = {"½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4", "⅛": " 1/8"}
_BEFORE = str.maketrans({**_FRACTIONS, "\u2044": "/", "−": "-", "‐": "-", "‑": "-"} | dict.fromkeys("‘’′", "'"))
_PUNCTUATION = ".,!?¿¡"
# OTAN and UNESCO, not FBI or USB: at most one consonant, or one with r or l, before each vowel, and one at the end.
_SAYABLE = re.compile(r"(?:(?:[bcdfgkpt][rl]|[^aeiou])?[aeiou]+(?:[^aeiou](?=[^aeiou]+[aeiou]))?)+[^aeiou]?")


class Romance:
    language: str
    reading: Reading
    lowercase: bool
    package: str
    said_labels: frozenset[str]  # ends of addresses that are said as words

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._basic = WholeWords(lowercase=self.lowercase, strip_accents=False)
        self._lexicon = Lexicon(self.package)
        self._read_signs = SignReader(self.reading)

    def __call__(self, text: str) -> Phones:
        normalized = self.normalize(text)
        phones, word2ph, pieces = [PAD], [1], []
        found = list(words(normalized, self._tokenizer, self._basic))
        for position, word in enumerate(found):
            spoken = self.pronounce(word.text) + self.liaison([word.text for word in found[position : position + 3]])
            phones += spoken
            word2ph += spread_phones(len(spoken), len(word.pieces))
            pieces += word.pieces
        require_speech(phones, text, self.language)
        phones.append(PAD)
        return Phones(phones, [0] * len(phones), [*word2ph, 1], normalized, pieces)

    def pronounce(self, word: str) -> str:
        """Return the phones of one word, each a character; a number is read out, a mark is its own phone."""
        if word in _PUNCTUATION:
            return word
        if word.isdecimal():
            return self.tidy(self.link(self.reading.cardinal(int(word)).replace("-", " ").split()))
        return self.tidy(self._lexicon.pronounce(word))

    def link(self, number: list[str]) -> str:
        """Return the phones of the words of a number, with what the language says between them."""
        return "".join(map(self._lexicon.pronounce, number))

    def liaison(self, following: list[str]) -> str:
        """Return the phones after the first of these words that the next ones demand."""
        return ""

    def tidy(self, phones: str) -> str:
        """Return the phones with what the checkpoint lacks replaced."""
        return phones

    def normalize(self, text: str) -> str:
        """Return a sentence in words, numbers and the marks that have a phone."""
        shouted = is_shouted(text)
        text = read_addresses(text.translate(_BEFORE), self.reading.address_signs, self._spell, self.said_labels)
        if not shouted:
            text = self.reading.romans(text)
        for abbreviation, words_ in self.reading.abbreviations:
            text = abbreviation.sub(lambda match, words_=words_: _expanded(match, words_), text)
        text = self._letters_with_digits(self._read_signs(text))
        if not shouted:
            text = self._spell_acronyms(text)
        if self.lowercase:
            text = text.lower()
        text = text.translate(_SAME).translate(_SILENT)
        text = drop_unknown(self.settle(text), self.knows, self.language)
        text = re.sub(r"\.{3}", ".", text)
        text = re.sub(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", " ", text)
        text = " ".join(re.sub(r"^[\s,.!?]+", "", text).split())
        text = re.sub(r" (?=[.,])", "", text)
        return text if not text or text[-1] in ".,!?" else text + "."

    def settle(self, text: str) -> str:
        """Return the text with characters replaced before unknown ones are dropped."""
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

    def _spell(self, letters: str) -> str:
        return " ".join(self.reading.letters.get(letter, letter) for letter in letters.lower())

    def _spell_acronyms(self, text: str) -> str:
        """Spell capitals that the lexicon lacks and that cannot be said as a word."""

        def spell(match: re.Match) -> str:
            word = match[0].lower()
            return match[0] if word in self._lexicon or _SAYABLE.fullmatch(word) else self._spell(word)

        return re.sub(r"\b[A-Z]{2,5}\b", spell, text)

    def _letters_with_digits(self, text: str) -> str:
        """Spell A4, B2B, MP3, N-340; the letters of COVID19 are a word."""

        def read(match: re.Match) -> str:
            parts = re.findall(r"[A-Z]+|\d+", match[0])
            return " ".join(self._spell(part) if part.isalpha() and len(part) < 4 else part for part in parts)

        text = re.sub(r"\b(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d)[A-Z\d]{2,8}\b", read, text)
        return re.sub(r"\b[A-Z]{1,3}(?=-\d)", lambda match: self._spell(match[0]), text)


def _expanded(match: re.Match, words_: str | Callable[[re.Match], str]) -> str:
    """Return the words of an abbreviation, parted from a name that follows without a space: Sr.García."""
    read = words_ if isinstance(words_, str) else words_(match)
    following = match.string[match.end() : match.end() + 1]
    return f"{read} " if following.isalnum() and not match[0].endswith(" ") else read
