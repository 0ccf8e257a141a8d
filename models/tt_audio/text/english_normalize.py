# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English as it is written -> [here] -> lower-case words and punctuation, numbers in words, for a front end.

Where MeloTTS's normalisation reads a text right, the words are the same, hyphens of "ninety-nine" included, since the
voices were trained on them; DIFFERENCES.md lists the rest. Each step rewrites what it recognises into words, so a later
step does not see it: addresses, quantities, times, dates, abbreviations, capitals, and last the numbers that are left.
"""

import re
import unicodedata
from collections.abc import Callable

from . import english_numbers as numbers
from . import roman_numerals
from .addresses import read_addresses
from .capitals import is_shouted
from .english_codes import read_code, read_codes
from .english_numbers import DECIMAL
from .english_scores import read_scores
from .english_times import CLOCK, HALF, read_dates, read_times, spell
from .english_words import (
    ABBREVIATIONS,
    ADDRESS_SIGNS,
    COUNTED,
    CURRENCIES,
    CURRENCY_CODES,
    KITCHEN_UNITS,
    LABELS,
    PER,
    SEVERAL,
    SIGNS,
    SPACED_UNITS,
    UNITS,
)
from .speakable import drop_unknown

# Letters that Unicode does not take apart into a Latin letter and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)
_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "−": "-", "\u2044": "/"}
    | {"。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "；": ";", "：": ":"}
)
# Marks without a phone: MeloTTS reads over them, and BERT reads them.
_UNSPOKEN = '"()[]{}<>«»‹›:;/\\*_~^`|—–―…•'

# Words that are others when written in capitals.
_INITIALISMS = frozenset("US AI AM PM ID".split())

_SIGNS_OF_MONEY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_CODES_OF_MONEY = "|".join(CURRENCY_CODES)
_SCALE = r"(?:\s?(thousand|million|billion|trillion|bn|mn|[kKmMbB])\b(?![/²³]))?"
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_PER = "|".join(sorted(PER, key=len, reverse=True))
_KITCHEN = "|".join(map(re.escape, KITCHEN_UNITS))
_KITCHEN_ALONE = "[Tt](?:sp|bsp)s?"
_CODE = r"([A-Z\d]{2,8}|[A-Z]{1,3}\d{1,5}(?:[A-Z][a-z]{1,3}|[a-z]{2,3}))"


def normalize(text: str, known_word: Callable[[str], bool]) -> str:
    """Return a sentence in words. `known_word` tells whether the dictionary has a lower-case word."""
    shouted = is_shouted(text)
    text = "".join(map(_compatible, text)).translate(_LETTERS).translate(_MARKS)
    text = read_addresses(text, ADDRESS_SIGNS, spell, frozenset(("org", "gov", "edu")))
    text = _quantities(read_scores(read_codes(text, spell)))
    text = _abbreviations(read_times(read_dates(text)))
    text = _capitals(text, known_word, shouted).lower()
    text = _numbers(text)
    text = drop_unknown(text, _known, "EN")
    return re.sub(r" (?=[.,!?])", "", " ".join(text.split()))


def _compatible(character: str) -> str:
    """Return full-width and styled letters and digits as plain ones, ½ as " 1/2"; ² and ³ stay for `_quantities`."""
    if unicodedata.category(character)[0] not in "LN" or character in "²³":
        return character
    plain = unicodedata.normalize("NFKC", character)
    return f" {plain}" if "\u2044" in plain else plain


def _known(character: str) -> bool:
    letter = unicodedata.normalize("NFD", character)[0]
    combining = unicodedata.category(character) == "Mn"
    return (
        letter.isascii()
        and (letter.isalpha() or letter.isspace() or letter in ".,!?'-")
        or (combining or character.isspace() or character in _UNSPOKEN)
    )


# --- numbers with something around them ------------------------------------------------------------------------------


def _quantities(text: str) -> str:
    """Ranges, fractions, money and units. Plain numbers are left as they are."""
    text = _ranges(text)
    text = re.sub(r"(?<=\d)[ -]?pt(?= (?:font|type|text|size)\b)", " point", text)
    text = re.sub(rf"(?<=\d)(\s?(?:{_KITCHEN}))\.(?=\s+[a-z(])", r"\1", text)
    text = re.sub(r"(?<=\d)\s?([kcm]?m)([23])(?!\w)", lambda m: f" {m[1]}{'²' if m[2] == '2' else '³'}", text)
    text = re.sub(r"(?<![\w.,])(\d+)\s?h(?:rs?)?\s?([0-5]?\d)\s?m(?:in)?\b", r"\1 h \2 min", text)
    unit = rf"(?: ({_UNIT})(?![\w²³/]))?"
    text = re.sub(rf"(?<![\d/.,-])(\d+) (\d{{1,2}})/(\d{{1,3}})(?![\d/]){unit}", _mixed_number, text)
    text = re.sub(rf"(?<![\d/.,])(\d{{1,4}})/(\d{{1,4}})(?![\d/]|\.\d){unit}", _fraction, text)
    text = re.sub(r"\b(\d)'\s?(\d\d?)\"", lambda m: f"{m[1]} foot {m[2]}", text)
    text = re.sub(r"\b(\d) ?(?:ft|feet) (\d\d?) in\b\.?", r"\1 feet \2 inches", text)
    text = _inches(text)
    text = re.sub(rf"(?<![\w.,])[-−](?=(?:{_SIGNS_OF_MONEY}))", "minus ", text)
    text = re.sub(rf"\b({_CODES_OF_MONEY})\s?(?=\d)", lambda m: CURRENCY_CODES[m[1]], text)
    text = re.sub(rf"(?<=\d)\s?({_CODES_OF_MONEY})\b", lambda m: CURRENCY_CODES[m[1]], text)
    rate = rf"(?:\s?/\s?({_PER})\b)?"
    text = re.sub(
        rf"({_SIGNS_OF_MONEY})\s?({DECIMAL}){_SCALE}{rate}",
        lambda m: f" {numbers.money(m[1], m[2], _lower(m[3]))}{_per(m[4])} ",
        text,
    )
    text = re.sub(
        rf"(?<![\w.,])({DECIMAL})\s?({_SIGNS_OF_MONEY})(?!\w){rate}",
        lambda m: f"{numbers.money(m[2], m[1], None)}{_per(m[3])} ",
        text,
    )
    text = re.sub(r"(?<![\w.,])(\d+)\s?¢", lambda m: f"{m[1]} cent{'' if m[1] == '1' else 's'}", text)
    text = re.sub(
        rf"(?<![\w.,/])({DECIMAL})(\s?|-)({_UNIT})([²³]?)(/(?:{_PER}))?(?![\w²³/])",
        _quantity,
        text,
    )
    text = re.sub(rf"\b(?:{_KITCHEN_ALONE})\b\.?(?=\s+[a-z])|\b(?:{_KITCHEN_ALONE})\b", _spoon, text)
    text = re.sub(r"(?<=\d)M\b", " million", text)
    text = re.sub(r"(?<![\w.,])(\d{3,}|\d+\.\d+)[kK]\b", r"\1 thousand", text)
    text = re.sub(rf"(?<![\w.,])({DECIMAL})(?:\s?[x×]|(?<!\d{{4}})X)(?!\w|\s?\d)", _multiple, text)
    text = re.sub(r"(?<=\d)\s?[x×]\s?(?=\d)", lambda m: " times " if "×" in m[0] else " by ", text)
    text = re.sub(r"(?<=\w) ?< ?(?=\d)", " is less than ", text)
    text = re.sub(r"(?<=\w) ?> ?(?=\d)", " is greater than ", text)
    return re.sub(r"~\s?(?=[\d$€£])", "about ", text)


def _inches(text: str) -> str:
    """Read 1/4" and 27" where no quotation is open."""
    parts = text.split('"')
    if len(parts) % 2:
        return text
    for position in range(len(parts) - 1):
        if re.search(r"(?:\d|half|halves|quarters?|thirds?|eighths?|sixteenths?)$", parts[position]):
            return '"'.join(parts[: position + 1]) + " inch " + '"'.join(parts[position + 1 :]).lstrip()
    return text


def _lower(scale: str | None) -> str | None:
    return scale and scale.lower()


def _ranges(text: str) -> str:
    """5-10, 50%-60%, $5-$10: "to" between two numbers; a currency sign, a scale or a unit may be with each."""
    sign, after = rf"(?:{_SIGNS_OF_MONEY})?", rf"(?:\s?(?:%|°[CF]?|{_SIGNS_OF_MONEY}|[kKMBx×]\b|(?:a|p)\.?m\b\.?))?"
    ranged = rf"(?<![\w.,/:-])({sign})({DECIMAL})({after})\s?[-–]\s?(?=({sign})({DECIMAL})(?![\w-]*-\d)({_SCALE}))"

    def read(match: re.Match) -> str:
        if match[1] and not match[4]:  # $5-10 million: the sign is read once, after the second number
            return f"{match[2]}{match[3]} to {match[1]}"
        return f"{match[1]}{match[2]}{match[3]} to "

    text = re.sub(ranged, read, text)
    return re.sub(rf"\b({CLOCK}{HALF}?)\s?[-–]\s?(?={CLOCK})", lambda m: f"{m[1]} to ", text)


def _per(unit: str | None) -> str:
    return f" per {PER[unit]}" if unit else ""


def _mixed_number(match: re.Match) -> str:
    if int(match[2]) >= int(match[3]):
        return match[0]
    unit = f" {UNITS[match[4]][1]}" if match[4] else ""
    return f"{match[1]} and {numbers.fraction(match[2], match[3])}{unit}"


def _fraction(match: re.Match) -> str:
    unit = f" {UNITS[match[3]][0]}" if match[3] else ""
    return numbers.fraction(match[1], match[2]) + unit


def _multiple(match: re.Match) -> str:
    return f"{match[1]} time{'' if match[1] == '1' else 's'}"


def _spoon(match: re.Match) -> str:
    """Read a spoon without a number in digits: a tsp of salt, two tbsp."""
    one = UNITS[match[0].rstrip(".").lower()][0]
    before = re.findall(r"\w+", match.string[: match.start()].lower())[-1:]
    return one + "s" * (before != [] and before[0] in SEVERAL)


def _quantity(match: re.Match) -> str:
    amount, gap, unit, power, per = match.groups()
    if not gap and unit in SPACED_UNITS and unit in "sh":  # the 80s, a 4h
        return match[0]
    one, many = UNITS[unit]
    single = gap == "-" or amount == "1"
    kind = {"": "", "²": "square ", "³": "cubic "}[power]
    rate = f" per {PER[per[1:]]}" if per else ""
    return f"{amount} {kind}{one if single else many}{rate}"


# --- words ------------------------------------------------------------------------------------------------------------


def _abbreviations(text: str) -> str:
    text = re.sub(r"\b[eE]\.\s?g\.,?\s?", "for example ", text)
    text = re.sub(r"\b[iI]\.\s?e\.,?\s?", "that is ", text)
    text = re.sub(r"\ba\.?k\.?a\.(?=\W)", "also known as", text)
    text = re.sub(r"\bw/o\b", "without", text)
    text = re.sub(r"\bw/(?=\s|[a-z]{3})", "with ", text)
    text = re.sub(r"(?<=[a-z] )St\.(?!\s[A-Z])", "Street", text)
    text = re.sub(r"(?<=\d)\s?ft\.", " feet", text)
    text = re.sub(r"(?<=[a-z] )(Ave|Blvd|Rd|Hwy|Pkwy)\b(?!\.)", lambda m: ABBREVIATIONS[m[1].lower()], text)
    text = re.sub(r"(?<=\d[snrt][tdh] )(Fl|c)\.", lambda m: {"Fl": "floor", "c": "century"}[m[1]], text)
    text = re.sub(r"(?<=\d)ff?\.?(?!\w)", " and following", text)
    names = "|".join(LABELS)
    text = re.sub(rf"\b({names})\.\s?(?=\d)", lambda m: f"{LABELS[m[1].lower()]} ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(etc)\.(?=\s+[a-z])", r"\1", text)
    names = "|".join(ABBREVIATIONS)
    return re.sub(
        rf"\b({names})\.(\s?)(?=(\w?))",
        lambda m: ABBREVIATIONS[m[1].lower()] + (m[2] or (" " if m[3] else "")),
        text,
        flags=re.IGNORECASE,
    )


def _roman(match: re.Match) -> str:
    """Read World War II as two, Henry VIII as the eighth."""
    before, number = match[1], roman_numerals.value(match[2])
    if number is None or before.islower() and before not in COUNTED:
        return match[0]
    return f"{before} {number}" if before.lower() in COUNTED else f"{before} the {numbers.ordinal(number)}"


def _capitals(text: str, known_word: Callable[[str], bool], shouted: bool) -> str:
    """Spell capitals that are no word; part YouTube's like where the dictionary lacks them."""

    def initialism(match: re.Match) -> str:
        word, plural = match[1], match[2]
        low = word.lower()
        if shouted and (plural or set(low) & set("aeiouy") or known_word(low)):
            return match[0]
        known = known_word(low) or (plural and known_word(low + "s"))
        word_like = known or len(word) > 3 and set(low) & set("aeiouy")
        if word_like and word not in _INITIALISMS:
            return match[0]
        return spell(word) + ("'s" if plural else "")

    text = re.sub(rf"\b([A-Z]?[a-z]+) ({roman_numerals.PATTERN})\b", _roman, text)
    text = re.sub(r"\bPh\.\s?D\.?", "p h d", text)
    text = re.sub(r"\bC\+\+", "c plus plus", text)
    text = re.sub(r"\b([CF])#", r"\1 sharp", text)
    # NW1, A4, B2B, MP3, GTX1080Ti, A320neo; the letters of COVID19 are a word.
    text = re.sub(
        rf"\b(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d)(?!\d+[KMB]\b){_CODE}((?:'?s)?)\b(?![.,]\d)",
        lambda m: read_code(m[1], spell) + m[2],
        text,
    )
    text = re.sub(r"\b([A-Z]{1,3})(?=-\d)", lambda m: spell(m[1]), text)
    text = re.sub(r"\b([A-F])-(?![\w-])", lambda m: f"{spell(m[1])} minus", text)
    text = re.sub(r"\b([A-Z]{2,6})(s?)\b(?!\.\w)", initialism, text)
    # U.S., Ph.D., J. K. Rowling; the last stop is the sentence's where the text ends.
    text = re.sub(
        r"\b(?:[A-Z]\.\s?){2,}(?:[A-Z]\b)?", lambda m: spell(m[0]) + (" " if m.end() < len(text) else "."), text
    )

    def humps(match: re.Match) -> str:
        return match[0] if known_word(match[0].lower()) else re.sub(r"([a-z])([A-Z])", r"\1 \2", match[0])

    return re.sub(r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*", humps, text)


# --- what is left -----------------------------------------------------------------------------------------------------


def _numbers(text: str) -> str:
    text = re.sub(r"(?<!\w)'(?=\d\ds?\b)", "", text)  # '99 and the '80s
    text = re.sub(r"\b(\d{1,2}0)('?s)\b|\b(\d{4})('?s)\b", lambda m: numbers.plural(numbers.number(m[1] or m[3])), text)
    text = re.sub(
        r"(?<![\d,.])(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b", lambda m: numbers.ordinal(m[1].replace(",", "")), text
    )
    text = re.sub(r"\^(?=-?\d)", " to the power of ", text)
    text = re.sub(r"#\s?(?=\d)", "number ", text)
    text = re.sub(r"#(?=[a-z])", "hashtag ", text)
    text = re.sub(r"(?<![\w.,])-(?=\.?\d)", "minus ", text)
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", text)
    text = re.sub(rf"(?<![\d.,]){DECIMAL}(?![\d,]*\d)", lambda m: numbers.decimal(m[0]), text)
    text = re.sub(r"\d+", lambda m: numbers.number(m[0]), text)
    for sign, name in {**SIGNS, **{sign: names[1] for sign, names in CURRENCIES.items() if len(sign) == 1}}.items():
        text = text.replace(sign, f" {name} ")
    return text
