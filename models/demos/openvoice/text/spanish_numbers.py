# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spanish numbers in words: cardinals, ordinals and fractions, with the gender of what they count."""

import re

from models.demos.openvoice.text.romance_pairs import Noun

_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
).split()
_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
_ORDINALS = "primer segund tercer cuart quint sext séptim octav noven".split()
_TENTHS = "décim vigésim trigésim".split()
_TEENS = (
    "décim undécim duodécim decimotercer decimocuart decimoquint decimosext decimoséptim decimoctav decimonoven"
).split()
LAST_ORDINAL = 39
_PARTS = "medio tercio cuarto quinto sexto séptimo octavo noveno décimo".split()
_LARGE_PARTS = {100: "centésimo", 1000: "milésimo"}


def cardinal(number: int) -> str:
    """Return 0 to 999,999,999,999 in words."""
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


def counted(number: int, feminine: bool) -> str:
    """Return a number before a noun: in words where the noun changes it, else in digits."""
    plain = cardinal(number)
    if feminine and number < 1_000_000:
        words = re.sub(r"(ciento|quiniento)s\b", lambda match: f"{match[1][:-1]}as", plain)
        words = f"{words[:-1]}a" if words.endswith("uno") else words
    else:
        words = _before_noun(number)
    return words if words != plain else str(number)


def ordinal(number: int, ending: str) -> str:
    """Return an ordinal from 1 to 39, ending in o or a, or cut as before a masculine noun: primer, tercer."""
    tens, units = divmod(number, 10)
    if tens == 0:
        stems = [_ORDINALS[units - 1]]
    elif tens == 1:
        stems = [_TEENS[units]]
    else:
        stems = [_TENTHS[tens - 1], *([_ORDINALS[units - 1]] if units else [])]
    words = [stem + (ending or "o") for stem in stems]
    if not ending and stems[-1].endswith(("primer", "tercer")):
        words[-1] = stems[-1]
    return " ".join(words)


def fraction(above: int, below: int) -> str:
    if below in _LARGE_PARTS:
        part = _LARGE_PARTS[below]
    elif 1 < below <= 10:
        part = _PARTS[below - 2]
    elif 10 < below < 100:
        # onceavo, treintavo, treintaidosavo
        word = cardinal(below).replace(" y ", "i").replace("é", "e").replace("ó", "o")
        part = re.sub(r"[ao]$", "", word) + "avo" if word.endswith(("ta", "uno")) else f"{word}avo"
    else:
        return f"{above} partido por {below}"
    return f"{counted(above, False)} {part}{'' if above == 1 else 's'}"


def fraction_of(above: int, below: int, unit: Noun) -> str:
    """Return a fraction of a unit: media cucharada, tres cuartos de litro."""
    if (above, below) == (1, 2):
        return f"{'media' if unit.feminine else 'medio'} {unit.one}"
    return f"{fraction(above, below)} de {unit.one}"
