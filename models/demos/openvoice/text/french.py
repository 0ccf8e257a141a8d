# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""French front end: a sentence -> [here, romance.py] -> `Phones` (IPA letters and stress marks, one tone)."""

import re

from models.demos.openvoice.text.romance import Reading, Romance

_SMALL = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}

# The liaisons that gruut makes inside a number, before a word that it starts with an unstressed vowel.
_LIAISONS = {"vingt": "t", "cent": "t", "dix": "z"}


def cardinal(number: int) -> str:
    """0 to 999,999,999,999 in words."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        # 70 to 79 and 90 to 99 count on from 60 and 80.
        tens = number // 10 * 10 - (10 if number // 10 in (7, 9) else 0)
        rest = number - tens
        if not rest:
            return _TENS[tens] + ("s" if tens == 80 else "")
        return f"{_TENS[tens]} et {_SMALL[rest]}" if rest in (1, 11) and tens != 80 else f"{_TENS[tens]}-{_SMALL[rest]}"
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        count = "" if hundreds == 1 else f"{_SMALL[hundreds]} "
        return f"{count}cent" + (f" {cardinal(rest)}" if rest else "s" if hundreds > 1 else "")
    for size, name, plural in ((1_000_000_000, "milliard", "s"), (1_000_000, "million", "s"), (1000, "mille", "")):
        if number >= size:
            count, rest = divmod(number, size)
            many = cardinal(count)
            if size == 1000:
                many = "" if count == 1 else re.sub(r"(cent|vingt)s$", r"\1", many)
            words = f"{many} {name}{plural if count > 1 else ''}".strip()
            return words + (f" {cardinal(rest)}" if rest else "")
    raise AssertionError(number)


def ordinal(number: int) -> str:
    words = cardinal(number)
    if number == 1:
        return "premier"
    words = words.rstrip("s") if words.endswith(("cents", "vingts", "millions")) else words
    words = re.sub(r"cinq$", "cinqu", re.sub(r"neuf$", "neuv", words))
    return re.sub(r"e$", "", words) + "ième"


def _ordinal(match: re.Match) -> str:
    number = int(match[1])
    if number == 1:
        return "première" if match[2].lower().startswith(("re", "ère")) else "premier"
    return ordinal(number) + ("s" if match[2].endswith("s") else "")


def _hour(hour: int, minute: int) -> str:
    hours = "une heure" if hour == 1 else f"{hour} heures"
    return hours if minute == 0 else f"{hours} {minute}"


# MeloTTS's own list, as far as it is right: "M. Dupont" but not "5 m.", "art. 5" but not "C'est de l'art."
_ABBREVIATIONS = {
    r"Mlles\b\.?": "mesdemoiselles",
    r"Mlle\b\.?": "mademoiselle",
    r"Mmes\b\.?": "Mesdames",
    r"Mme\b\.?": "Madame",
    r"MM\.(?=\s+[A-ZÀ-Ý])": "messieurs",
    r"M\.(?=\s+[A-ZÀ-Ý])": "monsieur",
    r"N\.\s?B\.": "nota bene",
    r"p\.c\.q\.": "parce que",
    r"Pr\.(?=\s+[A-ZÀ-Ý])": "professeur",
    r"[Dd]r\.?(?=\s+[A-ZÀ-Ý])": "docteur",
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
    r"n[°º]|N[°º]|[Nn]o\.(?=\s*\d)": "numéro ",
}

READING = Reading(
    thousands=" .\u00a0\u202f\u2009",
    comma="virgule",
    point="point",
    minus="moins",
    signs={
        "%": "pour cent",
        "&": "et",
        "@": "arobase",
        "+": "plus",
        "=": "égale",
        "/": " ",
        "°": "degrés",
        "#": "numéro",
    },
    currencies={
        "€": ("euro", "euros", "centimes"),
        "$": ("dollar", "dollars", "cents"),
        "£": ("livre", "livres", "pence"),
        "¥": ("yen", "yens", "sen"),
    },
    one="un",
    with_hundredths="",
    units={
        "km/h": ("kilomètre heure", "kilomètres heure"),
        "km": ("kilomètre", "kilomètres"),
        "kg": ("kilo", "kilos"),
        "cm": ("centimètre", "centimètres"),
        "mm": ("millimètre", "millimètres"),
        "ml": ("millilitre", "millilitres"),
        "m": ("mètre", "mètres"),
        "g": ("gramme", "grammes"),
        "l": ("litre", "litres"),
        "h": ("heure", "heures"),
        "min": ("minute", "minutes"),
        "°C": ("degré", "degrés"),
    },
    months="janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    date="{day} {month} {year}",
    first_of_month="premier",
    hour=_hour,
    cardinal=cardinal,
    letters={"y": "i grec"},
    abbreviations=[
        *((re.compile(rf"(?<!\w)(?:{pattern})"), words) for pattern, words in _ABBREVIATIONS.items()),
        (re.compile(r"\b(\d+)\s?(ers|er|res|re|ère|ères|es|e|ème|èmes|ième|ièmes)\b"), _ordinal),
    ],
)


class French(Romance):
    language = "FR"
    reading = READING
    lowercase = False
    package = "gruut_lang_fr"

    def settle(self, text: str) -> str:
        # Spanish marks mean nothing in French text.
        return text.replace("¿", "").replace("¡", "")

    def link(self, number: list[str]) -> str:
        linked = zip(number, [*number[1:], ""], strict=True)
        return "".join(
            self._lexicon.pronounce(word) + (_LIAISONS.get(word, "") if after in ("un", "huit", "et") else "")
            for word, after in linked
        )

    def tidy(self, phones: str) -> str:
        # The CRF stutters on some consonants; MeloTTS took three or more t's in a row out.
        return re.sub(r"t{3,}", "", phones)

    def pronounce(self, word: str) -> str:
        # An elision's letters are read by name (l' as "elle"), as they were when the French voice was trained.
        return "" if word == "'" else super().pronounce(word)
