# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""One English word for Piper's voices: ARPAbet phones -> [here] -> IPA as eSpeak NG writes it in its voice en-us.

The table of symbols is the base. An unstressed vowel also depends on its spelling, which the dictionary does not have,
and some sounds depend on their neighbours: the t of "city" and of "button", the n of "include", the o of "more".
"""

import re
from collections.abc import Sequence

# ARPAbet phone -> IPA. A vowel that differs without stress has a row with the digit 0.
SYMBOLS = {
    **{"AA": "ɑː", "AE": "æ", "AH": "ʌ", "AH0": "ə", "AO": "ɔː", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ɜː"},
    **{"ER0": "ɚ", "EY": "eɪ", "IH": "ɪ", "IY": "iː", "IY0": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "uː"},
    **{"B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ", "K": "k", "L": "l"},
    **{"M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ", "V": "v"},
    **{"W": "w", "Y": "j", "Z": "z", "ZH": "ʒ"},
}
VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

_MARKS = {"1": "ˈ", "2": "ˌ"}
_LONG_O = re.compile("ore|oor|oar|our|port|norm")  # spellings of an o before r that is longer
_SHORT_O = frozenset("F S TH NG N".split())  # an o before these is shorter: off, cost, long
_PREFIXES = ("re", "de", "be")


def word_ipa(word: str, phones: Sequence[str]) -> str:
    """Return the IPA of a word as it is said alone.

    `word` is in lower case; `phones` are ARPAbet with stress digits. The mark of a stress is before the vowel.
    """
    sounds = _Sounds(word, phones)
    return "".join(sounds.stress_mark(position) + sounds.symbol(position) for position in range(len(phones)))


class _Sounds:
    """The phones of one word, with the neighbours and the spelling that a symbol depends on."""

    def __init__(self, word: str, phones: Sequence[str]):
        self.word = word
        self.phones = [phone.rstrip("012") for phone in phones]
        self.vowels = [position for position, phone in enumerate(phones) if phone[-1].isdigit()]
        self.stress = dict(zip(self.vowels, _stresses(word, [phones[v] for v in self.vowels]), strict=True))
        self.letters = dict(zip(self.vowels, _vowel_letters(word, len(self.vowels)), strict=True))

    def stress_mark(self, position: int) -> str:
        return _MARKS.get(self.stress.get(position, ""), "")

    def symbol(self, position: int) -> str:
        """Return the IPA of phone number `position`, without its stress mark."""
        if position in self.stress:
            return self._vowel(position)
        phone = self.phones[position]
        if phone == "T" and self._is_flapped(position):
            return "ʔ" if self._is_syllabic(position + 1) else "ɾ"
        if phone == "N" and self._is_syllabic(position - 1):
            return "n̩"
        if phone == "N" and self._phone(position + 1) in ("K", "G") and not self.word.startswith("un"):
            return "ŋ"
        return SYMBOLS[phone]

    def _phone(self, position: int) -> str:
        return self.phones[position] if 0 <= position < len(self.phones) else ""

    def _is_flapped(self, position: int) -> bool:
        """Return whether a t is between a vowel or r and an unstressed vowel, as in city, but not as in latent."""
        if self._phone(position - 1) not in VOWELS | {"R"} or self.stress.get(position + 1) != "0":
            return False
        return self.phones[position + 1 : position + 3] != ["AH", "N"] or self._is_syllabic(position + 1)

    def _is_syllabic(self, position: int) -> bool:
        """Return whether the phone is the silent vowel before the n of a word like button."""
        before = self._phone(position - 1), self._phone(position - 2) in VOWELS
        return self.phones[position:] == ["AH", "N"] and before == ("T", True)

    def _vowel(self, position: int) -> str:
        phone, stress, letters = self.phones[position], self.stress[position], self.letters[position]
        rest = self.phones[position + 1 :]
        after = self._phone(position + 1)
        if stress == "0" and phone in ("AH", "IH", "IY"):
            return self._reduced(position)
        if phone == "AO" and after == "R":
            return "oː" if _LONG_O.search(self.word) else "ɔː"
        if phone == "AO" and letters != "au" and (after in _SHORT_O or rest[:2] in (["L", "T"], ["L", "S"])):
            return "ɔ"
        if phone == "AA" and letters in ("ou", "au"):
            return "ɔː"  # bought
        if phone == "AA" and self._phone(position - 1) == "W" and letters == "a" and after != "R":
            return "ɔ"  # want
        if phone == "IY" and after == "R":
            return "ɪ"
        if phone == "ER" and after in VOWELS:
            if stress != "0":
                return "ɜːɹ"
            return "ɹ" if rest[:2] == ["AH", "N"] else "ɚɹ"  # different, natural
        if phone == "AH" and stress == "":
            return SYMBOLS["AH0"]
        return SYMBOLS.get(phone + stress) or SYMBOLS[phone]

    def _reduced(self, position: int) -> str:
        """Return the symbol of an unstressed AH, IH or IY: ə, ɪ, ᵻ or i, by its place and its letters."""
        phone, letters, word = self.phones[position], self.letters[position], self.word
        rest = self.phones[position + 1 :]
        after = self._phone(position + 1)
        table = SYMBOLS.get(f"{phone}0") or SYMBOLS[phone]
        if self._is_syllabic(position):
            return ""
        if position == 0:
            if phone == "IH" and word.startswith("ex"):
                return "ɛ"
            return {"a": "ɐ", "u": "ʌ"}.get(word[0], table) if phone == "AH" else table
        if phone != "IY" and (rest in (["D"], ["Z"]) and word.endswith(("ed", "es")) or rest[:2] == ["T", "IY"]):
            return "ᵻ"  # wanted, roses, reality
        if position == 1 and word.startswith(_PREFIXES) and after not in ("L", "R", ""):
            return "ɪ" if after in VOWELS else "ᵻ"  # react, receive
        if phone == "IY":
            if not rest or rest == ["Z"] or self.stress.get(position + 1) == "1":
                return table
            return "ɪ"
        if phone == "AH" and letters in ("i", "y") and after != "L":
            return "ᵻ" if after in ("F", "N", "Z") and len(rest) > 2 else "ɪ"
        if phone == "AH" and (after == "JH" or letters == "e" and after in ("T", "S") and "ST" not in rest):
            return "ɪ" if after == "JH" or rest in (["T"], ["T", "S"], ["S", "T"]) else "ə"  # village, market, nearest
        if phone == "AH" and self._phone(position - 1) == "Y" and after == "L":
            return "ʊ"  # regular
        return table


def _stresses(word: str, vowels: Sequence[str]) -> list[str]:
    """Return the stress of each vowel as eSpeak NG marks it.

    It marks one primary stress in a word, no secondary stress in the syllable after it, on a final -y or on a prefix
    re-, de- or be-.
    """
    digits = [vowel[-1] for vowel in vowels]
    primary = [number for number, digit in enumerate(digits) if digit == "1"]
    if len(primary) > 1 and word.endswith("teen"):
        digits = [digit if number == primary[0] else "" for number, digit in enumerate(digits)]
    elif len(primary) > 1:
        digits = ["2" if number in primary[:-1] else digit for number, digit in enumerate(digits)]
    if digits[:2] == ["2", "1"] and word.startswith(_PREFIXES):
        digits = ["0", *digits[1:]]
    if word.endswith("y") and vowels[-1:] == ["IY2"]:
        digits = [*digits[:-1], "0"]
    after_primary = {number + 1 for number, digit in enumerate(digits) if digit == "1"}
    return ["" if digit == "2" and number in after_primary else digit for number, digit in enumerate(digits)]


def _vowel_letters(word: str, vowels: int) -> list[str]:
    """Return the letters that spell each of a word's vowel sounds; empty strings where they cannot be told apart."""
    groups = re.findall("[aeiouy]+", word.removeprefix("y"))
    if len(groups) > vowels and re.search("[^aeiouy]e[sd]?$", word):
        groups.pop()  # a silent e
    return groups if len(groups) == vowels else [""] * vowels
