# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read Japanese words: text without Arabic digits -> katakana -> japanese.py.

The readings are those of the dictionary in the package pyopenjtalk-plus, which has compounds as whole words (月曜日 is
ゲツヨウビ). Only its word segmentation is used. Numbers in Chinese characters are read by `japanese_numbers.py`.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

from loguru import logger

from models.demos.openvoice.text.japanese_counters import COUNTERS, match_counter
from models.demos.openvoice.text.japanese_numbers import NUMERALS, read_about, read_number

with redirect_stdout(io.StringIO()):  # the package says on standard output that an optional package is missing
    import pyopenjtalk
    from pyopenjtalk.openjtalk import OpenJTalk

_DICTIONARY = Path(pyopenjtalk.__file__).parent / "dictionary"
_KANJI = re.compile("[\u3400-\u9fff々〆\U00020000-\U0002ffff]")
_KATAKANA = re.compile("[ァ-ヴー]+")
_TO_KATAKANA = str.maketrans({chr(code): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)})
# The dictionary works on full-width characters.
_TO_NARROW = str.maketrans({**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, "−": "-", "’": "'", "‘": "'"})

# Words whose reading depends on what is around them, and words that the dictionary reads in the rarer way.
_PHRASES = {
    "何(?=曜日)": "ナン",
    "何(?=[でとだのなてっらぞ])(?!とぞ)": "ナン",
    "何にも": "ナンニモ",
    "何(?=[ぁ-ん])": "ナニ",
    "何色": "ナニイロ",
    "何(?=語|系|味|型|座|派|県|線|駅|部|組|区|料理|大学|学部|業|党|様|処|科|軍|課|種目|銀行)": "ナニ",
    "一番(?=好)": "イチバン",
    "(?<=[一二三四五六七八九十百千万])分の(?=[一二三四五六七八九十百千万])": "ブンノ",
    "(?<=メートル)走(?![らりるれろっ])": "ソウ",
    "五分五分": "ゴブゴブ",
    "二人三脚": "ニニンサンキャク",
    "七夕": "タナバタ",
    "明後日": "アサッテ",
    "明日": "アシタ",
    "昨夜": "ユウベ",
    "日本(?=[^一-龥]|$)": "ニホン",
    "日本人(?!形)": "ニホンジン",
    "この間": "コノアイダ",
    "今日中": "キョウジュウ",
    "一日中": "イチニチジュウ",
    "(?<=腹が)空": "ス",
    "(?<=腹も)空": "ス",
    "(?<=[雨雪雹]が)降(?=[らりるれろっ])": "フ",
    "(?<=[雨雪雹]も)降(?=[らりるれろっ])": "フ",
    "降(?=りそう|り出|り始|り続|りしき|り注|り積)": "フ",
    "魚市場": "ウオイチバ",
    "市場(?=[でへにの][^、。]{0,6}(?:買|行|魚|野菜|食))": "イチバ",
    "辛(?=[いくさ]?[^、。]{0,3}(?:料理|物|もの|食|カレー|味|ラーメン|スープ|ソース|キムチ|鍋))": "カラ",
    "(?<=[理レ味ンプスチー鍋子噌]は)辛": "カラ",
    "(?<=[理レ味ンプスチー鍋子噌]が)辛": "カラ",
}
_PHRASE = re.compile("|".join(f"(?P<p{index}>{phrase})" for index, phrase in enumerate(_PHRASES)))
_PHRASE_READINGS = tuple(_PHRASES.values())
_MONTHS = ("月", "今月", "来月", "先月", "毎月", "翌月")


class Word(NamedTuple):
    """A word of the dictionary."""

    surface: str
    kind: str  # the first two parts of speech, "名詞,数"
    reading: str


class Reader:
    """Japanese words to katakana. Kana are kept as they are spelled, the particle は as ハ."""

    def __init__(self) -> None:
        self._tagger = OpenJTalk(dn_mecab=str(_DICTIONARY).encode())

    def __call__(self, text: str) -> str:
        """Return the text with its words in katakana; marks stay."""
        text = _PHRASE.sub(lambda match: _PHRASE_READINGS[int(match.lastgroup[1:])], text)
        return "".join(self._readings(_split_counted(self._words(text)))).translate(_TO_KATAKANA)

    def _words(self, text: str) -> list[Word]:
        words = []
        for feature in self._tagger.run_mecab(text):
            surface, first, second, *rest = feature.split(",")
            reading = rest[5] if len(rest) > 5 else ""  # words outside the dictionary have fewer columns
            known = _KATAKANA.fullmatch(reading)  # a lone 々 "reads" 々
            words.append(Word(surface.translate(_TO_NARROW), f"{first},{second}", reading if known else ""))
        return words

    def _readings(self, words: Sequence[Word]) -> Iterator[str]:
        index = 0
        before = Word("", "", "")
        while index < len(words):
            word = words[index]
            if NUMERALS.issuperset(word.surface):
                reading, length = _read_numerals(words, index, before.surface)
                yield reading
                before = words[index + length - 1]
                index += length
                continue
            following = words[index + 1].surface if index + 1 < len(words) else ""
            yield self._reading(word, before, following)
            before = word
            index += 1

    def _reading(self, word: Word, before: Word, following: str) -> str:
        if not _KANJI.search(word.surface):
            return word.surface
        if word.surface == "何":
            return "ナニ"
        if word.surface == "人" and before.kind == "名詞,サ変接続":  # who does something: 案内人 アンナイニン
            return "ニン"
        if word.surface == "十分" and following.startswith(("前", "後", "間", "ほど", "くらい", "ぐらい", "待", "遅")):
            return "ジュップン"
        return word.reading or "".join(map(self._character, word.surface))

    def _character(self, character: str) -> str:
        reading = self._words(character)[0].reading
        if not reading and _KANJI.match(character):
            logger.warning("JP text: left out a character without a reading: {} (U+{:04X})", character, ord(character))
        return reading


def _split_counted(words: Sequence[Word]) -> list[Word]:
    """Split words that are a number and its counter, because the dictionary has some of them as a place (三日)."""
    split: list[Word] = []
    for word in words:
        match = re.fullmatch("([一二三四五六七八九十百千万]+)([日月年人時円分])", word.surface)
        if match and word.surface not in ("万年", "十分"):
            split += [Word(match[1], "名詞,数", ""), Word(match[2], "名詞,接尾", "")]
        else:
            split.append(word)
    return split


def _read_numerals(words: Sequence[Word], index: int, before: str) -> tuple[str, int]:
    """Return the reading of a number that starts at a word, with its counter, and how many words that is."""
    length = 1
    while index + length < len(words) and NUMERALS.issuperset(words[index + length].surface):
        length += 1
    numeral = "".join(word.surface for word in words[index : index + length])
    ends, end = {}, 0
    for count, word in enumerate(words[index + length :], start=1):
        end += len(word.surface)
        ends[end] = count
    rest = "".join(word.surface for word in words[index + length :])
    counter, suffix = match_counter(rest)
    if len(counter) + len(suffix) not in ends:
        suffix = ""
    if counter and len(counter) not in ends and not suffix:
        counter = next((shorter for shorter in COUNTERS if rest.startswith(shorter) and len(shorter) in ends), "")
    length += ends.get(len(counter) + len(suffix), 0)
    if re.fullmatch("二三|三四|四五|五六|六七|七八|八九", numeral) and counter:
        first, second = (("〇一二三四五六七八九").index(digit) for digit in numeral)
        return read_about(first, second, counter, suffix), length
    return read_number(numeral, counter, before in _MONTHS, suffix), length
