# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English words for signs, abbreviations, currencies and units, as english_normalize.py writes them."""

ABBREVIATIONS = {
    "mrs": "misess",  # MeloTTS's spelling, which its voices were trained on
    "mr": "mister",
    "dr": "doctor",
    "st": "saint",
    "co": "company",
    "corp": "corporation",
    "inc": "incorporated",
    "jr": "junior",
    "sr": "senior",
    "maj": "major",
    "gen": "general",
    "drs": "doctors",
    "rev": "reverend",
    "lt": "lieutenant",
    "hon": "honorable",
    "sgt": "sergeant",
    "capt": "captain",
    "gov": "governor",
    "sen": "senator",
    "esq": "esquire",
    "ltd": "limited",
    "col": "colonel",
    "ft": "fort",
    "ms": "ms",
    "prof": "professor",
    "vs": "versus",
    "dept": "department",
    "approx": "approximately",
    "mt": "mount",
    "ave": "avenue",
    "blvd": "boulevard",
    "rd": "road",
    "ln": "lane",
    "hwy": "highway",
    "pkwy": "parkway",
}
# Only before a number.
LABELS = {
    "no": "number",
    "nos": "numbers",
    "p": "page",
    "pp": "pages",
    "vol": "volume",
    "vols": "volumes",
    "fig": "figure",
    "figs": "figures",
    "ch": "chapter",
    "sec": "section",
    "ext": "extension",
    "tel": "telephone",
    "apt": "apartment",
}
MONTHS = "january february march april may june july august september october november december".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
SHORT_DAYS = {day[:3]: day for day in DAYS} | {"tues": "tuesday", "thur": "thursday", "thurs": "thursday"}
SHORT_MONTHS = {month[:3]: month for month in MONTHS} | {"sept": "september"}

CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound sterling", "pounds sterling", "penny", "pence"),
    "¥": ("yen", "yen", "sen", "sen"),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "jeon", "jeon"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    **{
        sign: (f"{country} dollar", f"{country} dollars", "cent", "cents")
        for sign, country in {
            "US$": "u s",
            "A$": "australian",
            "AU$": "australian",
            "C$": "canadian",
            "CA$": "canadian",
            "NZ$": "new zealand",
            "HK$": "hong kong",
        }.items()
    },
    "CHF": ("swiss franc", "swiss francs", "centime", "centimes"),
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "MXN": ("mexican peso", "mexican pesos", "centavo", "centavos"),
}
CURRENCY_CODES = {
    **{"USD": "US$", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "HKD": "HK$"},
    **{"EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "RUB": "₽"},
    **{code: code for code in ("CHF", "CNY", "MXN")},  # these have no sign of their own
}
SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}

_PLAIN_UNITS = (
    "km:kilometer m:meter cm:centimeter mm:millimeter mi:mile yd:yard kg:kilogram g:gram mg:milligram μg:microgram "
    "μm:micrometer l:liter L:liter ml:milliliter mL:milliliter h:hour hr:hour min:minute sec:second s:second "
    "ms:millisecond W:watt kW:kilowatt MW:megawatt GW:gigawatt V:volt kV:kilovolt mA:milliampere kcal:kilocalorie "
    "dB:decibel kB:kilobyte KB:kilobyte MB:megabyte GB:gigabyte TB:terabyte px:pixel kPa:kilopascal hPa:hectopascal "
    "ha:hectare kJ:kilojoule °:degree "
    "kWh:kilowatt_hour MWh:megawatt_hour mAh:milliampere_hour"
)
# With or without a full stop, which is no pause before another word.
KITCHEN_UNITS = {
    **dict.fromkeys(("tsp", "Tsp", "tsps"), ("teaspoon", "teaspoons")),
    **dict.fromkeys(("tbsp", "Tbsp", "tbsps", "tbs", "Tbs"), ("tablespoon", "tablespoons")),
    **dict.fromkeys(("fl oz", "fl. oz", "fl.oz"), ("fluid ounce", "fluid ounces")),
    **dict.fromkeys(("qt", "qts"), ("quart", "quarts")),
    **dict.fromkeys(("pkg", "pkgs"), ("package", "packages")),
    **{"pt": ("pint", "pints"), "doz": ("dozen", "dozen"), "c.": ("cup", "cups"), "dl": ("deciliter", "deciliters")},
    **{"cl": ("centiliter", "centiliters"), "oz": ("ounce", "ounces"), "gal": ("gallon", "gallons")},
    **{"lb": ("pound", "pounds"), "lbs": ("pound", "pounds")},
}
UNITS = KITCHEN_UNITS | {
    **{
        symbol: (name.replace("_", " "), f"{name}s".replace("_", " "))
        for symbol, name in (pair.split(":") for pair in _PLAIN_UNITS.split())
    },
    **{symbol: (name, name) for symbol, name in (("Hz", "hertz"), ("kHz", "kilohertz"), ("MHz", "megahertz"))},
    **{symbol: (f"degree {name}", f"degrees {name}") for symbol, name in (("°C", "celsius"), ("°F", "fahrenheit"))},
    "ºC": ("degree celsius", "degrees celsius"),
    "°c": ("degree celsius", "degrees celsius"),
    "°f": ("degree fahrenheit", "degrees fahrenheit"),
    "GHz": ("gigahertz", "gigahertz"),
    "ft": ("foot", "feet"),
    "hrs": ("hour", "hours"),
    "mins": ("minute", "minutes"),
    "secs": ("second", "seconds"),
    "mph": ("mile per hour", "miles per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "fps": ("frame per second", "frames per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "dpi": ("dot per inch", "dots per inch"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "kbps": ("kilobit per second", "kilobits per second"),
    **dict.fromkeys(("sq ft", "sq. ft.", "sq. ft", "sq.ft."), ("square foot", "square feet")),
    **dict.fromkeys(("sq mi", "sq. mi."), ("square mile", "square miles")),
}
# After these a unit without a number in digits has its plural: two tbsp, a few tsp.
SEVERAL = frozenset("two three four five six seven eight nine ten few several some many more".split())
# Symbols that are also words or letters when nothing parts them from the number: "the 80s", "a 4m".
SPACED_UNITS = frozenset("s m h l".split())
# What a unit may be divided by: km/h, m/s, $5/kg.
PER = {"h": "hour", "s": "second", "min": "minute", "kg": "kilogram", "l": "liter", "L": "liter", "m": "meter"} | {
    **{"day": "day", "week": "week", "month": "month", "year": "year", "hr": "hour", "sec": "second"},
    **{"person": "person", "night": "night", "m²": "square meter", "m³": "cubic meter", "km": "kilometer"},
    **{"cm²": "square centimeter", "cm³": "cubic centimeter", "mL": "milliliter", "ml": "milliliter", "mo": "month"},
    **{"hour": "hour", "minute": "minute", "yr": "year", "gal": "gallon", "lb": "pound", "oz": "ounce", "mile": "mile"},
    **{"liter": "liter", "sq ft": "square foot", "kWh": "kilowatt hour", "unit": "unit", "user": "user", "mi": "mile"},
}

SIGNS = {
    "%": "percent",
    "‰": "per thousand",
    "&": "and",
    "@": "at",
    "+": "plus",
    "=": "equals",
    "°": "degrees",
    "±": "plus or minus",
    "×": "times",
    "÷": "divided by",
    "≈": "is about",
    "≤": "is at most",
    "≥": "is at least",
    "≠": "is not",
    "§": "section",
    "²": "squared",
    "³": "cubed",
}
ADDRESS_SIGNS = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", ":": "colon", "+": "plus"} | {
    **{"%": "percent", "~": "tilde"},
}

# Before a Roman numeral that counts; a ruler's is an ordinal.
COUNTED = frozenset(
    "act appendix article book bowl chapter class figure grade level part phase round scene section stage table title "
    "type volume war".split()
)

# Before a postal code.
STATES = dict(
    pair.split(":")
    for pair in (
        "AL:alabama|AK:alaska|AZ:arizona|AR:arkansas|CA:california|CO:colorado|CT:connecticut|DE:delaware|FL:florida|"
        "GA:georgia|HI:hawaii|ID:idaho|IL:illinois|IN:indiana|IA:iowa|KS:kansas|KY:kentucky|LA:louisiana|ME:maine|"
        "MD:maryland|MA:massachusetts|MI:michigan|MN:minnesota|MS:mississippi|MO:missouri|MT:montana|NE:nebraska|"
        "NV:nevada|NH:new hampshire|NJ:new jersey|NM:new mexico|NY:new york|NC:north carolina|ND:north dakota|OH:ohio|"
        "OK:oklahoma|OR:oregon|PA:pennsylvania|RI:rhode island|SC:south carolina|SD:south dakota|TN:tennessee|TX:texas|"
        "UT:utah|VT:vermont|VA:virginia|WA:washington|WV:west virginia|WI:wisconsin|WY:wyoming|DC:d c"
    ).split("|")
)
