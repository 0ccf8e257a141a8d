# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English numbers: digits -> [here] -> words, with the hyphens and commas that MeloTTS's voices were trained on."""

import inflect

from .english_words import CURRENCIES, MONTHS, SCALES

_inflect = inflect.engine()
LONGEST_NUMBER = 15  # digits; a longer number is a code, not a quantity

WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
DECIMAL = rf"(?:{WHOLE}(?:\.\d+)?|\.\d+)"
_NAMED_PARTS = {2: ("half", "halves"), 4: ("quarter", "quarters")}


def words(number: int | str) -> str:
    return str(_inflect.number_to_words(number, andword=""))


def ordinal(number: int | str) -> str:
    return words(_inflect.ordinal(number))


def digit_by_digit(text: str) -> str:
    return " ".join(words(digit) for digit in text if digit.isdecimal())


def cardinal(digits: str) -> str:
    code = len(digits) > LONGEST_NUMBER or len(digits) > 1 and digits[0] == "0"
    return digit_by_digit(digits) if code else words(int(digits))


def number(digits: str) -> str:
    """Read a plain number; one from 1001 to 2999 as a year is read."""
    value = int(digits) if len(digits) == 4 else 0
    if not 1000 < value < 3000 or value == 2000:
        return cardinal(digits)
    if 2000 < value < 2010:
        return f"two thousand {words(value % 100)}"
    if value % 100 == 0:
        return f"{words(value // 100)} hundred"
    return f"{words(value // 100)} {'oh ' if value % 100 < 10 else ''}{words(value % 100)}"


def in_code(digits: str) -> str:
    """Read a number in a product code: 320 three twenty, 4090 forty ninety, 9700 ninety-seven hundred, 12600K."""
    if len(digits) > 5:
        return digit_by_digit(digits)
    if len(digits) == 5 and digits[2] != "0":
        return f"{words(digits[:2])} {in_code(digits[2:])}"
    paired = len(digits) in (3, 4) and digits[0] != "0" and digits[-3:-1] != "00"
    if not paired or len(digits) == 3 and digits.endswith("00"):
        return cardinal(digits)
    first, last = words(digits[:-2]), int(digits[-2:])
    return f"{first} hundred" if last == 0 else f"{first} {'oh ' if last < 10 else ''}{words(last)}"


def decimal(text: str) -> str:
    """Read a number that may have commas between its thousands and digits after a point: 1,234.5, .5, 12."""
    whole, _, fraction = text.partition(".")
    read = cardinal(whole.replace(",", "")) if "," in whole else number(whole) if whole else ""
    return f"{read} point {digit_by_digit(fraction)}".strip() if fraction else read


def version(text: str) -> str:
    """Read 3.11.2 as numbers with a point between them; with three dots, as in 192.168.0.1, it is a network address."""
    parts = text.split(".")
    if len(parts) == 4:
        return " dot ".join(map(digit_by_digit, parts))
    return " point ".join(map(cardinal, parts))


def fraction(above: str, below: str) -> str:
    count, parts = int(above), int(below)
    if not 1 < parts <= 20 and parts not in (32, 64, 100, 1000) or count > 1000:
        return f"{number(above)} over {number(below)}"
    one, many = _NAMED_PARTS.get(parts) or (ordinal(parts), ordinal(parts) + "s")
    return f"{number(above)} {one if count == 1 else many}"


def plural(read: str) -> str:
    return read[:-1] + "ies" if read.endswith("y") else read + "s"


def day(month: int, number_of_day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= number_of_day <= 31):
        return None
    return f"{MONTHS[month - 1]} {ordinal(number_of_day)}"


def date(year: str, month: int, number_of_day: int) -> str | None:
    read = day(month, number_of_day)
    return read and f"{read}, {number(year)}"


def money(sign: str, amount: str, scale: str | None) -> str:
    """Read $2.50 or, with a scale, $2.5 million."""
    one, many, hundredth, hundredths = CURRENCIES[sign]
    whole, _, cents = amount.partition(".")
    if scale or len(cents) > 2:
        return " ".join(filter(None, (decimal(amount), SCALES.get(scale or "", scale), many)))
    units, rest = int((whole or "0").replace(",", "")), int(cents.ljust(2, "0"))
    parts = [f"{decimal(whole)} {one if units == 1 else many}"] if units or not rest else []
    parts += [f"{words(rest)} {hundredth if rest == 1 else hundredths}"] if rest else []
    return " ".join(parts)


def clock(hour: int, minute: int, half: str) -> str:
    """Read a time of day; `half` is a for the morning, p for the afternoon, or empty."""
    spoken = [words(hour % 12 or 12)]
    if minute:
        spoken += ["oh"] * (minute < 10) + [words(minute)]
    elif not half:
        spoken.append("o'clock")
    return " ".join([*spoken, *({"a": ["ay", "m"], "p": ["p", "m"]}.get(half, []))])
