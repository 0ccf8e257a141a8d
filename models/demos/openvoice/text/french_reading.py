# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How French reads signs, units, abbreviations and Roman numerals: data for romance_signs.py."""

import re

from models.demos.openvoice.text.french_numbers import (
    agree,
    and_half,
    cardinal,
    counted,
    fraction,
    fraction_of,
    of,
    ordinal,
)
from models.demos.openvoice.text.french_words import ABBREVIATIONS, PAIRS, PER, UNITS
from models.demos.openvoice.text.romance_pairs import Noun
from models.demos.openvoice.text.romance_signs import Reading
from models.tt_audio.text import roman_numerals


def _hour(hour: int, minute: int) -> str:
    hours = f"{counted(hour, True)} {'heure' if hour < 2 else 'heures'}"
    return f"{hours} {counted(minute, True)}" if minute else hours


def _half_of_day(hour: int, half: str) -> str:
    if hour == 12:
        return "de l'après-midi" if half == "p" else "du matin"
    if half == "a":
        return "du matin"
    return "de l'après-midi" if hour < 6 else "du soir"


def _ordinal(match: re.Match) -> str:
    number, ending = int(match[1]), match[2].lower()
    if number == 1:
        return "première" if ending.startswith(("re", "ère")) else "premier"
    if ending.startswith("nd"):
        return ("seconde" if ending.startswith("nde") else "second") + "s" * ending.endswith("s")
    return ordinal(number) + "s" * ending.endswith("s")


# --- Roman numerals ---------------------------------------------------------------------------------------------------

_COUNTED = (
    "siècles? chapitres? tomes? vol(?:ume|umes) parties? actes? scènes? livres? articles? titres? annexes? phases?"
)
# Names whose V or X is a number: a single letter after any other name is an initial.
_RULERS = (
    "Charles Philippe Alphonse Ferdinand Jean Pie Henri Louis Georges Guillaume Édouard Richard Benoît Clément "
    "Innocent Urbain Grégoire Léon Paul Sixte Jacques Frédéric Léopold Albert Boniface Martin Nicolas Jules Ivan Robert"
).split()


def _romans(text: str) -> str:
    """Read XXIe siècle and François Ier as an ordinal, Louis XIV and chapitre V as a number."""

    def ranked(match: re.Match) -> str:
        number, ending = roman_numerals.value(match[1]), match[2]
        if number is None or (number == 1) != ending.startswith(("er", "ère", "re")):
            return match[0]
        if number == 1:
            return ("premier" if ending.startswith("er") else "première") + "s" * ending.endswith("s")
        return ordinal(number) + "s" * ending.endswith("s")

    def numbered(match: re.Match) -> str:
        number = roman_numerals.value(match[2])
        return match[0] if number is None else f"{match[1]} {number}"

    def alone(match: re.Match) -> str:
        number = roman_numerals.value(match[0])
        return match[0] if number is None else str(number)

    text = re.sub(r"\b([IVX]+)(ers?|ères?|res?|i?[eè]mes?|es?)\b", ranked, text)
    text = re.sub(rf"\b((?i:{'|'.join(_COUNTED.split())})) ([IVX]+)\b", numbered, text)
    text = re.sub(rf"\b({'|'.join(_RULERS)}) ([VX])\b(?!\.)", numbered, text)
    return re.sub(rf"{roman_numerals.PATTERN}\b", alone, text)


# --- money ------------------------------------------------------------------------------------------------------------

_CENT = Noun("cent", "cents")
_DOLLARS = {"US$": "américain", "A$": "australien", "C$": "canadien", "HK$": "de Hong Kong"}

READING = Reading(
    thousands=".\u00a0\u202f\u2009",
    comma="virgule",
    point="point",
    minus="moins",
    to="à",
    version="version",
    times="fois",
    less="inférieur à",
    more="supérieur à",
    signs={
        "%": "pour cent",
        "‰": "pour mille",
        "&": "et",
        "@": "arobase",
        "+": "plus",
        "=": "égale",
        "/": " ",
        "°": "degrés",
        "#": "numéro",
        "±": "plus ou moins",
        "×": "fois",
        "÷": "divisé par",
        "≈": "environ",
        "≤": "inférieur ou égal à",
        "≥": "supérieur ou égal à",
        "≠": "différent de",
        "§": "paragraphe",
        "²": "au carré",
        "³": "au cube",
    },
    address_signs={".": "point", "@": "arobase", "/": "slash", "-": "tiret", "_": "tiret bas", "+": "plus"},
    currencies={
        "€": (Noun("euro", "euros"), Noun("centime", "centimes")),
        "$": (Noun("dollar", "dollars"), _CENT),
        "£": (Noun("livre", "livres", True), Noun("penny", "pence")),
        "¥": (Noun("yen", "yens"), Noun("sen", "sen")),
        "₹": (Noun("roupie", "roupies", True), Noun("paisa", "paisas")),
        "₩": (Noun("won", "wons"), Noun("jeon", "jeons")),
        "₽": (Noun("rouble", "roubles"), Noun("kopeck", "kopecks")),
        "¢": (_CENT, _CENT),
        **{
            "CHF": (Noun("franc suisse", "francs suisses"), Noun("centime", "centimes")),
            "CNY": (Noun("yuan", "yuans"), Noun("fen", "fens")),
            "MXN": (Noun("peso mexicain", "pesos mexicains"), _CENT),
        },
        **{
            sign: (Noun(f"dollar {country}", f"dollars {country}{'' if ' ' in country else 's'}"), _CENT)
            for sign, country in _DOLLARS.items()
        },
    },
    currency_codes={
        **{"EUR": "€", "USD": "US$", "GBP": "£", "JPY": "¥", "INR": "₹", "AUD": "A$", "CAD": "C$", "HKD": "HK$"},
        **{"KRW": "₩", "RUB": "₽"},
        **{code: code for code in ("CHF", "CNY", "MXN")},  # these have no sign of their own
    },
    scales={
        "M": Noun("million", "millions"),
        "Md": Noun("milliard", "milliards"),
        "Mds": Noun("milliard", "milliards"),
        "million": Noun("million", "millions"),
        "millions": Noun("million", "millions"),
        "milliard": Noun("milliard", "milliards"),
        "milliards": Noun("milliard", "milliards"),
    },
    of=of,
    with_hundredths="",
    one_is_below=2,
    units=UNITS,
    powers={"²": ("carré", "carrés"), "³": ("cube", "cubes")},
    per=PER,
    months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    date="{day} {month} {year}",
    first_of_month="premier",
    date_articles="le|du|au",
    hour=_hour,
    half_of_day=_half_of_day,
    cardinal=cardinal,
    counted=counted,
    agree=agree,
    fraction=fraction,
    fraction_of=fraction_of,
    pairs=PAIRS,
    and_half=and_half,
    letters={"y": "i grec"},
    romans=_romans,
    abbreviations=[
        *((re.compile(rf"(?<!\w)(?:{pattern})"), words) for pattern, words in ABBREVIATIONS.items()),
        (re.compile(r"\b(\d+)\s?(ers|er|res|re|ère|ères|ndes?|nds?|es|e|ème|èmes|ième|ièmes)\b"), _ordinal),
    ],
)
