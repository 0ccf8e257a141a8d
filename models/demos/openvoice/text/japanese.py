# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Japanese: one sentence -> [here] -> `Phones`.

Like MeloTTS: the sentence is written in katakana, kana as they are spelled (the particle は stays ハ) and kanji by
their reading, and only then cut into the BERT tokenizer's pieces and spoken. The readings are UniDic's (fugashi,
unidic-lite).
"""

import re
import unicodedata
from collections.abc import Iterator

import fugashi
import unidic_lite

from models.demos.openvoice.text.frontend import (
    Phones,
    Tokenizer,
    drop_unknown,
    group_pieces,
    require_speech,
    spread_phones,
)
from models.demos.openvoice.text.japanese_kana import is_kana, kana_phones, katakana
from models.demos.openvoice.text.japanese_numbers import COUNTERS, NUMERALS, read_number, spell_signs
from models.demos.openvoice.text.pieces import UNKNOWN
from models.demos.openvoice.text.pronunciation import Dictionary

_MARKS = "!?…,.'-"
_TO_MARKS = str.maketrans(
    {
        **dict.fromkeys("。\n｡", "."),
        **dict.fromkeys("、，;:·､", ","),
        "！": "!",
        "？": "?",
        **dict.fromkeys("—―–", "-"),
        **dict.fromkeys("〜~", "ー"),
        **dict.fromkeys("「」『』()[]{}<>《》〈〉【】〔〕\"'“”‘’*_`", ""),  # silent
        **dict.fromkeys("ヽヾゝゞ", ""),
        "゠": "-",
    }
)
_AS_WRITTEN = str.maketrans(",.!?", "、。！？")
_SIGNS = {"&": "アンド", "+": "プラス", "=": "イコール", "@": "アットマーク", "#": "シャープ", "%": "パーセント"}
_TO_KATAKANA = str.maketrans({chr(code): chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)})
_LETTER_NAMES = """
エー ビー シー ディー イー エフ ジー エイチ アイ ジェー ケー エル エム エヌ オー ピー キュー アール エス ティー
ユー ブイ ダブリュー エックス ワイ ゼット
"""
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
# UniDic's reading is the formal or the rarer one.
_EVERYDAY = {
    "私": "ワタシ",
    "日本": "ニホン",
    "明日": "アシタ",
    "一昨日": "オトトイ",
    "昨夜": "ユウベ",
    "既存": "キゾン",
}
# Words that UniDic takes apart, or reads by their parts.
_PHRASES = {
    "日本人(?!形)": "ニホンジン",
    "中国人": "チュウゴクジン",
    "外国人": "ガイコクジン",
    "何人": "ナンニン",
    "何か(?!月)": "ナニカ",
    "何も": "ナニモ",
    "一日中": "イチニチジュウ",
    "今日中": "キョウジュウ",
    "この間": "コノアイダ",
    "明後日": "アサッテ",
    "(?<=お腹が)空": "ス",
    "一石二鳥": "イッセキニチョウ",
}
_PHRASE = re.compile("|".join(f"(?P<p{index}>{phrase})" for index, phrase in enumerate(_PHRASES)))
_PHRASE_READINGS = tuple(_PHRASES.values())
_FAMILY = {"父": "トウ", "母": "カア", "兄": "ニイ", "姉": "ネエ", "爺": "ジイ", "婆": "バア"}
_FAMILY_SUFFIXES = ("さん", "さま", "ちゃん", "様", "上")
_KANJI = re.compile("[\u3400-\u9fff々〆\U00020000-\U0002ffff]")


class Japanese:
    """With `punctuation=False` the marks get no phone, as in MeloTTS, whose Japanese sentences have no pause."""

    language = "JP"

    def __init__(self, tokenizer: Tokenizer, punctuation: bool = True):
        self._tokenizer = tokenizer
        self._punctuation = punctuation
        # Named, because fugashi would take a half-installed full UniDic before this one.
        self._tagger = fugashi.Tagger(f'-r "{unidic_lite.DICDIR}/mecabrc" -d "{unidic_lite.DICDIR}"')
        self._english = Dictionary()

    def __call__(self, text: str) -> Phones:
        normalized = self.normalize(text)
        phones, word2ph, pieces = ["_"], [1], []
        for group, spelling in _spelled(group_pieces(self._tokenizer.tokenize(normalized)), normalized):
            spoken = _say(spelling)
            phones += spoken
            word2ph += spread_phones(len(spoken), len(group))
            pieces += [group[0], *(f"##{piece}" for piece in group[1:])]
        phones.append("_")
        require_speech(phones, text, self.language)
        return Phones(phones, [0] * len(phones), [*word2ph, 1], normalized, pieces)

    def normalize(self, text: str) -> str:
        """The sentence in katakana with the marks that have a phone."""
        text = unicodedata.normalize("NFKC", text).replace("...", "…")
        text = re.sub(r"[A-Za-z]+", self._say_english, spell_signs(text)).translate(_TO_MARKS)
        text = re.sub("(?<=[ァ-ー])=(?=[ァ-ー])", "", text)  # a space in foreign names: ジャン=ポール
        text = "".join(_SIGNS.get(character, character) for character in text)
        text = re.sub(r"\s+", "", drop_unknown(text, _is_known, "JP", gap=""))
        kana = self._read(text.lstrip(",.-"))
        return kana if self._punctuation else "".join(character for character in kana if is_kana(character))

    def _say_english(self, match: re.Match) -> str:
        word = match[0]
        if len(word) == 1 or (word.isupper() and len(word) < 6):
            return "".join(_LETTERS[letter] for letter in word.lower())
        return katakana([phone.rstrip("012") for phone in self._english.pronounce(word.lower())])

    def _read(self, text: str) -> str:
        # UniDic knows 、 and 。 as the ends of phrases, and "," as an ordinary character.
        text = _PHRASE.sub(lambda match: _PHRASE_READINGS[int(match.lastgroup[1:])], text.translate(_AS_WRITTEN))
        words = [(word.surface, word.feature.kana) for word in self._tagger(text)]
        return "".join(self._readings(words)).translate(_TO_KATAKANA | _TO_MARKS)

    def _readings(self, words: list[tuple[str, str | None]]) -> Iterator[str]:
        index = 0
        after_month = False
        while index < len(words):
            surface, reading = words[index]
            following = words[index + 1][0] if index + 1 < len(words) else ""
            index += 1
            if NUMERALS.issuperset(surface):
                while NUMERALS.issuperset(following) and following:
                    surface += following
                    following = words[index + 1][0] if index + 1 < len(words) else ""
                    index += 1
                counter = following if following in COUNTERS else ""
                index += bool(counter)
                yield read_number(surface, counter, after_month)
                after_month = counter == "月"
                continue
            after_month = False
            if surface in _FAMILY and following in _FAMILY_SUFFIXES:
                yield _FAMILY[surface]
            elif surface in _EVERYDAY:
                yield _EVERYDAY[surface]
            elif _KANJI.search(surface):
                yield reading or "".join(self._tagger(character)[0].feature.kana or "" for character in surface)
            else:
                yield surface


def _spelled(groups: list[list[str]], text: str) -> Iterator[tuple[list[str], str]]:
    """Each group of pieces with its spelling; a word that the vocabulary cannot spell gets it from the text."""
    position = 0
    for index, group in enumerate(groups):
        spelling = "".join(group)
        if group == [UNKNOWN]:
            known = next(("".join(later) for later in groups[index + 1 :] if later != [UNKNOWN]), "")
            end = text.find(known, position) if known else -1
            spelling = text[position : end if end >= 0 else len(text)]
        # A tokenizer that strips accents also strips ゛ and ゜.
        written = text[position : position + len(spelling)]
        if spelling == _without_accents(written):
            spelling = written
        found = text.find(spelling, position)
        position = found + len(spelling) if found >= 0 else position
        yield group, spelling


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _say(spelling: str) -> list[str]:
    phones: list[str] = []
    for run in re.findall(rf"[{re.escape(_MARKS)}]|[^{re.escape(_MARKS)}]+", spelling.replace("...", "…")):
        phones += [run] if run in _MARKS else kana_phones(run)
    return phones


def _is_known(character: str) -> bool:
    return (
        character in _MARKS
        or character.isspace()
        or character in "0123456789〇"
        or is_kana(character.translate(_TO_KATAKANA))
        or _KANJI.match(character) is not None
    )
