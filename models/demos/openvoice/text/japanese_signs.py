# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Write Arabic numbers and the signs around them in katakana, before the words of a sentence are read -> japanese.py.

Each rule works on the result of the ones before it. At the end every number that is left is read with its counter. The
table "Chinese, Japanese, Korean: what is read how" in DIFFERENCES.md has an example of each kind.
"""

import re
from collections.abc import Callable

from models.demos.openvoice.text.cjk_tables import pairs
from models.demos.openvoice.text.japanese_counters import COUNTERS, match_counter
from models.demos.openvoice.text.japanese_numbers import (
    parse,
    read_about,
    read_decimal,
    read_digits,
    read_indefinite,
    read_number,
)

_CURRENCIES = pairs(
    """
    $ ドル US$ ドル USD ドル ¥ 円 JPY 円 € ユーロ EUR ユーロ £ ポンド GBP ポンド ₩ ウォン KRW ウォン
    """
)
_CENTS = {"ドル": "セント", "ユーロ": "セント", "ポンド": "ペンス"}
_UNITS = pairs(
    """
    km キロメートル cm センチメートル mm ミリメートル m メートル nm ナノメートル kg キログラム mg ミリグラム
    g グラム t トン ha ヘクタール ml ミリリットル mL ミリリットル l リットル L リットル dl デシリットル cc シーシー
    TB テラバイト GB ギガバイト MB メガバイト KB キロバイト kB キロバイト Gbps ギガビーピーエス
    Mbps メガビーピーエス fps エフピーエス dB デシベル hPa ヘクトパスカル GHz ギガヘルツ MHz メガヘルツ
    kHz キロヘルツ Hz ヘルツ kW キロワット W ワット kWh キロワットジ V ボルト mA ミリアンペア A アンペア
    kcal キロカロリー cal カロリー % パーセント ‰ パーミル °C ド ° ド Kg キログラム KG キログラム KM キロメートル
    Km キロメートル
    """
)
_POWERS = {"2": "ヘイホウ", "²": "ヘイホウ", "3": "リッポウ", "³": "リッポウ"}
_PER = {"h": "マイジ", "s": "マイビョウ", "min": "マイフン"}
# After a price: 980円/月
_RATES = pairs(
    """
    月 マイツキ 日 マイニチ 年 マイトシ 時間 イチジカンアタリ 人 ヒトリアタリ 個 イッコアタリ 泊 イッパクアタリ
    名 イチメイアタリ
    """
)
_OPERATORS = {"+": "プラス", "×": "カケル", "÷": "ワル", "=": "イコール"}
# Names whose digit is said in English.
_ENGLISH = dict(zip("12345678", "ワン ツー スリー フォー ファイブ シックス セブン エイト".split(), strict=True))
_ENGLISH_NAME = r"(?<![0-9A-Za-z.])(CO|H|MP|F|PS|G|No\.|Web|WEB)?([1-8])(D|G|O)?(?![0-9A-Za-z.])"
_ENGLISH_NAMES = frozenset(
    "2D 3D 4D 3G 4G 5G 6G CO2 H2 H2O MP3 MP4 F1 PS1 PS2 PS3 PS4 PS5 G7 G8 No.1 Web2 Web3 WEB3".split()
)

_WHOLE = "[0-9]+(?:[十百千万億兆]+[0-9]*)*"  # 3万5千
_NUMBER = rf"(?:[0-9]+\.[0-9]+[百千万億兆]*|{_WHOLE})"
_YEAR = "(?:1[0-9]|20)[0-9]{2}"
_MONTH, _DAY = "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_HOUR, _SIXTY = "(?:[01]?[0-9]|2[0-4])", "[0-5][0-9]"
_WEEKDAY = "[月火水木金土日]"
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_MEASURE = rf"(?:(?:{_UNIT})(?![A-Za-z])|{'|'.join(COUNTERS)})"
_PAIRS = "|".join(f"[{i}{'一二三四五六七八'[i - 1]}][、,][{i + 1}{'二三四五六七八九'[i - 1]}]" for i in range(1, 9))
_LARGE = {"十": "ジュウ", "百": "ヒャク", "千": "セン", "万": "マン", "億": "オク", "兆": "チョウ"}


def _date(match: re.Match) -> str:
    return f"{match[1]}年{int(match[3])}月" + (f"{int(match[4])}日" if match[4] else "")


def _day(match: re.Match) -> str:
    return f"{int(match[1])}月{int(match[2])}日"


def _time(match: re.Match) -> str:
    hour, minute, second = match.groups()
    words = f"{int(hour)}時"
    if int(minute) or second:
        words += f"{int(minute)}分"
    return words + (f"{int(second)}秒" if second else "")


def _lasting(match: re.Match) -> str:
    """Read a duration: three numbers are hours, minutes and seconds, two are minutes and seconds."""
    first, second, third = match.groups()
    sizes, parts = (("時間", "分", "秒"), (first, second, third)) if third else (("分", "秒"), (first, second))
    return "".join(f"{int(part)}{size}" for part, size in zip(parts, sizes, strict=True) if int(part))


def _shares(match: re.Match) -> str:
    return f"{match[1]}タイ{match[2]}" if int(match[1]) + int(match[2]) == 100 else match[0]


def _range(match: re.Match) -> str:
    """Read a wave between any two numbers as "to", a hyphen only beside a counter, a unit or a percent sign."""
    number, measure, mark, other = match.groups()
    return f"{number}{measure}から" if mark in "~〜" or measure or other else match[0]


def _price(match: re.Match) -> str:
    name, whole, fraction, large = _CURRENCIES[match[1]], match[2], match[3], match[4]
    if fraction and len(fraction) == 2 and not large and name in _CENTS:
        return whole + name + (f"{int(fraction)}{_CENTS[name]}" if int(fraction) else "")
    return whole + (f".{fraction}" if fraction else "") + large + name


def _unit(match: re.Match) -> str:
    unit, power, per = match.groups()
    return (_POWERS[power] if power else "") + _UNITS[unit] + (_PER[per] if per else "")


def _version(match: re.Match) -> str:
    first, second, *rest = match[0].split(".")
    return read_decimal(first, second) + "".join("テン" + read_number(part) for part in rest)


def _separated(separator: str) -> Callable[[re.Match], str]:
    """Return a rule that reads groups of digits one by one with `separator` between the groups."""
    return lambda match: separator.join(map(read_digits, re.findall("[0-9]+", match[0])))


def _english_name(match: re.Match) -> str:
    if match[0] not in _ENGLISH_NAMES:
        return match[0]
    before = {"No.": "ナンバー"}.get(match[1], match[1] or "")
    return before + _ENGLISH[match[2]] + (match[3] or "")


_RULES: tuple[tuple[str, Callable[[re.Match], str]], ...] = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    # Telephone numbers and postal codes
    (r"(?<![0-9-])(?:\(0[0-9]{1,3}\)\s?|0[0-9]{1,3}-)[0-9]{2,4}-[0-9]{3,4}(?![0-9-])", _separated("、")),
    (r"\+[1-9][0-9]{0,2}(?:[- ][0-9]{1,4}){2,4}(?![0-9-])", lambda m: "プラス" + _separated("、")(m)),
    (r"(?<![0-9-])0[5-9]0[0-9]{8}(?![0-9-])", _separated("")),
    (r"〒\s?[0-9]{3}-[0-9]{4}(?![0-9-])", lambda m: "ユウビンバンゴウ" + _separated("ノ")(m)),
    # Dates and times
    (rf"(?<![0-9])({_YEAR})([-/.])({_MONTH})\2({_DAY})(?![0-9])", _date),
    (rf"(?<![0-9])({_YEAR})(/)({_MONTH})()(?![0-9/])", _date),
    (rf"(?<![0-9/])({_MONTH})/({_DAY})(?=\s?\({_WEEKDAY}\)|\s?[-~〜]\s?{_MONTH}/{_DAY}(?![0-9/]))", _day),
    (rf"(?<=日[-~〜])({_MONTH})/({_DAY})(?![0-9/])", _day),
    (rf"(?<=日)\s?\(({_WEEKDAY})\)", lambda m: f"{m[1]}曜日"),
    (rf"({_WEEKDAY})[-~〜]({_WEEKDAY})(?!\w)", lambda m: f"{m[1]}曜から{m[2]}曜"),
    (
        r"(?:(?<=タイム[はが])|(?<=[要映生]時間[はが])|(?<=記録[はが])|(?<=長さ[はが]))([0-9]{1,3}):([0-5][0-9])(?::([0-5][0-9]))?(?![0-9:])",
        _lasting,
    ),
    (r"(?<![0-9:])([3-9][0-9]|[0-9]{3}):([0-5][0-9])()(?![0-9:])", _lasting),
    (r"(?<![0-9'])([0-9]{1,2})'([0-5][0-9])(?:\"|″|'')()", _lasting),
    (r"(?<![0-9/:.-])([0-9]{1,2})[/:-]([0-9]{1,2})(?![0-9/:.%-])", _shares),
    (r"(?<=人)暮らし", lambda m: "グラシ"),
    (rf"(?<![0-9:])({_HOUR}):({_SIXTY})(?::({_SIXTY}))?(?![0-9:])", _time),
    (r"(?<=[0-9])\s?:\s?(?=[0-9])", lambda m: "タイ"),
    (r"(?<=[今来先毎翌]月)1日(?!中)", lambda m: "ツイタチ"),
    (r"(?<![0-9.])1日中", lambda m: "イチニチジュウ"),
    (r"(?<=年)\s?([0-9]+)組", lambda m: read_number(m[1]) + "クミ"),
    # Names with digits
    (_ENGLISH_NAME, _english_name),
    (r"(?<![A-Za-z])No\.?\s?(?=[0-9])", lambda m: "ナンバー"),
    (r"(?<![A-Za-z])[vV](?:er(?:sion)?)?\.?\s?(?=[0-9])", lambda m: "バージョン"),
    (r"(?<![A-Za-z])[pP]\.\s?([0-9]+)", lambda m: f"{m[1]}ページ"),
    (r"(?<![0-9A-Za-z])(B?)([0-9]{1,2})F(?![A-Za-z])", lambda m: ("地下" if m[1] else "") + m[2] + "階"),
    # Arithmetic, scores, ranges, addresses, negative numbers
    (rf"(?<=[0-9])\s*-\s*(?={_NUMBER}\s*=)", lambda m: "ヒク"),
    (r"([0-9]+)-([0-9]+)(?=で?(?:勝|負|敗|引き分け|の勝|のスコア))", lambda m: f"{m[1]}タイ{m[2]}"),
    (rf"({_SIGN})\s?({_NUMBER})\s*[-–—~〜]\s*(?:{_SIGN})?\s?(?=[0-9])", lambda m: f"{m[1]}{m[2]}から{m[1]}"),
    (rf"({_NUMBER})\s?({_MEASURE}?)\s*([-–—~〜])\s*(?=-?(?:{_SIGN})?{_NUMBER}\s?({_MEASURE})?)", _range),
    (r"(?<=[0-9])-(?=[0-9])", lambda m: "ノ"),
    (r"(?<![0-9A-Za-z])[±](?=[0-9])", lambda m: "プラスマイナス"),
    (rf"(?<![0-9A-Za-z])-(?=(?:{_SIGN})?[0-9])", lambda m: "マイナス"),
    # Money
    (rf"(?<![A-Za-z])({_SIGN})\s?([0-9]+)(?:\.([0-9]+))?([百千万億兆]*)(?:円|ドル|ユーロ)?", _price),
    (rf"([0-9][0-9.]*[百千万億兆]*)\s?({_SIGN})(?![A-Za-z])", lambda m: m[1] + _CURRENCIES[m[2]]),
    # Arithmetic and units
    (rf"({_NUMBER})\s?°F", lambda m: f"カシ{m[1]}ド"),
    (r"([0-9]+)\s([0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{m[1]}ト{m[3]}ブンノ{m[2]}"),
    (r"(?<![0-9./])([0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{m[2]}ブンノ{m[1]}"),
    (r"(?<![0-9./])([0-9]+\.[0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{m[2]}ブンノ{m[1]}"),
    (r"(?<![0-9.A-Za-z])([0-9]+(?:\.[0-9]+)?)[xX×](?![A-Za-z0-9])", lambda m: f"{m[1]}倍"),
    (rf"(?<=円|ル|ロ)/({'|'.join(_RATES)})(?![\u4e00-\u9fff])", lambda m: _RATES[m[1]]),
    (rf"(?<=[0-9百千万億兆])\s?({_UNIT})([23²³])?(?:/(h|s|min))?(?![A-Za-z0-9])", _unit),
    (r"(?<=[0-9])\s*([+×÷=])\s*(?=-?[0-9])", lambda m: _OPERATORS[m[1]]),
    (r"[0-9]+(?:\.[0-9]+){2,}", _version),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _RULES)
_NUMBERS = re.compile(
    rf"(?<![0-9一二三四五六七八九十百千万億兆.])(?P<pair>{_PAIRS})(?={'|'.join(COUNTERS)})"
    rf"|(?P<whole>[0-9]+)\.(?P<fraction>[0-9]+)(?P<large>[百千万億兆]*)"
    rf"|(?P<number>{_WHOLE})"
    rf"|(?<![\u4e00-\u9fff])(?P<word>[何数])(?P<unit>[十百千万億兆]*)"
)


def spell_signs(text: str) -> str:
    """Return the text with every Arabic number, and every 何 and 数 that a counter follows, in katakana."""
    text = text.replace("−", "-").replace("⁄", "/")
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return _spell_numbers(text)


def _spell_numbers(text: str) -> str:
    spelled, position = "", 0
    for match in _NUMBERS.finditer(text):
        if match.start() < position:
            continue
        counter, suffix = match_counter(text, match.end())
        reading = _read(match, counter, suffix, after_month=spelled.endswith("ガツ") and position == match.start())
        if reading:
            spelled += text[position : match.start()] + reading
            position = match.end() + len(counter) + len(suffix)
    return spelled + text[position:]


def _read(match: re.Match, counter: str, suffix: str, after_month: bool) -> str:
    if match["pair"]:
        first, second = parse(match["pair"][0]), parse(match["pair"][2])
        return read_about(first, second, counter, suffix)
    if match["word"]:
        return read_indefinite(match["word"], match["unit"], counter, suffix)
    if match["whole"]:
        large = "".join(_LARGE[character] for character in match["large"])
        return read_decimal(match["whole"], match["fraction"]) + large + read_number("", counter, suffix=suffix)
    return read_number(match["number"], counter, after_month, suffix)
