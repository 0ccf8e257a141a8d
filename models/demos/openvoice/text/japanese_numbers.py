# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numbers in Japanese: signs to words, and a number with its counter as it is read, 三本 サンボン -> japanese.py."""

import re

_DIGITS = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_HUNDREDS = {3: "サンビャク", 6: "ロッピャク", 8: "ハッピャク"}
_THOUSANDS = {3: "サンゼン", 8: "ハッセン"}
_LARGE = ("", "マン", "オク", "チョウ")
_LONGEST = 16
_KANJI_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_SIZES = {"十": 10, "百": 100, "千": 1000}
_KANJI_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
NUMERALS = frozenset("0123456789〇零一二三四五六七八九十百千万億兆")

# What the last digit turns into before a counter, by the counter's first sound. 10 counts as a digit here.
_BEFORE = {
    "k": {1: "イッ", 6: "ロッ", 8: "ハッ", 10: "ジュッ"},
    "s": {1: "イッ", 8: "ハッ", 10: "ジュッ"},
    "": {},
}
_PLAIN = """
枚マイ 台ダイ 番バン 度ド 秒ビョウ 倍バイ 名メイ 号ゴウ 円エン 万マン 番目バンメ 年間ネンカン 時間ジカン
番線バンセン 割ワリ 位イ 部ブ 行ギョウ
"""
_K = """
個コ 回カイ 階カイ 件ケン 課カ 缶カン ヶ月カゲツ か月カゲツ カ月カゲツ ケ月カゲツ 箇月カゲツ 箇所カショ
か所カショ ヶ所カショ カ国カコク か国カコク ヶ国カコク 軒ケン 回目カイメ
"""
_S = """
歳サイ 才サイ 冊サツ 足ソク 週間シュウカン 週シュウ 世紀セイキ 章ショウ 種類シュルイ 頭トウ 点テン 着チャク
通ツウ 丁目チョウメ センチ トン 階建てカイダテ
"""
_H = "分フン 本ホン 匹ヒキ 杯ハイ 泊ハク 発ハツ 票ヒョウ 羽ワ 分間フンカン"


def _counters() -> dict[str, tuple[str, str]]:
    """Counter -> its reading and the class of its first sound."""
    counters = {}
    for sound, words in (("", _PLAIN), ("k", _K), ("s", _S), ("h", _H)):
        for word in words.split():
            reading = re.search("[ァ-ヴー]+$", word)[0]
            spelling = word.removesuffix(reading) or word
            counters[spelling] = (reading, sound)
    return counters | {"羽": ("ワ", ""), "カ月": ("カゲツ", "k"), "カ国": ("カコク", "k")}


_COUNTERS = _counters()
_VOICED = dict(zip("ハヒフヘホ", "バビブベボ", strict=True))
_POPPED = dict(zip("ハヒフヘホ", "パピプペポ", strict=True))
_DAYS = dict(
    zip(
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 20, 24),
        "フツカ ミッカ ヨッカ イツカ ムイカ ナノカ ヨウカ ココノカ トオカ ジュウヨッカ ハツカ ニジュウヨッカ".split(),
        strict=True,
    )
)
_THINGS = dict(enumerate("ヒトツ フタツ ミッツ ヨッツ イツツ ムッツ ナナツ ヤッツ ココノツ".split(), start=1))
# Counters that want other forms of some digits.
_OWN_DIGITS = {
    "月": ("ガツ", {4: "シ", 7: "シチ", 9: "ク"}),
    "時": ("ジ", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "時間": ("ジカン", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "年": ("ネン", {4: "ヨ"}),
    "年間": ("ネンカン", {4: "ヨ"}),
    "人": ("ニン", {4: "ヨ"}),
}
COUNTERS = tuple(sorted({*_COUNTERS, *_OWN_DIGITS, "日", "つ"}, key=len, reverse=True))


def parse(numeral: str) -> int:
    """The value of Arabic or Chinese numerals: 2018, 二千十八, 二〇一八, 10万."""
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


def read_number(numeral: str, counter: str = "", after_month: bool = False) -> str:
    """A number and its counter in katakana; codes and very long numbers digit by digit."""
    if numeral.isdecimal() and (len(numeral) > _LONGEST or (len(numeral) > 1 and numeral[0] == "0")) and not counter:
        return read_digits(numeral)
    value = parse(numeral)
    if counter == "日" and (value in _DAYS or (value == 1 and after_month)):
        return _DAYS.get(value, "ツイタチ")
    if counter == "人" and value in (1, 2):
        return ("ヒトリ", "フタリ")[value - 1]
    if counter == "つ" and value in _THINGS:
        return _THINGS[value]
    if counter in ("歳", "才") and value == 20:
        return "ハタチ"
    if counter in _OWN_DIGITS:
        reading, forms = _OWN_DIGITS[counter]
        return _with_last(value, forms) + reading
    reading, sound = _COUNTERS.get(counter, ({"日": "ニチ", "つ": "ツ"}.get(counter, ""), ""))
    if sound != "h":
        return _with_last(value, _BEFORE[sound]) + reading
    number = _with_last(value, _BEFORE["k"])
    last = _last_digit(value)
    if number.endswith("ッ") or (reading[0] == "フ" and last in (3, 4)):  # イップン, サンプン, ヨンプン
        reading = _POPPED[reading[0]] + reading[1:]
    elif last == 3 or number.endswith("セン"):  # サンボン
        reading = _VOICED[reading[0]] + reading[1:]
    return number + reading


def read_digits(digits: str) -> str:
    return "".join(_DIGITS[int(digit)] for digit in digits)


def _last_digit(value: int) -> int:
    return value % 10 or (10 if value % 100 else 0)


def _with_last(value: int, forms: dict[int, str]) -> str:
    last = _last_digit(value)
    if last not in forms:
        return _cardinal(value)
    if last < 10:
        return (_cardinal(value - last) if value > last else "") + forms[last]
    return _cardinal(value).removesuffix("ジュウ") + forms[last]


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


_CURRENCIES = {"$": "ドル", "¥": "円", "£": "ポンド", "€": "ユーロ"}
_UNITS = {
    "km": "キロメートル",
    "cm": "センチメートル",
    "mm": "ミリメートル",
    "m": "メートル",
    "kg": "キログラム",
    "mg": "ミリグラム",
    "g": "グラム",
    "ml": "ミリリットル",
    "l": "リットル",
    "%": "パーセント",
    "‰": "パーミル",
    "°c": "ド",
    "°": "ド",
    "gb": "ギガバイト",
    "mb": "メガバイト",
}
_YEAR = "(?:1[0-9]|20)[0-9]{2}"
_RULES = (
    (r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", lambda m: ""),
    (r"(?<![0-9-])0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4}(?![0-9-])", lambda m: "、".join(map(read_digits, m[0].split("-")))),
    (
        rf"(?<![0-9])({_YEAR})([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12][0-9]|3[01])(?![0-9])",
        lambda m: f"{m[1]}年{int(m[3])}月{int(m[4])}日",
    ),
    (
        r"(?<![0-9:])([01]?[0-9]|2[0-4]):([0-5][0-9])(?![0-9:])",
        lambda m: f"{int(m[1])}時" + (f"{int(m[2])}分" if int(m[2]) else ""),
    ),
    (r"(?<=[0-9])\s*[~〜]\s*(?=[0-9])", lambda m: "から"),
    (r"(?<![0-9A-Za-z])-(?=[0-9])", lambda m: "マイナス"),
    (r"([$¥£€])\s?([0-9]+(?:\.[0-9]+)?)([万億兆]*)", lambda m: m[2] + m[3] + _CURRENCIES[m[1]]),
    (r"(?<![0-9./])([0-9]+)/([0-9]+)(?![0-9./])", lambda m: f"{read_number(m[2])}ブンノ{read_number(m[1])}"),
    (r"(?<![0-9.])([0-9]+)\.([0-9]+)(?![0-9.])", lambda m: f"{read_number(m[1])}テン{read_digits(m[2])}"),
    (rf"(?<=[0-9ァ-ヴ])\s?({'|'.join(_UNITS)})(?![A-Za-z])", lambda m: _UNITS[m[1].lower()]),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _RULES)


def spell_signs(text: str) -> str:
    """Dates, times, currencies, units, decimals and fractions in words; whole numbers stay for their counters."""
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text
