# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Gender of what a Spanish number counts: "21 casas" -> [here] -> "veintiuna casas".

There is no dictionary of genders here. The ending of a plural noun tells it nearly always; words that only look like
nouns are listed, and after "el", "página" or "en" (a date, a label, a year) a number counts nothing.
"""

import re

from models.demos.openvoice.text.spanish_numbers import counted

_LABELS = frozenset(
    "el del al día capítulo página artículo número versión nivel tomo volumen ley canal habitación línea".split()
)
_YEAR_LABELS = frozenset("en de desde hasta del año años".split())
_NO_NOUNS = frozenset(
    "las los unas unos estas estos esas esos ellas ellos otras otros muchas muchos pocas pocos todas todos algunas "
    "algunos nosotras nosotros vosotras vosotros varias varios mientras además apenas entonces menos antes después "
    "lunes martes miércoles jueves viernes tres seis dos fuimos vamos somos tenemos hemos es más jamás tras mis tus "
    "sus millones billones".split()
)
_FEMININE = re.compile(
    r"\w{2,}as|\w+(?:iones|dades|tudes)|veces|mujeres|noches|tardes|clases|voces|calles|partes|leyes|luces|flores|"
    r"naves|llaves|nubes|imágenes|series"
)
_MASCULINE = re.compile(r"\w{2,}(?:os|es)")
# Masculine in -as by their ending: turistas, telegramas, problemas, síntomas, croatas, indígenas, jerarcas.
_MASCULINE_ENDINGS = re.compile(
    r"\w+(?:istas|gramas|emas|omas|asmas|cratas|iatras|nautas|ópatas|ígenas|narcas|iarcas|rarcas|garcas|icidas|rícolas)"
)
_FEMININE_ALL_THE_SAME = frozenset(
    "listas pistas revistas vistas entrevistas conquistas reconquistas aristas autopistas amatistas previstas gemas "
    "yemas cremas diademas flemas quemas estratagemas supremas extremas lomas gomas palomas bromas comas tomas maromas "
    "carcomas astrónomas autónomas gastrónomas mayordomas cataplasmas manos fotos motos".split()
)
_MASCULINE_IN_AS = frozenset(
    "días mediodías tranvías policías espías guías vigías mapas planetas cometas climas dramas melodramas panoramas "
    "prismas cismas carismas enigmas paradigmas estigmas dogmas diafragmas traumas pijamas piyamas pumas gorilas "
    "koalas pandas dálmatas croatas piratas acróbatas autómatas poetas atletas profetas ascetas patriotas compatriotas "
    "idiotas déspotas jesuitas israelitas moscovitas vietnamitas chiitas sunitas nómadas camaradas colegas guardias "
    "guardas belgas celtas persas aztecas incas mayas centinelas guardaespaldas paraguas paracaídas parabrisas "
    "limpiaparabrisas abrelatas lavavajillas cortaplumas aguafiestas trabalenguas lanzallamas sofás papás "
    "vodkas".split()
)
# The singular of a noun does not tell a verb from it ("el capítulo 1 trata"), so these are listed.
_SINGULAR = dict.fromkeys(
    "libra hora persona página casa semana vez tonelada milla noche botella taza mujer copa corona rupia".split(), True
) | dict.fromkeys("euro dólar día libro año mes minuto segundo kilo metro litro hombre kilómetro".split(), False)


def gender(noun: str) -> bool | None:
    """Return whether a noun is feminine, or None where the word is no noun or does not tell."""
    noun = noun.lower()
    if noun in _SINGULAR:
        return _SINGULAR[noun]
    if noun in _NO_NOUNS:
        return None
    if noun in _FEMININE_ALL_THE_SAME:
        return True
    if noun in _MASCULINE_IN_AS or _MASCULINE_ENDINGS.fullmatch(noun):
        return False
    if _FEMININE.fullmatch(noun):
        return True
    return False if _MASCULINE.fullmatch(noun) else None


def agree(text: str) -> str:
    """Put a number in words where it takes the gender of the next word: 21 casas, 300 personas, 1 libra, las 21."""

    def read(match: re.Match) -> str:
        before, number = (match[1] or "").lower().strip(), int(match[2])
        year = 1000 < number <= 2100 and before in _YEAR_LABELS
        feminine = gender(match[3])
        plural = match[3][-1] == "s" and match[3] != "mes"
        if before in _LABELS or year or feminine is None or (number == 1) == plural:
            return match[0]
        return f"{match[1] or ''}{counted(number, feminine)} {match[3]}"

    text = re.sub(r"\b([Ll]as?) (21|1)\b(?!\s?%|[.,:/]\d)", lambda m: f"{m[1]} {counted(int(m[2]), True)}", text)
    return re.sub(r"((?:\b[^\W\d_]+ )?)(?<![\w.,/-])(\d{1,6}) ([^\W\d_]{2,})\b", read, text)


def and_half(noun: str) -> str:
    """Return what follows the noun in "dos horas y media"."""
    return "y media" if gender(noun) or noun in ("h", "t", "ha") else "y medio"
