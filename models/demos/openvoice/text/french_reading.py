# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How French reads signs, units, abbreviations and Roman numerals: data for romance_signs.py."""

import re

from models.demos.openvoice.text.french_numbers import agree, and_half, cardinal, counted, fraction, ordinal
from models.demos.openvoice.text.romance_signs import Noun, Reading
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


def _of(noun: str) -> str:
    return "d'" if noun[0] in "aeiouhyé" and not noun.startswith("yen") else "de "


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


# --- abbreviations ----------------------------------------------------------------------------------------------------

# MeloTTS's own list, as far as it is right: "M. Dupont" but not "5 m.", "art. 5" but not "C'est de l'art."
_ABBREVIATIONS = {
    r"Mlles\b\.?": "mesdemoiselles",
    r"Mlle\b\.?": "mademoiselle",
    r"Mmes\b\.?": "Mesdames",
    r"Mme\b\.?": "Madame",
    r"MM\.(?=\s*[A-ZÀ-Ý])": "messieurs",
    r"M\.(?=\s+[A-ZÀ-Ý]|[A-ZÀ-Ý][a-zà-ÿ])": "monsieur",
    r"N\.\s?B\.": "nota bene",
    r"p\.c\.q\.": "parce que",
    r"Pr\.(?=\s*[A-ZÀ-Ý])": "professeur",
    r"[Dd]r(?:\.(?=\s*[A-ZÀ-Ý])|(?=\s+[A-ZÀ-Ý]))": "docteur",
    r"qqch\.": "quelque chose",
    r"rdv\.": "rendez-vous",
    r"[Mm]ax\.(?=\s+[\wà-ÿ])": "maximum",
    r"[Mm]in\.(?=\s+[\wà-ÿ])": "minimum",
    r"[Aa]dr\.": "adresse",
    r"(?<=\s)[Ss]t\.": "saint",
    r"[Ss]gt\.": "sergent",
    r"[Cc]apt\.": "capitaine",
    r"av\.\s?J\.?-C\.": "avant Jésus-Christ",
    r"apr?\.\s?J\.?-C\.": "après Jésus-Christ",
    r"[Aa]v\.(?=\s+[A-ZÀ-Ýd])": "avenue",
    r"[Aa]rt\.(?=\s*\d)": "article",
    r"[Bb]oul\.|[Bb]d\.": "boulevard",
    r"c\.?-à-d\.": "c'est-à-dire",
    r"p\.\s?ex\.|par ex\.": "par exemple",
    r"[Ee]xcl\.": "exclusivement",
    r"[Ee]tc\.(?=\s+[^\W\d_])": "et cetera",
    r"[Ee]tc(?=\.)": "et cetera",
    r"n[°º]\s?|N[°º]\s?|[Nn]o\.?\s?(?=\d)": "numéro ",
    r"Me(?=\s[A-ZÀ-Ý][a-zà-ÿ])": "maître",
    r"Mgr\.?(?=\s[A-ZÀ-Ý])": "monseigneur",
    r"Pr(?=\s[A-ZÀ-Ý])": "professeur",
    r"Ste[.-]?(?=[\s-]?[A-ZÀ-Ý])": "sainte",
    r"St-(?=[A-ZÀ-Ý])": "saint ",
    r"Cie\b\.?": "compagnie",
    r"pp\.(?=\s?\d)": "pages",
    r"p\.(?=\s?\d)": "page",
    r"chap\.(?=\s?\d)": "chapitre",
    r"vol\.(?=\s?\d)": "volume",
    r"fig\.(?=\s?\d)": "figure",
    r"[Tt]él\.": "téléphone",
    r"[Ee]nv\.(?=\s?\d)": "environ",
    r"[Aa]pprox\.": "approximativement",
    r"[Ss]vp\b|SVP\b|s\.\s?v\.\s?p\.": "s'il vous plaît",
    r"vs\b\.?": "versus",
    r"(?<=\d )janv\.": "janvier",
    r"(?<=\d )f[ée]vr?\.": "février",
    r"(?<=\d )avr\.": "avril",
    r"(?<=\d )juil\.": "juillet",
    r"(?<=\d )sept\.": "septembre",
    r"(?<=\d )oct\.": "octobre",
    r"(?<=\d )nov\.": "novembre",
    r"(?<=\d )d[ée]c\.": "décembre",
}

_UNITS = {
    symbol: Noun(*name.split("/"))
    for symbol, name in (
        pair.split(":")
        for pair in (
            "km:kilomètre/kilomètres|Km:kilomètre/kilomètres|m:mètre/mètres|cm:centimètre/centimètres|"
            "mm:millimètre/millimètres|kg:kilo/kilos|Kg:kilo/kilos|g:gramme/grammes|mg:milligramme/milligrammes|"
            "l:litre/litres|L:litre/litres|cl:centilitre/centilitres|ml:millilitre/millilitres|ms:milliseconde/millisecondes|"
            "ha:hectare/hectares|°C:degré/degrés|°F:degré fahrenheit/degrés fahrenheit|°:degré/degrés|W:watt/watts|"
            "kW:kilowatt/kilowatts|MW:mégawatt/mégawatts|kWh:kilowattheure/kilowattheures|V:volt/volts|Hz:hertz/hertz|"
            "kHz:kilohertz/kilohertz|MHz:mégahertz/mégahertz|GHz:gigahertz/gigahertz|ko:kilooctet/kilooctets|"
            "Ko:kilooctet/kilooctets|Mo:mégaoctet/mégaoctets|Go:gigaoctet/gigaoctets|To:téraoctet/téraoctets|"
            "MB:mégaoctet/mégaoctets|GB:gigaoctet/gigaoctets|TB:téraoctet/téraoctets|dB:décibel/décibels|"
            "Mbit/s:mégabit par seconde/mégabits par seconde|km/h:kilomètre heure/kilomètres heure|px:pixel/pixels"
        ).split("|")
    )
} | {
    **{symbol: Noun("heure", "heures", True) for symbol in ("h", "H")},
    **{symbol: Noun("minute", "minutes", True) for symbol in ("min", "mn")},
    **{"s": Noun("seconde", "secondes", True), "t": Noun("tonne", "tonnes", True)},
    "kcal": Noun("kilocalorie", "kilocalories", True),
}

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
            sign: (Noun(f"dollar {country}", f"dollars {country}{'' if ' ' in country else 's'}"), _CENT)
            for sign, country in _DOLLARS.items()
        },
    },
    currency_codes={
        **{"EUR": "€", "USD": "US$", "GBP": "£", "JPY": "¥", "INR": "₹", "AUD": "A$", "CAD": "C$", "HKD": "HK$"},
        **{"KRW": "₩", "RUB": "₽"},
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
    of=_of,
    with_hundredths="",
    one_is_below=2,
    units=_UNITS,
    powers={"²": ("carré", "carrés"), "³": ("cube", "cubes")},
    per={
        "h": "par heure",
        "s": "par seconde",
        "min": "par minute",
        "kg": "par kilo",
        "l": "par litre",
        "jour": "par jour",
    },
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
    and_half=and_half,
    letters={"y": "i grec"},
    romans=_romans,
    abbreviations=[
        *((re.compile(rf"(?<!\w)(?:{pattern})"), words) for pattern, words in _ABBREVIATIONS.items()),
        (re.compile(r"\b(\d+)\s?(ers|er|res|re|ère|ères|ndes?|nds?|es|e|ème|èmes|ième|ièmes)\b"), _ordinal),
    ],
)
