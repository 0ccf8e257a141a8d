# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""French words for abbreviations, units and pairs of numbers: data for french_reading.py."""

import re
from collections.abc import Callable

from models.demos.openvoice.text.french_numbers import ordinal
from models.demos.openvoice.text.romance_pairs import Noun, PairWords, nouns

SPOONS = {
    "càs": Noun("cuillère à soupe", "cuillères à soupe", True),
    "càc": Noun("cuillère à café", "cuillères à café", True),
}
# c. à s., c. à soupe, càs, CàS, cuil. à soupe; the same with c. à c. and c. à café
_SPOON = r"(?:(?:[Cc]|[Cc]uill?)\b\.?\s?à\s?(s|c|soupe|café)|[Cc]à([sc]|[SC]))\b\.?"
_SEVERAL = re.compile(
    r"\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|quelques|des|les|plusieurs) $", re.IGNORECASE
)


def spoon(match: re.Match) -> str:
    """Leave a spoon after digits to the units; read it in words after a word: une c. à s., deux c. à s."""
    symbol = f"cà{(match[1] or match[2])[0].lower()}"
    before = match.string[: match.start()]
    if before.rstrip()[-1:].isdigit():
        return symbol
    return SPOONS[symbol].many if _SEVERAL.search(before) else SPOONS[symbol].one


def _scale(below: int) -> str:
    return f"un {ordinal(below).removeprefix('un ')}"


# MeloTTS's own list, as far as it is right: "M. Dupont" but not "5 m.", "art. 5" but not "C'est de l'art."
ABBREVIATIONS: dict[str, str | Callable[[re.Match], str]] = {
    _SPOON: spoon,
    r"Mlles\b\.?": "mesdemoiselles",
    r"Mlle\b\.?": "mademoiselle",
    r"Mmes\b\.?": "Mesdames",
    r"Mme\b\.?": "Madame",
    r"MM\.(?=\s*[A-ZÀ-Ý])": "messieurs",
    r"M\.(?=\s+(?:et|ou)\s+[Mm]|\s+[A-ZÀ-Ý]|[A-ZÀ-Ý][a-zà-ÿ])": "monsieur",
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
    r"(?<=article )(\d+)-(?=\d)": lambda match: f"{match[1]} tiret ",
    r"B\.?\s?P\.?(?=\s?\d)": "boîte postale",
    r"C\.?\s?P\.?(?=\s?\d{5})": "code postal",
    r"[Pp]l\.(?=\s(?:d[eu]|[A-ZÀ-Ý]))": "place",
    r"[Ii]mp\.(?=\s)": "impasse",
    r"[Aa]ll\.(?=\s(?:d[eu]|[A-ZÀ-Ý]))": "allée",
    r"[Rr]te\.?(?=\s(?:d[eu]|nationale|[A-ZÀ-Ý]))": "route",
    r"[Cc]h\.(?=\s(?:d[eu]|[A-ZÀ-Ý]))": "chemin",
    r"[Ff]bg\.?(?=\s)": "faubourg",
    r"[Bb]ât\.?(?=\s?(?:[A-Z\d]\b|\d))": "bâtiment",
    r"[Aa]pp?te?\.?(?=\s?(?:n°\s?)?\d)": "appartement",
    r"[Ee]sc\.(?=\s?[A-Z\d]\b)": "escalier",
    r"[Éé]t\.(?=\s|,)": "étage",
    r"[Rr]és\.(?=\s[A-ZÀ-Ýdl])": "résidence",
    r"[Rr]éf\.": "référence",
    r"[Cc]f\.": "confer",
    r"(?<=par )km\b|(?<=au )km\b": "kilomètre",
    r"et suiv\.?(?!\w)": "et suivantes",
    r"(?<=ème )s\.|(?<=\de )s\.|(?<=\de)\ss\.": " siècle",
    r"(\d\d)\s?h(?:eures)?/24(?!\d)": lambda match: f"{match[1]} heures sur 24",
    r"([67])\s?j(?:ours)?/7(?!\d)": lambda match: f"{match[1]} jours sur 7",
    r"(?<=[Cc]omposez le )(\d\d)(\d\d)(?!\d)": lambda match: f"{match[1]} {match[2]}",
    r"(?<=[Aa]ppelez le )(\d\d)(\d\d)(?!\d)": lambda match: f"{match[1]} {match[2]}",
    r"(?<=[Tt]apez le )(\d\d)(\d\d)(?!\d)": lambda match: f"{match[1]} {match[2]}",
    r"[Bb]oul\.|[Bb][dl]d?\b\.?(?=\s(?:d[eu]\b|des\b|d'|[A-ZÀ-Ý]))|[Bb]d\.": "boulevard",
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
    r"[Pp]p\.(?=\s?\d)": "pages",
    r"[Pp]\.(?=\s?\d)": "page",
    r"[Cc]hap\.(?=\s?\d)": "chapitre",
    r"[Vv]ol\.(?=\s?\d)": "volume",
    r"[Ff]ig\.(?=\s?\d)": "figure",
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

UNITS = nouns(
    "km:kilomètre/kilomètres|Km:kilomètre/kilomètres|m:mètre/mètres|cm:centimètre/centimètres|"
    "mm:millimètre/millimètres|kg:kilo/kilos|Kg:kilo/kilos|g:gramme/grammes|mg:milligramme/milligrammes|"
    "l:litre/litres|L:litre/litres|cl:centilitre/centilitres|ml:millilitre/millilitres|ms:milliseconde/millisecondes|"
    "ha:hectare/hectares|°C:degré/degrés|°F:degré fahrenheit/degrés fahrenheit|°:degré/degrés|W:watt/watts|"
    "kW:kilowatt/kilowatts|MW:mégawatt/mégawatts|kWh:kilowattheure/kilowattheures|V:volt/volts|Hz:hertz/hertz|"
    "kHz:kilohertz/kilohertz|MHz:mégahertz/mégahertz|GHz:gigahertz/gigahertz|ko:kilooctet/kilooctets|"
    "Ko:kilooctet/kilooctets|Mo:mégaoctet/mégaoctets|Go:gigaoctet/gigaoctets|To:téraoctet/téraoctets|"
    "MB:mégaoctet/mégaoctets|GB:gigaoctet/gigaoctets|TB:téraoctet/téraoctets|dB:décibel/décibels|"
    "Mbit/s:mégabit par seconde/mégabits par seconde|km/h:kilomètre heure/kilomètres heure|px:pixel/pixels|"
    "dl:décilitre/décilitres|dm:décimètre/décimètres"
) | {
    **{symbol: Noun("heure", "heures", True) for symbol in ("h", "H")},
    **{symbol: Noun("minute", "minutes", True) for symbol in ("min", "mn")},
    **{"s": Noun("seconde", "secondes", True), "t": Noun("tonne", "tonnes", True)},
    "kcal": Noun("kilocalorie", "kilocalories", True),
    **SPOONS,
}
PER = {
    **{"h": "par heure", "heure": "par heure", "s": "par seconde", "min": "par minute", "minute": "par minute"},
    **{"kg": "par kilo", "kilo": "par kilo", "l": "par litre", "L": "par litre", "litre": "par litre"},
    **{"jour": "par jour", "j": "par jour", "mois": "par mois", "an": "par an", "semaine": "par semaine"},
    **{"nuit": "par nuit", "personne": "par personne", "pers": "par personne", "unité": "par unité"},
    **{"pièce": "par pièce", "km": "par kilomètre", "kWh": "par kilowattheure", "t": "par tonne", "ha": "par hectare"},
    **{"m²": "par mètre carré", "m2": "par mètre carré", "m³": "par mètre cube", "cm²": "par centimètre carré"},
    **{"cm³": "par centimètre cube", "ml": "par millilitre", "m": "par mètre"},
}

PAIRS = PairWords(
    out_of="sur",
    ratio="pour",
    odds="contre",
    odds_before=r"(?:cotes?|paris?)(?: est| sont)?(?: de| à)?",
    ratio_before=r"(?:ratio|proportion|rapport|dilution)(?: de)?",
    marked_before=(
        r"(?:notée?s?|notes?|score|moyenne|évaluée?s?|avis|(?:m[ie][st]|mets|donn|obt[ie]en|mérit)\w*|e[ut]|a)"
        r"(?: (?:est|de|un|une|la|le|lui|à))*"
    ),
    always_marks="20",
    of=r"d(?:es?\b|u\b|')",
    lasting_before=(
        r"en|(?:dure|durent|duré|durait|durera|durée|temps|record|chrono|allure)(?: est| était| de| total de)?"
    ),
    lasting_after="minutes|min|par kilomètre|par km|au kilomètre|au km",
    hour=Noun("heure", "heures", True),
    minute=Noun("minute", "minutes", True),
    second=Noun("seconde", "secondes", True),
    per_kilometre="par kilomètre",
    and_="et",
    comma=",",
    scale=_scale,
    multiple=Noun("fois", "fois", True),
    times="fois",
)
