# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read Japanese numbers with their counters: 三本 -> サンボン.

`japanese_signs.py` uses it for numbers in Arabic digits, `japanese_readings.py` for numbers in Chinese characters.
"""

import re

from models.demos.openvoice.text.japanese_counters import FOUR_POPS, KINDS, OWN_DIGITS, SUFFIXES, reading_and_class

_DIGITS = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_HUNDREDS = {3: "サンビャク", 6: "ロッピャク", 8: "ハッピャク"}
_THOUSANDS = {3: "サンゼン", 8: "ハッセン"}
_LARGE = ("", "マン", "オク", "チョウ")
_LONGEST = 16  # longer numbers are read digit by digit
_KANJI_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_SIZES = {"十": 10, "百": 100, "千": 1000}
_KANJI_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
NUMERALS = frozenset("0123456789〇零一二三四五六七八九十百千万億兆")

# What the last digit turns into before a class of counters. 10 counts as a digit, and so does 100, of which the end
# changes: ヒャク, ヒャッ.
_K_DIGITS = {1: "イッ", 6: "ロッ", 8: "ハッ", 10: "ジュッ", 100: "ッ"}
_S_DIGITS = {1: "イッ", 8: "ハッ", 10: "ジュッ"}
_BEFORE = {
    **dict.fromkeys(("k", "g", "b", "p", "native p"), _K_DIGITS),
    **dict.fromkeys(("s", "z"), _S_DIGITS),
    **{"": {}, "native": {}, "kilo": {6: "ロッ", 10: "ジュッ"}, "page": {10: "ジュッ"}},
}
_VOICED = dict(zip("ハヒフヘホカケソ", "バビブベボガゲゾ", strict=True))
_POPPED = dict(zip("ハヒフヘホ", "パピプペポ", strict=True))
_DAYS = dict(zip(range(2, 11), "フツカ ミッカ ヨッカ イツカ ムイカ ナノカ ヨウカ ココノカ トオカ".split(), strict=True))
_DAYS |= {14: "ジュウヨッカ", 20: "ハツカ", 24: "ニジュウヨッカ"}
_THINGS = dict(enumerate("ヒトツ フタツ ミッツ ヨッツ イツツ ムッツ ナナツ ヤッツ ココノツ".split(), start=1))
_PEOPLE = {1: "ヒトリ", 2: "フタリ"}


def parse(numeral: str) -> int:
    """Return the value of Arabic or Chinese numerals: 2018, 二千十八, 二〇一八, 10万, 3万5千."""
    total = part = digit = 0
    for character in numeral:
        if character in _KANJI_SIZES:
            part += (digit or 1) * _KANJI_SIZES[character]
            digit = 0
        elif character in _KANJI_LARGE:
            total += (part + digit or 1) * _KANJI_LARGE[character]
            part = digit = 0
        else:
            digit = 10 * digit + (_KANJI_DIGITS[character] if character in _KANJI_DIGITS else int(character))
    return total + part + digit


def read_number(numeral: str, counter: str = "", after_month: bool = False, suffix: str = "") -> str:
    """Return the katakana of a number with its counter and the counter's suffix.

    Codes (leading zeros) and very long numbers without a counter are read digit by digit. `after_month` makes 1日 the
    first day of a month, ツイタチ, instead of one day. Without a number the reading of the counter is returned.
    """
    ending = SUFFIXES[suffix][0] if suffix else ""
    if not numeral:
        return reading_and_class(counter)[0] + ending
    if numeral.isdecimal() and (len(numeral) > _LONGEST or (len(numeral) > 1 and numeral[0] == "0")) and not counter:
        return read_digits(numeral)
    return _read_value(parse(numeral), counter, after_month) + ending


def read_decimal(whole: str, fraction: str) -> str:
    """Return the katakana of a decimal number: 1.5 -> イッテンゴ."""
    value = int(whole)
    return _with_last(value, {1: "イッ", 8: "ハッ", 10: "ジュッ"}) + "テン" + read_digits(fraction)


def read_digits(digits: str) -> str:
    """Return the katakana of digits one by one."""
    return "".join(_DIGITS[int(digit)] for digit in digits)


def read_about(first: int, second: int, counter: str, suffix: str = "") -> str:
    """Return the katakana of two neighbouring numbers that share a counter: 二、三日 -> ニサンニチ."""
    ending = SUFFIXES[suffix][0] if suffix else ""
    return {4: "シ", 7: "シチ"}.get(first, _DIGITS[first]) + _sino(second, counter) + ending


def read_indefinite(word: str, numeral: str, counter: str, suffix: str) -> str:
    """Return the katakana of 何 ("how many") or 数 ("several") with a unit of ten and a counter.

    何 changes the sound after it as 3 does: 何本 ナンボン, 何百人 ナンビャクニン, 数十回 スウジュッカイ. The result is
    empty without a unit and a counter, and for a counter that 何 does not count (何色).
    """
    if not numeral and (not counter or (word == "何" and counter in KINDS)):
        return ""
    ending = SUFFIXES[suffix][0] if suffix else ""
    if numeral:
        reading = read_number(numeral, counter)
        reading = reading.removeprefix("イチ")  # 何万 ナンマン
        if word == "何":
            reading = re.sub("^ヒャ", "ビャ", re.sub("^セ", "ゼ", reading))
        return {"何": "ナン", "数": "スウ"}[word] + reading + ending
    reading, sound = reading_and_class(counter)
    if word == "数":
        return "スウ" + ("ジツ" if counter == "日" else reading) + ending
    return "ナン" + _after_three(reading, sound) + ending


def _read_value(value: int, counter: str, after_month: bool) -> str:
    if counter == "日" and (value in _DAYS or (value == 1 and after_month)):
        return _DAYS.get(value, "ツイタチ")
    if counter == "人" and value in _PEOPLE:
        return _PEOPLE[value]
    if counter == "つ" and value in _THINGS:
        return _THINGS[value]
    if counter in ("歳", "才") and value == 20:
        return "ハタチ"
    return _sino(value, counter)


def _sino(value: int, counter: str) -> str:
    """Return the Chinese reading of a number with its counter."""
    reading, sound = reading_and_class(counter)
    if counter in OWN_DIGITS:
        return _with_last(value, OWN_DIGITS[counter][1]) + reading
    if sound.startswith("native") and value in (1, 2):
        return ("ヒト", "フタ")[value - 1] + reading
    number = _with_last(value, _BEFORE[sound])
    if number.endswith("ッ") and reading[0] in _POPPED:  # イップン, ロッポン
        return number + _POPPED[reading[0]] + reading[1:]
    if _last_digit(value) == 4 and counter[:1] in FOUR_POPS:
        return number + _POPPED[reading[0]] + reading[1:]
    if number.endswith(("サン", "セン", "ゼン", "マン")):
        return number + _after_three(reading, sound)
    return number + reading


def _after_three(reading: str, sound: str) -> str:
    """Return a counter's reading after 3, 1000 or 何: ボン, プン, ガイ."""
    if sound in ("b", "g", "z"):
        return _VOICED[reading[0]] + reading[1:]
    if sound in ("p", "native p"):
        return _POPPED[reading[0]] + reading[1:]
    return reading


def _last_digit(value: int) -> int:
    """Return the last digit that is not 0 as 1 to 9, or 10 or 100; 0 for larger round numbers."""
    if value % 10:
        return value % 10
    if value % 100:
        return 10
    return 100 if value % 1000 else 0


def _with_last(value: int, forms: dict[int, str]) -> str:
    """Return the cardinal number whose last digit has its form of `forms`."""
    last = _last_digit(value)
    if last not in forms:
        return _cardinal(value)
    if last < 10:
        return (_cardinal(value - last) if value > last else "") + forms[last]
    if last == 10:
        return _cardinal(value).removesuffix("ジュウ") + forms[last]
    return _cardinal(value).removesuffix("ク") + forms[last]  # ヒャッ, サンビャッ


def _cardinal(value: int) -> str:
    if value == 0:
        return "レイ"
    words = ""
    for power in range(3, -1, -1):
        group = value // 10 ** (4 * power) % 10**4
        if group:
            words += _below_ten_thousand(group, power) + _LARGE[power]
    for plain, doubled in (("イチチ", "イッチ"), ("ハチチ", "ハッチ"), ("ジュウチ", "ジュッチ")):  # 一兆 イッチョウ
        words = words.replace(f"{plain}ョウ", f"{doubled}ョウ")
    return words


def _below_ten_thousand(group: int, power: int) -> str:
    thousands, hundreds, tens, ones = group // 1000, group // 100 % 10, group // 10 % 10, group % 10
    words = ""
    if thousands:
        words += _THOUSANDS.get(
            thousands, ("イッ" if power else "") + "セン" if thousands == 1 else _DIGITS[thousands] + "セン"
        )
    if hundreds:
        words += _HUNDREDS.get(hundreds, "ヒャク" if hundreds == 1 else _DIGITS[hundreds] + "ヒャク")
    if tens:
        words += ("" if tens == 1 else _DIGITS[tens]) + "ジュウ"
    return words + (_DIGITS[ones] if ones else "")
