# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numbers in Korean text: the signs around them before the text is split into words, and digits in words -> korean.py.

Plain digits stay digits, because BERT had them as digits in training. A number that the tokenizer would tear apart at a
point, a colon or a comma is spelled out first. The table "Chinese, Japanese, Korean: what is read how" in
DIFFERENCES.md has an example of each kind.
"""

import re
import unicodedata
from collections.abc import Callable

from models.demos.openvoice.text.cjk_tables import pairs

_DIGITS = "영일이삼사오육칠팔구"
_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_LARGE = ("", "만", "억", "조")
_LONGEST = 16  # longer numbers are read digit by digit

# Counters that take native numbers, and up to which number they do: 세 시간 but 이십사 시간.
_NATIVE_COUNTERS = """
군데 권 개 그루 닢 대 두 마리 모 모금 뭇 발 발짝 방 번 벌 보루 살 수 술 시 쌈 움큼 정 짝 채 척 첩 축 켤레 톨 통
명 달 가지 사람 큰술 작은술 숟가락 스푼 잔 병 곳 장 송이 쌍
"""
_NATIVE_LIMIT = dict.fromkeys(_NATIVE_COUNTERS.split(), 99) | {"시간": 12, "시": 12}


_CURRENCIES = pairs(
    """
    US$ 달러 $ 달러 ₩ 원 ￦ 원 € 유로 £ 파운드 ¥ 엔 ￥ 엔 USD 달러 KRW 원 EUR 유로 GBP 파운드 JPY 엔
    """
)
_CENTS = {"달러": "센트", "유로": "센트", "파운드": "펜스"}
_UNITS = pairs(
    """
    km 킬로미터 cm 센티미터 mm 밀리미터 nm 나노미터 m 미터 kg 킬로그램 mg 밀리그램 g 그램 t 톤 ml 밀리리터
    mL 밀리리터 l 리터 L 리터 ha 헥타르 TB 테라바이트 GB 기가바이트 MB 메가바이트 KB 킬로바이트 Mbps 메가비피에스
    Gbps 기가비피에스 GHz 기가헤르츠 MHz 메가헤르츠 kHz 킬로헤르츠 Hz 헤르츠 kWh 킬로와트시 kW 킬로와트 W 와트
    V 볼트 mA 밀리암페어 A 암페어 kcal 킬로칼로리 cal 칼로리 dB 데시벨 KM 킬로미터 KG 킬로그램 Km 킬로미터
    Kg 킬로그램 CM 센티미터 ML 밀리리터
    """
)
# After a price: 9,900원/월
_RATES = {"월": "월", "년": "연", "일": "하루", "시간": "시간당", "박": "일박"} | {
    **{"명": "한 명당", "인": "일인당", "개": "한 개당"},
}
_POWERS = {"2": "제곱", "²": "제곱", "3": "세제곱", "³": "세제곱"}
_SPEEDS = {"h": "시속", "s": "초속", "min": "분속"}
_OPERATORS = {"×": " 곱하기 ", "÷": " 나누기 ", "-": " 빼기 "}
# Names whose digit is said in English.
_ENGLISH = dict(zip("123456", "원 투 쓰리 포 파이브 식스".split(), strict=True))
_LETTERS = {"G": "지", "D": "디", "K": "케이"}
_EMERGENCY = ("112", "114", "119")


def read_number(digits: str, counter: str = "") -> str:
    """Return a number in Chinese words, or in native ones before the counters that take them: 3 개 -> 세.

    Codes (leading zeros), emergency numbers and very long numbers are read digit by digit.
    """
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0") or (digits in _EMERGENCY and not counter):
        return read_digits(digits)
    value = int(digits)
    if value == 0:
        return "영"
    decade = counter == "대" and value % 10 == 0  # people in their twenties, 이십대
    if decade or value > _NATIVE_LIMIT.get(counter, 0):
        return _sino(value)
    if value == 20:
        return "스무"
    return _NATIVE_TENS[value // 10] + _NATIVE_ONES[value % 10]


def read_digits(digits: str, zero: str = "영") -> str:
    """Return digits one by one; `zero` is the word for 0, 공 in telephone numbers."""
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


def _version(match: re.Match) -> str:
    return "점".join(map(read_number, match[0].split(".")))


def _date(match: re.Match) -> str:
    return f"{match[1]}년 {int(match[3])}월 {int(match[4])}일"


def _time(match: re.Match) -> str:
    hour, minute, second = match.groups()
    words = f"{int(hour)}시"
    if int(minute) or second:
        words += f" {int(minute)}분"
    return words + (f" {int(second)}초" if second else "")


def _lasting(match: re.Match) -> str:
    """Read a duration: three numbers are hours, minutes and seconds, two are minutes and seconds."""
    first, second, third = match.groups()
    sizes, parts = (("시간", "분", "초"), (first, second, third)) if third else (("분", "초"), (first, second))
    return " ".join(f"{int(part)}{size}" for part, size in zip(parts, sizes, strict=True) if int(part))


def _shares(match: re.Match) -> str:
    return f"{match[1]} 대 {match[2]}" if int(match[1]) + int(match[2]) == 100 else match[0]


def _rate(match: re.Match) -> str:
    return f"{_RATES[match[2]]} {match[1]}"


def _phone_number(match: re.Match) -> str:
    parts = re.findall("[0-9]+", match[0])
    return ("플러스 " if match[0][0] == "+" else "") + "-".join(read_digits(part, zero="공") for part in parts)


def _range(match: re.Match) -> str:
    """Read a wave between any two numbers as "to", a hyphen only beside a counter, a unit or a percent sign."""
    first, own, mark, second, shared = match.groups()
    if second.endswith(("만", "억")) and not (own or first.endswith(("만", "억"))):
        return f"{first}에서 {second}{shared}"  # 3,000~3,500만 원: the large unit is said once
    if mark in "-–—" and not (own or shared):
        return match[0]
    counter = own or (shared if re.fullmatch(_COUNTER, shared) and not first.endswith(("만", "억")) else "")
    return f"{first}{counter}에서 {second}{shared}"


def _price(match: re.Match) -> str:
    name, whole, fraction, large = _CURRENCIES[match[1]], match[2], match[3], match[4]
    if fraction and len(fraction) == 2 and not large and name in _CENTS:
        return whole + name + (f" {int(fraction)}{_CENTS[name]}" if int(fraction) else "")
    return whole + (f".{fraction}" if fraction else "") + large + name


def _fraction(match: re.Match) -> str:
    whole, upper, lower = match.groups()
    return (f"{whole}와 " if whole else "") + f"{lower}분의 {upper}"


_AFTER_LASTING = "(?:(?<=(?:기록|길이)[은이는가] )|(?<=[요영생] 시간[은이] ))"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_YEAR = "(?:1[0-9]|20)[0-9]{2}"
_MONTH, _DAY = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_WEEKDAY = "[월화수목금토일]"
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_SINO_COUNTERS = "년 월 일 분 초 원 개월 층 회 도 세 위 등 인분 주 주일 페이지 쪽 만 억 대 배 점 달러 유로 엔 퍼센트"
_COUNTER = "|".join(sorted({*_NATIVE_LIMIT, *_SINO_COUNTERS.split()}, key=len, reverse=True))
_MEASURE = f"%|°C|℃|°|{_COUNTER}|(?:{_UNIT})(?![A-Za-z])"
_RULES: tuple[tuple[str, Callable[[re.Match], str]], ...] = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    # Telephone numbers
    (r"(?<![0-9-])(?:\(0[0-9]{1,2}\)\s?|0[0-9]{1,2}-)[0-9]{3,4}-[0-9]{4}(?![0-9-])", _phone_number),
    (r"(?<![0-9-])1[5-9][0-9]{2}-[0-9]{4}(?![0-9-])", _phone_number),
    (r"\+[1-9][0-9]{0,2}(?:-[0-9]{1,4}){2,4}(?![0-9-])", _phone_number),
    (r"(?<![0-9-])01[016-9][0-9]{7,8}(?![0-9-])", _phone_number),
    # Dates and times
    (rf"(?<![0-9])({_YEAR})([-/.])\s?({_MONTH})\2\s?({_DAY})(?![0-9])\.?", _date),
    (rf"(?<![0-9/])({_MONTH})/({_DAY})(?=\s?\({_WEEKDAY}\))", lambda m: f"{int(m[1])}월 {int(m[2])}일"),
    (rf"(?<=일)\s?\(({_WEEKDAY})\)", lambda m: f" {m[1]}요일"),
    (rf"(?<![가-힣])({_WEEKDAY})[-~]({_WEEKDAY})(?![가-힣])", lambda m: f"{m[1]}요일에서 {m[2]}요일"),
    (
        rf"{_AFTER_LASTING}([0-9]{{1,3}}):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:])",
        _lasting,
    ),
    (r"(?<![0-9:])([3-9][0-9]|[0-9]{3}):([0-5][0-9])()(?![0-9:])", _lasting),
    (r"(?<![0-9'])([0-9]{1,2})'([0-5][0-9])(?:\"|″|'')()", _lasting),
    (r"(?<![0-9/:.-])([0-9]{1,2})[/:-]([0-9]{1,2})(?![0-9/:.%-])", _shares),
    (r"(?<![0-9:])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:])", _time),
    (r"(?<=[0-9])\s?:\s?(?=[0-9])", lambda m: " 대 "),
    # Names with digits
    (r"(?<![0-9A-Za-z])([2-6])([GD]|K(?![Bb]))(?![A-Za-z])", lambda m: _ENGLISH[m[1]] + _LETTERS[m[2]]),
    (r"(?<![A-Za-z])(?i:mp)([34])(?![0-9])", lambda m: f"mp{m[1]}"),
    (r"(?<![A-Za-z])CO2(?![0-9])", lambda m: "씨오투"),
    (r"(?<![A-Za-z])No\.?\s?1(?![0-9])", lambda m: "넘버원"),
    (r"(?<![A-Za-z])No\.?\s?(?=[0-9])", lambda m: "넘버 "),
    (r"(?<![A-Za-z])[vV](?:er(?:sion)?)?\.?\s?(?=[0-9])", lambda m: "버전 "),
    # Arithmetic, scores, ranges, negative numbers
    (rf"(?<=[0-9])\s*([×÷]|-(?=\s*{_NUMBER}\s*=))\s*(?=[0-9])", lambda m: _OPERATORS[m[1]]),
    (r"(?<=([0-9]))\s*=\s*(?=-?[0-9])", lambda m: "은 " if m[1] in "013678" else "는 "),
    (r"(?<![0-9-])([0-9]+)-([0-9]+)(?=(?:로|으로)\s?(?:이|승|졌|패|비|앞))", lambda m: f"{m[1]} 대 {m[2]}"),
    (
        rf"({_SIGN})\s?({_NUMBER}[만억]?)\s*[-–—~]\s*(?:{_SIGN})?(?=[0-9])",
        lambda m: f"{m[1]}{m[2]}에서 {m[1]}",
    ),
    (rf"({_NUMBER}\s?[만억]?)({_MEASURE})?\s*([-–—~])\s*((?:-|{_SIGN})?{_NUMBER}[만억]?)\s?({_MEASURE}|)", _range),
    (r"(?<=[0-9]시)\s*[-–—~]\s*(?=[0-9])|(?<=[0-9]분)\s*[-–—~]\s*(?=[0-9])", lambda m: "에서 "),
    (r"±(?=[0-9])", lambda m: "플러스 마이너스 "),
    (rf"(?<![0-9A-Za-z])-(?=(?:{_SIGN})?[0-9])", lambda m: "마이너스 "),
    # Money, fractions, decimals, units
    (rf"({_NUMBER})\s?(?:°F|℉)", lambda m: f"화씨 {m[1]}도"),
    (rf"(?<![A-Za-z])({_SIGN})\s?([0-9]+)(?:\.([0-9]+))?([만억조]*)(?:달러|원|유로)?", _price),
    (rf"({_NUMBER}[만억조]*)\s?({_SIGN})(?![A-Za-z])", lambda m: m[1] + _CURRENCIES[m[2]]),
    (r"(?<![0-9./])(?:([0-9]+)\s)?([0-9]+)/([0-9]+)(?![0-9./])", _fraction),
    (r"(?<![0-9./])([0-9]+\.[0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{m[2]}분의 {m[1]}"),
    (r"(?<![0-9.A-Za-z])([0-9]+(?:\.[0-9]+)?)[xX×](?![A-Za-z0-9])", lambda m: f"{m[1]}배"),
    (r"([0-9]+만?\s?(?:원|달러|유로))/(월|년|일|시간|명|인|개|박)(?![가-힣])", _rate),
    (rf"({_NUMBER})\s?({_UNIT})/(h|s|min)(?![A-Za-z])", lambda m: f"{_SPEEDS[m[3]]} {m[1]}{m[2]}"),
    (
        rf"(?<=[0-9])\s?({_UNIT})([23²³])?(?![A-Za-z0-9])",
        lambda m: (_POWERS[m[2]] if m[2] else "") + _UNITS[m[1]],
    ),
    (r"[0-9]+(?:\.[0-9]+){2,}", _version),
    (r"(?<![0-9.])([0-9]+)\.([0-9]+)(?![0-9.])", _decimal),
    (r"(?<=[0-9가-힣])\s?°C|(?<=[0-9가-힣])\s?°(?!F)|℃", lambda m: "도"),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _RULES)
_FRACTION_SIGN = re.compile("[¼-¾⅐-⅞]")


def spell_torn_numbers(text: str) -> str:
    """Return the text with all signs around its numbers in words, and with the numbers that they would tear apart."""
    text = _FRACTION_SIGN.sub(
        lambda match: " " * bool(match.start()) + unicodedata.normalize("NFKC", match[0]).replace("⁄", "/"), text
    )
    text = "".join(str(unicodedata.decimal(character, character)) for character in text)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text
