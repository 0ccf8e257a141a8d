# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""French numbers in words: cardinals, ordinals and fractions, with the gender of what they count."""

import re

from models.demos.openvoice.text.romance_pairs import Noun

_SMALL = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}

_PARTS = {2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}

# Nouns that are counted often and are feminine; endings that are nearly always feminine tell the others.
_FEMININE = frozenset(
    "heure minute seconde journée année semaine nuit fois page ligne lettre histoire personne femme fille voix place "
    "table chaise lampe chambre maison ville rue porte voiture tonne once livre sterling couronne roupie pièce carte "
    "étape feuille fleur pomme poire tasse bouteille chanson langue main tête partie école île étoile image note règle "
    "marche bougie pierre photo vidéo vache poule brebis souris fraise orange tranche goutte cuillère assiette armée "
    "entreprise usine banque bibliothèque salle équipe famille course victoire défaite mesure ligue coupe".split()
) - {"livre", "sterling"}
_FEMININE_ENDING = re.compile(r"\w+(?:[ts]ion|ette|esse|ance|euse|trice|ienne|elle|ière|rie|ité)s?")
_MASCULINE = frozenset("modèle modèles libelle cimetière cimetières génie génies".split())


def cardinal(number: int) -> str:
    """Return 0 to 999,999,999,999 in words."""
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
    """Return premier, deuxième, vingt et unième, ..."""
    words = cardinal(number)
    if number == 1:
        return "premier"
    words = words.rstrip("s") if words.endswith(("cents", "vingts", "millions")) else words
    words = re.sub(r"cinq$", "cinqu", re.sub(r"neuf$", "neuv", words))
    return re.sub(r"e$", "", words) + "ième"


def is_feminine(noun: str) -> bool:
    """Return whether a noun, in the singular or plural, is known to be feminine."""
    noun = noun.lower()
    if noun in _MASCULINE:
        return False
    return noun in _FEMININE or noun.removesuffix("s") in _FEMININE or _FEMININE_ENDING.fullmatch(noun) is not None


def counted(number: int, feminine: bool) -> str:
    """Return a number before a noun: in words where the noun changes it, else in digits."""
    words = cardinal(number)
    if number == 1 or feminine and re.search(r"\bun$", words):
        return words + "e" * feminine
    return str(number)


def agree(text: str) -> str:
    """Put a number in words before a feminine noun: 21 pages, 1 fois."""

    def read(match: re.Match) -> str:
        if not is_feminine(match[2]):
            return match[0]
        return f"{counted(int(match[1]), True)} {match[2]}"

    return re.sub(r"(?<![\w.,/-])(\d*1) ([^\W\d_]{3,})\b", read, text)


def fraction(above: int, below: int) -> str:
    if not 1 < below <= 1000:
        return f"{above} sur {below}"
    one, many = _PARTS.get(below) or (ordinal(below), ordinal(below) + "s")
    return f"{counted(above, False)} {one if above == 1 else many}"


def and_half(noun: str) -> str:
    """Return what follows the noun in "deux heures et demie"."""
    return "et demie" if is_feminine(noun) or noun in ("h", "min", "s", "t") else "et demi"


def fraction_of(above: int, below: int, unit: Noun) -> str:
    """Return a fraction of a unit: une demi-cuillère, trois quarts d'heure."""
    if (above, below) == (1, 2):
        return f"{'une' if unit.feminine else 'un'} demi {unit.one}"
    return f"{fraction(above, below)} {of(unit.one)}{unit.one}"


def of(noun: str) -> str:
    return "d'" if noun[0] in "aeiouhyé" and not noun.startswith("yen") else "de "
