# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spanish front end: a sentence -> [here, romance.py] -> `Phones` (IPA letters and stress marks, one tone)."""

import re

from models.demos.openvoice.text.romance import Reading, Romance

_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
).split()
_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
_LETTERS = (
    "a,be,ce,de,e,efe,ge,hache,i,jota,ka,ele,eme,ene,eñe,o,pe,cu,erre,ese,te,u,uve,uve doble,equis,i griega,zeta"
).split(",")
_ORDINALS = "primer segund tercer cuart quint sext séptim octav noven décim".split()


def cardinal(number: int) -> str:
    """0 to 999,999,999,999 in words."""
    if number < 30:
        return _SMALL[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return _TENS[tens - 3] + (f" y {_SMALL[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return "cien" if number == 100 else _HUNDREDS[hundreds - 1] + (f" {cardinal(rest)}" if rest else "")
    if number < 1_000_000:
        thousands, rest = divmod(number, 1000)
        count = "" if thousands == 1 else f"{_before_noun(thousands)} "
        return f"{count}mil" + (f" {cardinal(rest)}" if rest else "")
    millions, rest = divmod(number, 1_000_000)
    count = "un millón" if millions == 1 else f"{_before_noun(millions)} millones"
    return count + (f" {cardinal(rest)}" if rest else "")


def _before_noun(number: int) -> str:
    words = cardinal(number)
    if words.endswith("veintiuno"):
        return words[: -len("uno")] + "ún"
    return words[:-1] if words.endswith("uno") else words


def _hour(hour: int, minute: int) -> str:
    return f"{hour} en punto" if minute == 0 else f"{hour} y {minute}"


def _ordinal(match: re.Match) -> str:
    number = int(match[1])
    ending = "a" if match[2][-1] in "ªa" else "o"
    if not 1 <= number <= len(_ORDINALS):
        return match[1]
    return _ORDINALS[number - 1] + ("" if match[2] == "er" else ending)


# Sorted so that a longer abbreviation is met before a shorter one that it contains.
_ABBREVIATIONS = {
    r"ee\.\s?uu\.": "estados unidos",
    r"p\.\s?ej\.": "por ejemplo",
    r"srta\.": "señorita",
    r"sras\.": "señoras",
    r"sra\.": "señora",
    r"sres\.": "señores",
    r"sr\.": "señor",
    r"dres\.": "doctores",
    r"dra\.": "doctora",
    r"dr\.": "doctor",
    r"profa\.": "profesora",
    r"prof\.": "profesor",
    r"(?:uds|vds)\.": "ustedes",
    r"(?:ud|vd)\.": "usted",
    r"núms\.": "números",
    r"(?:núm|nº|n\.º)\.?(?=\s*\d)": "número",
    r"págs\.": "páginas",
    r"pág\.": "página",
    r"avda\.": "avenida",
    r"aprox\.": "aproximadamente",
    r"etc\.(?=\s+[^\W\d_])": "etcétera",
    r"etc(?=\.)": "etcétera",
    r"a\.\s?c\.": "antes de cristo",
    r"d\.\s?c\.": "después de cristo",
}

READING = Reading(
    thousands=".\u00a0\u202f\u2009",
    comma="coma",
    point="punto",
    minus="menos",
    signs={
        "%": "por ciento",
        "&": "y",
        "@": "arroba",
        "+": "más",
        "=": "igual a",
        "/": " ",
        "°": "grados",
        "#": "número",
    },
    currencies={
        "€": ("euro", "euros", "céntimos"),
        "$": ("dólar", "dólares", "centavos"),
        "£": ("libra", "libras", "peniques"),
        "¥": ("yen", "yenes", "sen"),
    },
    one="un",
    with_hundredths="con",
    units={
        "km/h": ("kilómetro por hora", "kilómetros por hora"),
        "km": ("kilómetro", "kilómetros"),
        "kg": ("kilo", "kilos"),
        "cm": ("centímetro", "centímetros"),
        "mm": ("milímetro", "milímetros"),
        "ml": ("mililitro", "mililitros"),
        "m": ("metro", "metros"),
        "g": ("gramo", "gramos"),
        "l": ("litro", "litros"),
        "h": ("hora", "horas"),
        "min": ("minuto", "minutos"),
        "°c": ("grado", "grados"),
        "ºc": ("grado", "grados"),
    },
    months=("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
    date="{day} de {month} de {year}",
    first_of_month="1",
    hour=_hour,
    cardinal=cardinal,
    letters=dict(zip("abcdefghijklmnñopqrstuvwxyz", _LETTERS, strict=True)),
    abbreviations=[
        *((re.compile(rf"(?<!\w){pattern}", re.IGNORECASE), words) for pattern, words in _ABBREVIATIONS.items()),
        (re.compile(r"\b(\d+)\.?(er|[rdtmvn][oa]|[ºª](?![cC]))(?!\w)"), _ordinal),
    ],
)


class Spanish(Romance):
    language = "ES"
    reading = READING
    lowercase = True
    package = "gruut_lang_es"

    def settle(self, text: str) -> str:
        return text.replace("'", "")

    def tidy(self, phones: str) -> str:
        # MeloTTS has no ɟ, which one loan word in the lexicon uses; ʝ is its neighbour.
        return phones.replace("ɟ", "ʝ")
