# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Write the Arabic numbers of Chinese text, and the signs around them, in Chinese characters -> chinese.py.

Each rule works on the result of the ones before it. The last rule reads every number that is left. The table "Chinese,
Japanese, Korean: what is read how" in DIFFERENCES.md has an example of each kind.
"""

import re
import unicodedata
from collections.abc import Callable

from models.demos.openvoice.text.cjk_tables import pairs

_DIGITS = "零一二三四五六七八九"
_LONGEST = 16  # longer numbers are read digit by digit


_CURRENCIES = pairs(
    """
    US$ 美元 HK$ 港元 NT$ 新台币 $ 美元 ¥ 元 ￥ 元 € 欧元 £ 英镑 ₩ 韩元 USD 美元 HKD 港元 RMB 元 CNY 元 EUR 欧元
    GBP 英镑 JPY 日元
    """
)
_DEGREES = {"C": "摄氏度", "F": "华氏度", "": "度"}
_OPERATORS = {"+": "加", "-": "减", "×": "乘", "÷": "除以", "=": "等于", "≈": "约等于", ">": "大于", "<": "小于"}
_OPERATORS |= {"≥": "大于等于", "≤": "小于等于"}
_PARTS = {"%": "百", "‰": "千"}
_UNITS = pairs(
    """
    km 公里 m 米 cm 厘米 mm 毫米 nm 纳米 kg 公斤 g 克 mg 毫克 t 吨 L 升 l 升 ml 毫升 mL 毫升 ha 公顷 kW 千瓦 W 瓦
    kWh 千瓦时 V 伏 Hz 赫兹 kHz 千赫 MHz 兆赫 GHz 吉赫 kcal 千卡 dB 分贝 KG 公斤 KM 公里
    """
)
_POWERS = {"2": "平方", "²": "平方", "3": "立方", "³": "立方"}
_PER = {"h": "每小时", "s": "每秒", "min": "每分钟", "L": "每升", "kg": "每公斤"} | {
    **{
        f"{unit}{power}": f"每{name}{words}"
        for unit, words in (("m", "米"), ("cm", "厘米"))
        for power, name in _POWERS.items()
    }
}
# Before these, two of something is 两, not 二.
_MEASURES = (
    "个|位|名|只|条|张|件|块|辆|家|座|场|份|种|台|杯|瓶|把|棵|岁|天|周|倍|小时|点|年(?!级)|次|人|分钟|秒|元|米|公里|厘米|毫米|斤|公斤"
    "|千克|克|升|毫升|吨|页|门|间|套|篇|句|首|顿|趟|遍|步|双|对|副|片|颗|支|匹|头|排|组|队|盒|包|袋|碗|盘|层|欧元|美元|英镑|平方|立方|汤匙|茶匙|勺"
)

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_YEAR = r"(?:1[5-9]|20)[0-9]{2}"
_MONTH, _DAY = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMERALS = "0-9零一二三四五六七八九十两"
_DASH = "(?:——|[-–—−~～〜])"


def read_integer(digits: str) -> str:
    """Return a whole number in words, 2018 -> 二千零一十八; codes (leading zeros) and very long numbers as digits."""
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0"):
        return read_digits(digits)
    words = _cardinal(int(digits))
    return words[1:] if words.startswith("一十") else words


def read_number(number: str) -> str:
    """Return a whole or decimal number in words: 3.14 -> 三点一四."""
    whole, _, fraction = number.partition(".")
    return read_integer(whole) + ("点" + read_digits(fraction) if fraction else "")


def read_digits(digits: str) -> str:
    """Return digits one by one: 2018 -> 二零一八."""
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _cardinal(value: int) -> str:
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if value >= size:
            high, low = divmod(value, size)
            gap = "零" if low < size // 10 or high % 10 == 0 else ""  # 三十万零八千, as cn2an and so MeloTTS
            return _cardinal(high) + unit + (gap + _cardinal(low) if low else "")
    return _DIGITS[value]


def _phone_number(match: re.Match) -> str:
    prefix = "加" if match[0].startswith("+") else ""
    return prefix + read_digits(re.sub(r"[^0-9]", "", match[0])).replace("一", "幺")


def _extension(match: re.Match) -> str:
    return "转" + read_digits(match[1]).replace("一", "幺")


def _date(match: re.Match) -> str:
    year, month, day = match.groups()
    return f"{read_digits(year)}年{int(month)}月{int(day)}日"


def _time(match: re.Match) -> str:
    hour, minute, second = match.groups()
    words = ("两" if int(hour) == 2 else read_integer(str(int(hour)))) + "点"
    if int(minute) or second:
        words += read_integer(minute) + "分"  # 8:05 is 八点零五分
    return words + (read_integer(second) + "秒" if second else "")


def _lasting(match: re.Match) -> str:
    """Read a duration: three numbers are hours, minutes and seconds, two are minutes and seconds."""
    return _spell_lasting(*match.groups())


def _spell_lasting(first: str, second: str, third: str | None) -> str:
    sizes, parts = (("小时", "分", "秒"), (first, second, third)) if third else (("分", "秒"), (first, second))
    words = ""
    for part, size in zip(parts, sizes, strict=True):
        if part == "00":
            continue
        number = "两" if part == "2" and size == "小时" else read_integer(str(int(part)))
        words += ("零" if words and part[0] == "0" else "") + number + size
    return words


def _named(match: re.Match) -> str:
    return match[1] + _spell_lasting(match[2], match[3], match[4])


def _shares(match: re.Match) -> str:
    return f"{match[1]}比{match[2]}" if int(match[1]) + int(match[2]) == 100 else match[0]


def _range(match: re.Match) -> str:
    first = "两" if match[1] == "2" and re.match(f"{_NUMBER}(?:{_MEASURES})", match.string[match.end() :]) else match[1]
    return f"{first}{match[2]}到"


def _to(match: re.Match) -> str:
    return "到"


def _fraction(match: re.Match) -> str:
    whole, upper, lower = match.groups()
    return (f"{read_integer(whole)}又" if whole else "") + f"{read_integer(lower)}分之{read_integer(upper)}"


def _unit(match: re.Match) -> str:
    unit, power, per = match.groups()
    return (_POWERS[power] if power else "") + _UNITS[unit] + (_PER[per] if per else "")


def _operator(match: re.Match) -> str:
    return _OPERATORS[match[1]]


_RULES: tuple[tuple[str, Callable[[re.Match], str]], ...] = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    # Telephone numbers and postal codes
    (r"(?<=邮编)([:：是为]?)\s?([0-9]{6})(?![0-9])", lambda m: m[1] + read_digits(m[2])),
    (r"(?<![0-9-])\+[1-9][0-9]{0,2}(?:[ -][0-9]{2,4}){3,4}(?![0-9-])", _phone_number),
    (r"(?<![0-9-])0[0-9]{2,3}-[0-9]{4} [0-9]{4}(?![0-9-])", _phone_number),
    (r"(?<=[0-9零幺二三四五六七八九])转\s?([0-9]{2,5})(?![0-9])", _extension),
    (
        r"(?<![0-9-])(?:\+86[- ]?)?(?:\(0[0-9]{2,3}\)\s?[0-9]{7,8}|0[0-9]{2,3}-[0-9]{7,8}|[0-9]{3}-[0-9]{3,4}-[0-9]{4}"
        r"|1[3-9][0-9] [0-9]{4} [0-9]{4}|1[3-9][0-9]{9})(?![0-9-])",
        _phone_number,
    ),
    (r"(?<=打)(?:1[12][0-9]|12[0-9]{3})(?![0-9.])", _phone_number),
    (r"(?<=[零幺二九][或和、])1[12][0-9](?![0-9.])", _phone_number),
    (r"(?<![0-9])[0-9]{3,4}(?=[室房])", _phone_number),
    # Dates and times
    (rf"(?<![0-9])({_YEAR})[-/.]({_MONTH})[-/.]({_DAY})(?![0-9])", _date),
    (rf"(?<![0-9])({_YEAR})(?=年|{_DASH}{_YEAR}年|[至到]{_YEAR}年)", lambda m: read_digits(m[1])),
    (rf"(?<![0-9])({_YEAR}){_DASH}({_YEAR})(?=[)）])", lambda m: f"{read_digits(m[1])}到{read_digits(m[2])}"),
    (r"(?<![0-9])([5-9]0|[01]0)(?=后(?![0-9面来]))", lambda m: read_digits(m[1])),
    (rf"(?<![0-9])({_YEAR})[/-]([0-9]{{2}})(?=赛季|学年|财年)", lambda m: f"{read_digits(m[1])}到{read_digits(m[2])}"),
    (
        r"(?<=时长|用时|用了|耗时|历时|成绩|纪录)([是为:：]?)(?<![0-9:：])([0-9]{1,3})[:：]([0-5][0-9])(?:[:：]([0-5][0-9]))?(?![0-9:：])",
        _named,
    ),
    (r"(?<![0-9:：])([3-9][0-9]|[0-9]{3})[:：]([0-5][0-9])()(?![0-9:：])", _lasting),
    (r"(?<![0-9'])([0-9]{1,2})'([0-5][0-9])(?:\"|″|'')()", _lasting),
    (r"(?<![0-9/:.-])([0-9]{1,2})[/:：-]([0-9]{1,2})(?![0-9/:.%-])", _shares),
    (r"(?<![0-9:：])([01]?[0-9]|2[0-4])[:：]([0-5][0-9])(?:[:：]([0-5][0-9]))?(?![0-9])", _time),
    (r"(?<=[0-9])\s?[:：]\s?(?=[0-9])", lambda m: "比"),
    # Arithmetic: a hyphen is a minus where the result follows
    (rf"(?<=[0-9])\s*(-)\s*(?={_NUMBER}\s*=)", _operator),
    (r"(?<=[0-9])\s*([+×÷=≈><≥≤])\s*(?=-?[0-9])", _operator),
    (r"(?<=[A-Za-z%])\s*(≈)\s*(?=-?[0-9])", _operator),
    # Scores and ranges
    (r"(?<![0-9-])([0-9]+)-([0-9]+)(?=[大小险获取]?[战胜负赢输平]|击败|领先|落后)", lambda m: f"{m[1]}比{m[2]}"),
    (rf"({_SIGN})\s?({_NUMBER})\s*{_DASH}\s*(?:{_SIGN})?(?=[0-9])", lambda m: f"{m[1]}{m[2]}到{m[1]}"),
    (rf"({_NUMBER}){_DASH}({_NUMBER})([%‰])", lambda m: f"{m[1]}{m[3]}到{read_number(m[2])}"),
    (rf"(?<![0-9.])(?<![0-9]-)({_NUMBER})([%‰万亿]?)\s*{_DASH}\s*(?={_NUMBER}(?![0-9.]*-[0-9]))", _range),
    (rf"(?<=[{_NUMERALS}][年月日号时点分秒岁元个天度])\s*{_DASH}\s*(?=-?[{_NUMERALS}])", _to),
    (rf"(?:(?<=[0-9]°[CF])|(?<=[0-9]°))\s*{_DASH}\s*(?=-?[0-9])", _to),
    (rf"(?<=[{_DIGITS}]{{4}}){_DASH}(?=[{_DIGITS}]{{4}}年)", _to),
    (rf"(?<=[周期][一二三四五六日天]){_DASH}(?=周|星期)", _to),
    (r"(?<=[0-9])[~～](?=-[0-9])", _to),
    # Negative numbers
    (r"±(?=[0-9])", lambda m: "正负"),
    (r"(?<![^\s，。；：、,;:(（是为到至于得成])-(?=[0-9])", lambda m: "负"),
    (rf"(?<![0-9A-Za-z])-(?={_NUMBER}\s*[°%度])", lambda m: "负"),
    # Fractions, money, percent, units
    (r"(?<![0-9/.])(?:([0-9]+)\s)?([0-9]+)/([0-9]+)(?![0-9/.])", _fraction),
    (r"(?<![0-9/.])([0-9]+\.[0-9]+)/([0-9]+)(?![0-9/.])", lambda m: f"{read_number(m[2])}分之{read_number(m[1])}"),
    (r"(?<![0-9.A-Za-z])([0-9]+(?:\.[0-9]+)?)[xX×](?![A-Za-z0-9])", lambda m: f"{m[1]}倍"),
    (
        rf"(?<![A-Za-z])({_SIGN})\s?({_NUMBER})([百千万亿]*)(?:美元|欧元|英镑|元)?",
        lambda m: m[2] + m[3] + _CURRENCIES[m[1]],
    ),
    (rf"({_NUMBER}[百千万亿]*)\s?({_SIGN})(?![A-Za-z])", lambda m: m[1] + _CURRENCIES[m[2]]),
    (rf"({_NUMBER})\s?([%‰])", lambda m: _PARTS[m[2]] + "分之" + read_number(m[1])),
    (rf"({_NUMBER})\s?°([CF]?)", lambda m: read_number(m[1]) + _DEGREES[m[2]]),
    (rf"(?<=[0-9])\s?({_UNIT})([23²³])?(?:/(h|s|min|L|kg|c?m[23²³]))?(?![A-Za-z0-9])", _unit),
    (r"(?<=[元镑])/(月|年|天|日|周|晚|小时|人|次|桶|斤|公斤|吨|升|个|件|平方米|平米)", lambda m: f"每{m[1]}"),
    (r"(?<![A-Za-z])No\.\s?([0-9]+)", lambda m: read_integer(m[1]) + "号"),
    (r"[0-9]+(?:\.[0-9]+){2,}", lambda m: "点".join(map(read_integer, m[0].split(".")))),
    (rf"(?<![0-9.第])2(?={_MEASURES})", lambda m: "两"),
    (_NUMBER, lambda m: read_number(m[0])),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _RULES)
_FRACTION = re.compile("[¼-¾⅐-⅞]")


def spell_numbers(text: str) -> str:
    """Return the text with its numbers in Chinese characters."""
    text = _FRACTION.sub(
        lambda match: " " * bool(match.start()) + unicodedata.normalize("NFKC", match[0]).replace("⁄", "/"), text
    )
    text = "".join(str(unicodedata.decimal(character, character)) for character in text)
    text = text.replace("％", "%").replace("℃", "°C").replace("℉", "°F").replace("−", "-").replace("㎡", "m²")
    text = text.replace("㎏", "kg").replace("㎞", "km").replace("＄", "$")
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text
