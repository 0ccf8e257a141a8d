# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""How Spanish reads signs, units, abbreviations and Roman numerals: data for romance_signs.py."""

import re

from models.demos.openvoice.text.romance_pairs import Noun
from models.demos.openvoice.text.romance_signs import Reading
from models.demos.openvoice.text.spanish_agreement import agree, and_half
from models.demos.openvoice.text.spanish_numbers import LAST_ORDINAL, cardinal, counted, fraction, fraction_of, ordinal
from models.demos.openvoice.text.spanish_words import ABBREVIATIONS, PAIRS, PER, UNITS
from models.tt_audio.text import roman_numerals

_LETTERS = (
    "a,be,ce,de,e,efe,ge,hache,i,jota,ka,ele,eme,ene,eñe,o,pe,cu,erre,ese,te,u,uve,uve doble,equis,i griega,zeta"
).split(",")


def _hour(hour: int, minute: int) -> str:
    return f"{counted(hour, True)} {f'y {minute}' if minute else 'en punto'}"


def _half_of_day(hour: int, half: str) -> str:
    if hour == 12:
        return "del mediodía" if half == "p" else "de la noche"
    if half == "a":
        return "de la madrugada" if hour < 6 else "de la mañana"
    return "de la tarde" if hour < 8 else "de la noche"


def _of(noun: str) -> str:
    return "de "


def _ordinal(match: re.Match) -> str:
    number, mark = int(match[1]), match[2]
    if not 1 <= number <= LAST_ORDINAL:
        return f"{number} grados" if mark == "º" else match[1]
    return ordinal(number, "" if mark == "er" else "a" if mark[-1] in "ªa" else "o")


# --- Roman numerals ---------------------------------------------------------------------------------------------------

_COUNTED = (
    "siglos? capítulos? tomos? vol(?:umen|úmenes) partes? actos? escenas? libros? artículos? títulos? anexos? fases?"
)
# Names whose V, X or I is a number: a single letter after any other name is an initial.
_RULERS = (
    "Carlos Felipe Alfonso Fernando Juan Pío Enrique Jaime Pedro Sancho Ramiro Luis Francisco Napoleón Isabel Jorge "
    "Guillermo Eduardo Ricardo Benedicto Clemente Inocencio Urbano Gregorio León Pablo Sixto Amadeo José Alejandro "
    "Ramsés Ptolomeo Darío Jerjes Federico Leopoldo Balduino Alberto Bonifacio Martín Nicolás Julio Iván María Catalina"
).split()
_WOMEN = frozenset("Isabel Leonor Beatriz Inés".split())


def _romans(text: str) -> str:
    """Read siglo XXI as a number, siglo V and Felipe VI as an ordinal, la II Guerra as the second."""

    def counted_thing(match: re.Match) -> str:
        number = roman_numerals.value(match[2])
        century = match[1].lower().startswith("siglo") and number is not None and number <= 10
        return match[0] if number is None else f"{match[1]} {ordinal(number, 'o') if century else number}"

    def ruler(match: re.Match) -> str:
        number = roman_numerals.value(match[2])
        if number is None:
            return match[0]
        woman = match[1] in _WOMEN or match[1].endswith("a")
        return f"{match[1]} {ordinal(number, 'a' if woman else 'o') if number <= 10 else number}"

    def before_noun(match: re.Match) -> str:
        number = roman_numerals.value(match[2])
        if number is None:
            return match[0]
        ending = "a" if match[1].lower() == "la" else "" if number % 10 in (1, 3) and number != 11 else "o"
        return f"{match[1]} {ordinal(number, ending)}"

    def alone(match: re.Match) -> str:
        number = roman_numerals.value(match[0])
        return match[0] if number is None else str(number)

    things = "|".join(_COUNTED.split())
    text = re.sub(rf"\b((?i:{things})) ([IVX]+)\b", counted_thing, text)
    text = re.sub(r"\b(siglos? (?:\w+|\d+) y) ([IVX]+)\b", counted_thing, text)
    text = re.sub(r"\b([Ee]l|[Ll]a|[Dd]el|[Aa]l) ([IVX]+)(?= [A-ZÁÉÍÓÚÑ][a-záéíóúñ])", before_noun, text)
    text = re.sub(rf"\b({'|'.join(_RULERS)}) ([IVX]+)\b", ruler, text)
    text = re.sub(rf"\b([A-ZÁÉÍÓÚÑ][a-záéíóúñ]+) ({roman_numerals.PATTERN})\b", ruler, text)
    return re.sub(rf"{roman_numerals.PATTERN}\b", alone, text)


# --- money ------------------------------------------------------------------------------------------------------------

_CENT = Noun("centavo", "centavos")
_DOLLARS = {
    "US$": "estadounidense",
    "A$": "australiano",
    "C$": "canadiense",
    "HK$": "hongkonés",
}

READING = Reading(
    thousands=".\u00a0\u202f\u2009",
    comma="coma",
    point="punto",
    minus="menos",
    to="a",
    version="versión",
    times="por",
    less="menor que",
    more="mayor que",
    signs={
        "%": "por ciento",
        "‰": "por mil",
        "&": "y",
        "@": "arroba",
        "+": "más",
        "=": "igual a",
        "/": " ",
        "°": "grados",
        "#": "número",
        "±": "más menos",
        "×": "por",
        "÷": "entre",
        "≈": "aproximadamente",
        "≤": "menor o igual que",
        "≥": "mayor o igual que",
        "≠": "distinto de",
        "§": "sección",
        "²": "al cuadrado",
        "³": "al cubo",
    },
    address_signs={".": "punto", "@": "arroba", "/": "barra", "-": "guion", "_": "guion bajo", "+": "más"},
    currencies={
        "€": (Noun("euro", "euros"), Noun("céntimo", "céntimos")),
        "$": (Noun("dólar", "dólares"), _CENT),
        "£": (Noun("libra", "libras", True), Noun("penique", "peniques")),
        "¥": (Noun("yen", "yenes"), Noun("sen", "sen")),
        "₹": (Noun("rupia", "rupias", True), Noun("paisa", "paisas", True)),
        "₩": (Noun("won", "wones"), Noun("jeon", "jeon")),
        "₽": (Noun("rublo", "rublos"), Noun("kopek", "kopeks")),
        "¢": (Noun("centavo", "centavos"), Noun("décimo", "décimos")),
        **{
            "CHF": (Noun("franco suizo", "francos suizos"), Noun("céntimo", "céntimos")),
            "CNY": (Noun("yuan", "yuanes"), Noun("fen", "fen")),
            "MXN": (Noun("peso mexicano", "pesos mexicanos"), _CENT),
        },
        **{
            sign: (Noun(f"dólar {country}", f"dólares {country}{'es' if country[-1] == 's' else 's'}"), _CENT)
            for sign, country in _DOLLARS.items()
        },
    },
    currency_codes={
        **{"EUR": "€", "USD": "US$", "GBP": "£", "JPY": "¥", "INR": "₹", "AUD": "A$", "CAD": "C$", "HKD": "HK$"},
        **{"KRW": "₩", "RUB": "₽"},
        **{code: code for code in ("CHF", "CNY", "MXN")},  # these have no sign of their own
    },
    scales={
        "M": Noun("millón", "millones"),
        "millón": Noun("millón", "millones"),
        "millones": Noun("millón", "millones"),
        "mil millones": Noun("mil millones", "mil millones"),
    },
    of=_of,
    with_hundredths="con",
    one_is_below=0,
    units=UNITS,
    powers={"²": ("cuadrado", "cuadrados"), "³": ("cúbico", "cúbicos")},
    per=PER,
    months=("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
    date="{day} de {month} de {year}",
    first_of_month="1",
    date_articles="el|del|al|día",
    hour=_hour,
    half_of_day=_half_of_day,
    cardinal=cardinal,
    counted=counted,
    agree=agree,
    fraction=fraction,
    fraction_of=fraction_of,
    pairs=PAIRS,
    and_half=and_half,
    letters=dict(zip("abcdefghijklmnñopqrstuvwxyz", _LETTERS, strict=True)),
    romans=_romans,
    abbreviations=[
        *((re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE), words) for pattern, words in ABBREVIATIONS.items()),
        (re.compile(r"\b(\d+)\.?(er|[rdtmvn][oa]|[ºª](?!\s?[cC]))(?!\w)"), _ordinal),
    ],
)
