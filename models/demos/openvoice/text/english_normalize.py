# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English as it is written -> [here] -> lower-case words and punctuation, numbers in words, for english.py.

Where MeloTTS's normalisation reads a text right, the words are the same, hyphens of "ninety-nine" included, since the
voices were trained on them; DIFFERENCES.md lists the rest.
"""

import re
import unicodedata
from collections.abc import Callable

import inflect

from models.demos.openvoice.text import roman_numerals
from models.demos.openvoice.text.frontend import drop_unknown

_inflect = inflect.engine()

# Letters that Unicode does not take apart into a Latin letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)
_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "−": "-", "\u2044": "/"}
    | {"。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "；": ";", "：": ":"}
)
# Marks without a phone: MeloTTS reads over them, and BERT sees them.
_UNSPOKEN = '"()[]{}<>«»‹›:;/\\*_~^`|—–―…•'

# Words that are others when written in capitals.
_INITIALISMS = frozenset("US AI AM PM ID".split())
# The letter A alone is the article; "ay" is how its name is spelled.
_LETTER_NAMES = {"a": "ay"}

_ABBREVIATIONS = {
    "mrs": "misess",  # MeloTTS's spelling, which its voices know
    "mr": "mister",
    "dr": "doctor",
    "st": "saint",
    "co": "company",
    "jr": "junior",
    "maj": "major",
    "gen": "general",
    "drs": "doctors",
    "rev": "reverend",
    "lt": "lieutenant",
    "hon": "honorable",
    "sgt": "sergeant",
    "capt": "captain",
    "esq": "esquire",
    "ltd": "limited",
    "col": "colonel",
    "ft": "fort",
    "ms": "ms",
    "prof": "professor",
    "vs": "versus",
    "dept": "department",
    "approx": "approximately",
    "mt": "mount",
}
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound sterling", "pounds sterling", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
}
_SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "km": ("kilometer", "kilometers"),
    "kg": ("kilogram", "kilograms"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "ml": ("milliliter", "milliliters"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "ft": ("foot", "feet"),
    "ghz": ("gigahertz", "gigahertz"),
    "mhz": ("megahertz", "megahertz"),
    "gb": ("gigabyte", "gigabytes"),
    "mb": ("megabyte", "megabytes"),
    "°c": ("degree celsius", "degrees celsius"),
    "°f": ("degree fahrenheit", "degrees fahrenheit"),
    "°": ("degree", "degrees"),
}
_SIGNS = {"%": "percent", "&": "and", "@": "at", "+": "plus", "=": "equals", "°": "degrees"}
_FRACTIONS = {"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"}
_COUNTED = frozenset(
    "act appendix article book bowl chapter class figure grade level part phase round scene section stage table title "
    "type volume war".split()
)
_MONTHS = "january february march april may june july august september october november december".split()
_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_LONGEST_NUMBER = 15  # digits; a longer one is a code, not a quantity


def normalize(text: str, known_word: Callable[[str], bool]) -> str:
    text = "".join(map(_compatible, text)).translate(_LETTERS).translate(_MARKS)
    text = _capitals(text, known_word)
    text = _abbreviations(_times(text)).lower()
    text = _numbers(text)
    text = drop_unknown(text, _known, "EN")
    return re.sub(r" (?=[.,!?])", "", " ".join(text.split()))


def _compatible(character: str) -> str:
    """Full-width, styled, and superscript letters and digits as plain ones."""
    return unicodedata.normalize("NFKC", character) if unicodedata.category(character)[0] in "LN" else character


def _known(character: str) -> bool:
    letter = unicodedata.normalize("NFD", character)[0]
    combining = unicodedata.category(character) == "Mn"
    return (
        letter.isascii()
        and (letter.isalpha() or letter.isspace() or letter in ".,!?'-")
        or (combining or character.isspace() or character in _UNSPOKEN)
    )


def _roman(match: re.Match) -> str:
    """World War II is two, Henry VIII the eighth."""
    before, number = match[1], roman_numerals.value(match[2])
    if number is None or before.islower() and before not in _COUNTED:
        return match[0]
    return f"{before} {number}" if before.lower() in _COUNTED else f"{before} the {_inflect.ordinal(number)}"


def _spell(letters: str) -> str:
    return " ".join(_LETTER_NAMES.get(letter, letter) for letter in letters.lower() if letter.isalpha())


def _capitals(text: str, known_word: Callable[[str], bool]) -> str:
    def initialism(match: re.Match) -> str:
        word, plural = match[1], match[2]
        low = word.lower()
        known = known_word(low) or (plural and known_word(low + "s"))
        word_like = known or len(word) > 3 and set(low) & set("aeiouy")
        if word_like and word not in _INITIALISMS:
            return match[0]
        return _spell(word) + ("'s" if plural else "")

    text = re.sub(r"\b(?:[eE]\.\s?g\.)", "for example", text)
    text = re.sub(r"\b(?:[iI]\.\s?e\.)", "that is", text)
    text = re.sub(rf"\b([A-Z]?[a-z]+) ({roman_numerals.PATTERN})\b", _roman, text)
    text = re.sub(r"\bPh\.\s?D\.?", "p h d", text)
    if not text.isupper():
        text = re.sub(r"\b([A-Z]{2,6})(s?)\b(?!\.\w)", initialism, text)
    # U.S., Ph.D., J. K. Rowling; the last stop is the sentence's where the text ends.
    text = re.sub(
        r"\b(?:[A-Z]\.\s?){2,}(?:[A-Z]\b)?", lambda m: _spell(m[0]) + (" " if m.end() < len(text) else "."), text
    )

    def humps(match: re.Match) -> str:
        return match[0] if known_word(match[0].lower()) else re.sub(r"([a-z])([A-Z])", r"\1 \2", match[0])

    return re.sub(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*", humps, text)


def _times(text: str) -> str:
    def time(match: re.Match) -> str:
        hour, minute = int(match[1]), int(match[2] or 0)
        half = match[3].lower() if match[3] else "p" if hour > 12 else "a" if hour == 0 else ""
        if not match[2] and not half:
            return match[0]
        spoken = [_words(hour % 12 or 12)]
        if minute:
            spoken += ["oh"] * (minute < 10) + [_words(minute)]
        elif not half:
            spoken.append("o'clock")
        spoken += [_spell(half), "m"] if half else []
        # "at 5 p.m." ends a sentence with the stop of its abbreviation.
        ends = match[0].endswith(".") and not re.match(r"\s+[a-z\d]|\s*[,;:?!]", text[match.end() :])
        return " ".join(spoken) + "." * ends

    half = r"(?:\s?([AaPp])\.?\s?[Mm]\b\.?)"
    text = re.sub(rf"\b([01]?\d|2[0-3]):([0-5]\d)\b{half}?(?!:)", time, text)
    text = re.sub(rf"\b(1[0-2]|0?[1-9])(){half}", time, text)
    return re.sub(r"\b([AaPp])\.\s?[Mm]\.", lambda m: f"{_spell(m[1])} m", text)


def _abbreviations(text: str) -> str:
    text = re.sub(r"(?<=[a-z] )St\.(?!\s[A-Z])", "Street", text)
    text = re.sub(r"(?<=\d)\s?ft\.", " feet", text)
    text = re.sub(r"\b[Nn]os?\.\s?(?=\d)", "number ", text)
    text = re.sub(r"\b(etc)\.(?=\s+[a-z])", r"\1", text)
    names = "|".join(_ABBREVIATIONS)
    return re.sub(rf"\b({names})\.", lambda m: _ABBREVIATIONS[m[1].lower()], text, flags=re.IGNORECASE)


def _numbers(text: str) -> str:
    text = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)\b", _date, text)
    text = re.sub(r"(?<![\d/])[123]/[234](?![\d/])", lambda m: _FRACTIONS.get(m[0], m[0]), text)
    text = re.sub(
        rf"([$€£¥])\s?(?=\.?\d)({_WHOLE})?(?:\.(\d+))?(?:\s?(thousand|million|billion|trillion|bn|mn|k|m|b)\b)?",
        _money,
        text,
    )
    text = re.sub(r"\b(\d{1,2}0)('?s)\b|\b(\d{4})('?s)\b", lambda m: _plural(_number(m[1] or m[3])), text)
    units = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    text = re.sub(rf"(?<![\d,.])({_WHOLE}(?:\.\d+)?)\s?({units})(?!\w)", _quantity, text)
    text = re.sub(
        r"\b\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b", lambda m: " ".join(map(_words, re.findall(r"\d", m[0]))), text
    )
    text = re.sub(r"\b(\d{1,4})\s?[-–]\s?(?=\d{1,4}\b)", r"\1 to ", text)
    text = re.sub(r"\b\d{1,3}(?:,\d{3})+(?![\d,])", lambda m: _cardinal(m[0].replace(",", "")), text)
    text = re.sub(r"\b\d+(?:\.\d+)+", lambda m: _decimal(m[0]), text)
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: _words(m[0]), text)
    text = re.sub(r"#\s?(?=\d)", "number ", text)
    text = re.sub(r"(?<![\w.,])-(?=\d)", "minus ", text)
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", text)
    text = re.sub(r"\d+", lambda m: _number(m[0]), text)
    for sign, name in {**_SIGNS, **{sign: names[1] for sign, names in _CURRENCIES.items()}}.items():
        text = text.replace(sign, f" {name} ")
    return text


def _words(number: int | str) -> str:
    return _inflect.number_to_words(number, andword="")


def _cardinal(digits: str) -> str:
    return _words(int(digits)) if len(digits) <= _LONGEST_NUMBER else " ".join(map(_words, digits))


def _number(digits: str) -> str:
    """A plain number; from 1001 to 2999 as a year is read."""
    number = int(digits)
    if not 1000 < number < 3000 or number == 2000:
        return _cardinal(digits)
    if 2000 < number < 2010:
        return f"two thousand {_words(number % 100)}"
    if number % 100 == 0:
        return f"{_words(number // 100)} hundred"
    return f"{_words(number // 100)} {'oh ' if number % 100 < 10 else ''}{_words(number % 100)}"


def _decimal(number: str) -> str:
    whole, *parts = number.split(".")
    return " point ".join([_number(whole), *(" ".join(map(_words, part)) for part in parts)])


def _plural(words: str) -> str:
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def _date(match: re.Match) -> str:
    year, month, day = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return " ".join(match.groups())
    return f"{_MONTHS[int(month) - 1]} {_words(_inflect.ordinal(int(day)))}, {_number(year)}"


def _money(match: re.Match) -> str:
    one, many, hundredth, hundredths = _CURRENCIES[match[1]]
    whole, fraction, scale = match[2] or "0", match[3] or "", match[4]
    read = _cardinal(whole.replace(",", "")) if "," in whole else _number(whole)
    if scale or len(fraction) > 2:
        point = " point " + " ".join(map(_words, fraction)) if fraction else ""
        return f"{read}{point} {_SCALES.get(scale, scale) or ''} {many}".replace("  ", " ")
    units, cents = int(whole.replace(",", "")), int(fraction.ljust(2, "0"))
    parts = [f"{read} {one if units == 1 else many}"] if units or not cents else []
    parts += [f"{_words(cents)} {hundredth if cents == 1 else hundredths}"] if cents else []
    return " ".join(parts)


def _quantity(match: re.Match) -> str:
    one, many = _UNITS[match[2]]
    return f"{match[1]} {one if match[1] == '1' else many}"
