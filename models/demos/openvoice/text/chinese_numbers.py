# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arabic numbers in Chinese text as one reads them aloud: text -> [here] -> text without digits -> chinese.py."""

import re
import unicodedata

_DIGITS = "零一二三四五六七八九"
_LONGEST = 16  # beyond 千万亿 nobody reads a number as one; longer ones are read digit by digit

_CURRENCIES = {"$": "美元", "¥": "元", "￥": "元", "€": "欧元", "£": "英镑"}
_DEGREES = {"C": "摄氏度", "F": "华氏度", "": "度"}
_OPERATORS = {"+": "加", "×": "乘", "÷": "除以", "=": "等于"}
_PARTS = {"%": "百", "‰": "千"}
# Before these, two of something is 两, not 二.
_MEASURES = "个|位|名|只|条|张|件|块|辆|家|座|场|份|种|台|杯|瓶|把|棵|岁|天|周|倍|小时"

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_YEAR = r"(?:1[5-9]|20)[0-9]{2}"


def read_integer(digits: str) -> str:
    """2018 -> 二千零一十八; codes (leading zeros) and very long numbers digit by digit."""
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0"):
        return read_digits(digits)
    words = _cardinal(int(digits))
    return words[1:] if words.startswith("一十") else words


def read_number(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return read_integer(whole) + ("点" + read_digits(fraction) if fraction else "")


def read_digits(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _cardinal(value: int) -> str:
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if value >= size:
            high, low = divmod(value, size)
            gap = "零" if low < size // 10 or high % 10 == 0 else ""  # 三十万零八千, as cn2an and so MeloTTS
            return _cardinal(high) + unit + (gap + _cardinal(low) if low else "")
    return _DIGITS[value]


def _phone_number(match: re.Match) -> str:
    return read_digits(re.sub(r"[^0-9]", "", match[0])).replace("一", "幺")


def _date(match: re.Match) -> str:
    year, month, day = match.groups()
    return f"{read_digits(year)}年{read_integer(str(int(month)))}月{read_integer(str(int(day)))}日"


def _time(match: re.Match) -> str:
    hour, minute, second = match.groups()
    words = read_integer(str(int(hour))) + "点"
    if int(minute) or second:
        words += read_integer(minute) + "分"  # 8:05 is 八点零五分
    return words + (read_integer(second) + "秒" if second else "")


# Each rule sees what the ones before it left; the last one reads every number that nothing special was known about.
_RULES = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    (r"(?<![0-9])(?:0[0-9]{2,3}-[0-9]{7,8}|[0-9]{3}-[0-9]{3,4}-[0-9]{4}|1[3-9][0-9]{9})(?![0-9])", _phone_number),
    (rf"(?<![0-9])({_YEAR})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12][0-9]|3[01])(?![0-9])", _date),
    (rf"(?<![0-9])({_YEAR})(?=年|[-~～—至到]{_YEAR}年)", lambda m: read_digits(m[1])),
    (r"(?<![0-9])([01]?[0-9]|2[0-4])[:：]([0-5][0-9])(?:[:：]([0-5][0-9]))?(?![0-9])", _time),
    (r"(?<=[0-9])[:：](?=[0-9])", lambda m: "比"),
    (rf"(?:(?<![^\s，。；：、,;:(（])|(?=-{_NUMBER}\s*[℃℉°%度]))(?<![0-9A-Za-z])-(?=[0-9])", lambda m: "负"),
    (r"(?<![0-9/.])([0-9]+)/([0-9]+)(?![0-9/.])", lambda m: f"{read_integer(m[2])}分之{read_integer(m[1])}"),
    (
        rf"([$¥￥€£])\s?({_NUMBER})([万亿]*)(?:美元|欧元|英镑|元)?",
        lambda m: read_number(m[2]) + m[3] + _CURRENCIES[m[1]],
    ),
    (rf"({_NUMBER})\s?([%‰])", lambda m: _PARTS[m[2]] + "分之" + read_number(m[1])),
    (rf"({_NUMBER})\s?°([CF]?)", lambda m: read_number(m[1]) + _DEGREES[m[2]]),
    (r"(?<=[0-9])\s*([+×÷=])\s*(?=[0-9])", lambda m: _OPERATORS[m[1]]),
    (rf"(?<![0-9.第])2(?={_MEASURES})", lambda m: "两"),
    (_NUMBER, lambda m: read_number(m[0])),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _RULES)


def spell_numbers(text: str) -> str:
    text = "".join(str(unicodedata.decimal(character, character)) for character in text)
    text = text.replace("％", "%").replace("℃", "°C").replace("℉", "°F").replace("−", "-")
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text
