# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numbers in Korean text: what must be known before the words are split, and how digits are said -> korean.py.

Digits stay digits where a word piece shows them to BERT as they were in training; only a number that the tokenizer
would tear apart at a point, a colon or a comma is spelled out beforehand.
"""

import re
import unicodedata

_DIGITS = "영일이삼사오육칠팔구"
_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_LARGE = ("", "만", "억", "조")
_LONGEST = 16

# Counters that take native numbers, and up to which number they do: 세 시간 but 이십사 시간.
_NATIVE_COUNTERS = """
군데 권 개 그루 닢 대 두 마리 모 모금 뭇 발 발짝 방 번 벌 보루 살 수 술 시 쌈 움큼 정 짝 채 척 첩 축 켤레 톨 통
명 달 가지 사람 잔 병 곳 장 송이 쌍
"""
_NATIVE_LIMIT = dict.fromkeys(_NATIVE_COUNTERS.split(), 99) | {"시간": 12}
_CURRENCIES = {"$": "달러", "₩": "원", "￦": "원", "€": "유로", "£": "파운드", "¥": "엔", "￥": "엔"}
_UNITS = {
    "km": "킬로미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "m": "미터",
    "kg": "킬로그램",
    "mg": "밀리그램",
    "g": "그램",
    "ml": "밀리리터",
    "l": "리터",
}
_EMERGENCY = ("112", "114", "119")


def read_number(digits: str, counter: str = "") -> str:
    """Sino-Korean, or native before the counters that want it; codes and very long numbers digit by digit."""
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0") or (digits in _EMERGENCY and not counter):
        return read_digits(digits)
    value = int(digits)
    if value == 0:
        return "영"
    if value > _NATIVE_LIMIT.get(counter, 0):
        return _sino(value)
    if value == 20:
        return "스무"
    return _NATIVE_TENS[value // 10] + _NATIVE_ONES[value % 10]


def read_digits(digits: str, zero: str = "영") -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits).replace("영", zero)


def _sino(value: int) -> str:
    words = ""
    for power in range(3, -1, -1):
        group = value // 10 ** (4 * power) % 10**4
        if group:
            words += ("" if group == 1 and power == 1 else _below_ten_thousand(group)) + _LARGE[power]
    return words


def _below_ten_thousand(group: int) -> str:
    words = ""
    for size, unit in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit, group = divmod(group, size)
        if digit:
            words += ("" if digit == 1 and unit else _DIGITS[digit]) + unit
    return words


def _decimal(match: re.Match) -> str:
    return f"{read_number(match[1])}점{read_digits(match[2])}"


_YEAR = "(?:1[0-9]|20)[0-9]{2}"
_RULES = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    (r"(?<![0-9-])0[0-9]{1,2}-[0-9]{3,4}-[0-9]{4}(?![0-9-])", lambda m: _phone_number(m[0])),
    (
        rf"(?<![0-9])({_YEAR})([-/.])\s?(0?[1-9]|1[0-2])\2\s?(0?[1-9]|[12][0-9]|3[01])(?![0-9])\.?",
        lambda m: f"{m[1]}년 {int(m[3])}월 {int(m[4])}일",
    ),
    (
        r"(?<![0-9:])([01]?[0-9]|2[0-4]):([0-5][0-9])(?![0-9:])",
        lambda m: f"{int(m[1])}시" + (f" {int(m[2])}분" if int(m[2]) else ""),
    ),
    (r"(?<![^\s(])-(?=[0-9])", lambda m: "마이너스 "),
    (r"([$₩￦€£¥￥])\s?([0-9]+(?:\.[0-9]+)?)([만억조]*)", lambda m: m[2] + m[3] + _CURRENCIES[m[1]]),
    (r"(?<![0-9./])([0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{m[2]}분의 {m[1]}"),
    (r"(?<![0-9.])([0-9]+)\.([0-9]+)(?![0-9.])", _decimal),
    (rf"(?<=[0-9영일이삼사오육칠팔구])({'|'.join(_UNITS)})(?![a-zA-Z])", lambda m: _UNITS[m[1].lower()]),
    (r"°C?|℃", lambda m: "도"),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _RULES)


def _phone_number(digits: str) -> str:
    return "-".join(read_digits(part, zero="공") for part in digits.split("-"))


def spell_torn_numbers(text: str) -> str:
    text = "".join(str(unicodedata.decimal(character, character)) for character in text)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text
