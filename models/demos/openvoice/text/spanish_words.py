# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spanish words for abbreviations, units and pairs of numbers: data for spanish_reading.py."""

import re
from collections.abc import Callable

from models.demos.openvoice.text.romance_pairs import Noun, PairWords, nouns


def spoon(match: re.Match) -> str:
    """Leave a spoon after digits to the units; read it in words after a word: media cda., dos cdas."""
    symbol = match[0].rstrip(".").lower()
    before = match.string[: match.start()].rstrip()
    if before[-1:].isdigit():
        return symbol
    return SPOONS[symbol].many if symbol.endswith("s") else SPOONS[symbol].one


# Sorted so that a longer abbreviation is replaced before a shorter one that it contains. (?-i:...) keeps capitals.
ABBREVIATIONS: dict[str, str | Callable[[re.Match], str]] = {
    r"(?:cdas?|cd?i?tas?|ctdas?)\b\.?": spoon,
    r"ee\.\s?uu\.": "estados unidos",
    r"(?-i:C\.\s?P\.)(?=\s?\d)": "código postal",
    r"apdo\.?(?=\s(?:de\s)?(?:correos|\d))": "apartado",
    r"(?-i:P\.º|Pº)(?=\s)": "paseo",
    r"(?-i:B\.º|Bº)(?=\s)": "barrio",
    r"(?-i:Pl\.)(?=\s(?:de|del|(?-i:[A-ZÁÉÍÓÚ])))": "plaza",
    r"(?-i:Urb\.)(?=\s)": "urbanización",
    r"(?-i:Edif\.)(?=\s)": "edificio",
    r"(?-i:Pol\.\s?Ind\.)": "polígono industrial",
    r"s/n\b": "sin número",
    r"izqd?a\.|izda\.": "izquierda",
    r"izqd?o\.|izdo\.": "izquierdo",
    r"d[ce]?ha\.": "derecha",
    r"d[ce]?ho\.": "derecho",
    r"pta\.(?=\s?\d)": "puerta",
    r"esc\.(?=\s?(?:\d|[A-Z]\b))": "escalera",
    r"ext\.(?=\s?\d)": "extensión",
    r"y ss\.?(?!\w)": "y siguientes",
    r"(?:cfr|cf)\.": "confróntese",
    r"(?-i:Admón\.)": "administración",
    r"(?-i:Excmo\.)": "excelentísimo",
    r"(?-i:Excma\.)": "excelentísima",
    r"(?-i:Ilmo\.)": "ilustrísimo",
    r"(?-i:Ilma\.)": "ilustrísima",
    r"(?-i:Hnos\.)": "hermanos",
    r"(?-i:Hno\.)": "hermano",
    r"(?-i:Hna\.)": "hermana",
    r"(?-i:Fdo\.)": "firmado",
    r"(?-i:Rte\.)": "remitente",
    r"(?-i:Atte\.)": "atentamente",
    r"(?-i:S\.\s?A\.)(?=\s+[a-z]|,)": "sociedad anónima",
    r"(?-i:S\.\s?L\.)(?=\s+[a-z]|,)": "sociedad limitada",
    r"(?-i:[Ii]ncl\.)": "incluido",
    r"c/u\b": "cada uno",
    r"(?<=por )km\b": "kilómetro",
    r"(?<=cada )km\b": "kilómetro",
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
    r"(?-i:D\.\s?ª|Dª|Dña\.)": "doña",
    r"(?-i:D\.)(?=\s(?-i:[A-ZÁÉÍÓÚ][a-záéíóúñ]))": "don",
    r"(?-i:Sto\.)": "santo",
    r"(?-i:Sta\.)": "santa",
    r"(?-i:Gral\.)": "general",
    r"(?-i:Ing\.)(?=\s?(?-i:[A-ZÁÉÍÓÚ]))": "ingeniero",
    r"(?-i:Lic\.)(?=\s?(?-i:[A-ZÁÉÍÓÚ]))": "licenciado",
    r"(?-i:Cía\.)": "compañía",
    r"(?:uds|vds)\.": "ustedes",
    r"(?:ud|vd)\.": "usted",
    r"núms\.": "números",
    r"(?:núm|nº|n\.\s?º)\.?(?=\s*\d)": "número",
    r"págs\.|pp\.(?=\s?\d)": "páginas",
    r"pág\.|p\.(?=\s?\d)": "página",
    r"arts\.(?=\s?\d)": "artículos",
    r"art\.(?=\s?\d)": "artículo",
    r"cap\.(?=\s?\d)": "capítulo",
    r"vol\.(?=\s?\d)": "volumen",
    r"fig\.(?=\s?\d)": "figura",
    r"tel\.|tlf\.|teléf\.": "teléfono",
    r"avda\b\.?|(?-i:Av\.)(?=\s)": "avenida",
    r"(?-i:C/)\s?(?=(?-i:[A-ZÁÉÍÓÚ]))": "calle ",
    r"ctra\.|(?-i:Ctra\b)": "carretera",
    r"(?-i:Pza\.|Plza\.)": "plaza",
    r"aprox\.": "aproximadamente",
    r"máx\.": "máximo",
    r"mín\.": "mínimo",
    r"depto\.": "departamento",
    r"vs\.?(?=\s)": "versus",
    r"etc\.(?=\s+[^\W\d_])": "etcétera",
    r"etc(?=\.)": "etcétera",
    r"(?:a|antes de)\.?\s?(?-i:C)\.": "antes de cristo",
    r"(?:d|después de)\.?\s?(?-i:C)\.": "después de cristo",
    r"(?-i:s)\.(?=\s\d)": "siglo",
}

SPOONS = {
    **dict.fromkeys(("cda", "cdas"), Noun("cucharada", "cucharadas", True)),
    **dict.fromkeys(("cdta", "cdtas", "cdita", "cditas", "ctda", "ctdas"), Noun("cucharadita", "cucharaditas", True)),
}
UNITS = nouns(
    "km:kilómetro/kilómetros|Km:kilómetro/kilómetros|m:metro/metros|cm:centímetro/centímetros|"
    "mm:milímetro/milímetros|kg:kilo/kilos|Kg:kilo/kilos|g:gramo/gramos|gr:gramo/gramos|"
    "mg:miligramo/miligramos|l:litro/litros|L:litro/litros|cl:centilitro/centilitros|ml:mililitro/mililitros|"
    "min:minuto/minutos|s:segundo/segundos|seg:segundo/segundos|ms:milisegundo/milisegundos|"
    "°C:grado/grados|ºC:grado/grados|°F:grado fahrenheit/grados fahrenheit|°:grado/grados|"
    "W:vatio/vatios|kW:kilovatio/kilovatios|MW:megavatio/megavatios|kWh:kilovatio hora/kilovatios hora|"
    "V:voltio/voltios|Hz:hercio/hercios|kHz:kilohercio/kilohercios|MHz:megahercio/megahercios|"
    "GHz:gigahercio/gigahercios|KB:kilobyte/kilobytes|MB:megabyte/megabytes|GB:gigabyte/gigabytes|"
    "TB:terabyte/terabytes|Mbps:megabit por segundo/megabits por segundo|dB:decibelio/decibelios|"
    "kcal:kilocaloría/kilocalorías|km/h:kilómetro por hora/kilómetros por hora|px:píxel/píxeles|"
    "dl:decilitro/decilitros|dm:decímetro/decímetros"
) | {
    **{"h": Noun("hora", "horas", True), "hs": Noun("hora", "horas", True)},
    **{"t": Noun("tonelada", "toneladas", True), "ha": Noun("hectárea", "hectáreas", True)},
    **{"kcal": Noun("kilocaloría", "kilocalorías", True), "oz": Noun("onza", "onzas", True)},
    **dict.fromkeys(("lb", "lbs"), Noun("libra", "libras", True)),
    **SPOONS,
}
PER = {
    **{"h": "por hora", "hora": "por hora", "s": "por segundo", "min": "por minuto", "minuto": "por minuto"},
    **{"kg": "por kilo", "kilo": "por kilo", "l": "por litro", "L": "por litro", "litro": "por litro"},
    **{"día": "al día", "mes": "al mes", "año": "al año", "semana": "a la semana", "noche": "por noche"},
    **{"persona": "por persona", "pers": "por persona", "unidad": "por unidad", "ud": "por unidad"},
    **{"m²": "por metro cuadrado", "m2": "por metro cuadrado", "m³": "por metro cúbico", "m": "por metro"},
    **{"cm²": "por centímetro cuadrado", "cm³": "por centímetro cúbico", "ml": "por mililitro", "km": "por kilómetro"},
    **{"kWh": "por kilovatio hora", "t": "por tonelada", "ha": "por hectárea"},
}

PAIRS = PairWords(
    out_of="sobre",
    ratio="a",
    odds="a",
    odds_before="apuestas|cuotas?|momios?",
    ratio_before=r"(?:ratio|proporción|razón|relación|escala|dilución)(?: de)?",
    marked_before=(
        r"(?:un|nota(?: media)?|puntuación|calificación|valoración|sa(?:ca|qu)\w+|(?:pus|d)[eio]\w*|obt[uei]\w+|"
        r"puntua\w+|calific\w+|valora\w+|merece)(?: (?:es|fue|de|con|un|una|en|le|la|el|a))*"
    ),
    always_marks="(?!)",
    of=r"del?\b",
    lasting_before=(
        r"en|(?:dura|duran|duró|duraron|durará|duración|tiempo|récord|marca|ritmo)(?: es| fue| de| total de)?"
    ),
    lasting_after="minutos|min|por kilómetro|por km",
    hour=Noun("hora", "horas", True),
    minute=Noun("minuto", "minutos"),
    second=Noun("segundo", "segundos"),
    per_kilometre="por kilómetro",
    and_="y",
    comma=",",
    scale=lambda below: f"1 a {below}",
    multiple=Noun("vez", "veces", True),
    times="por",
)
