# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Japanese: one sentence -> [here] -> `Phones`.

As in MeloTTS the sentence is first written in katakana: kana as they are spelled (the particle は stays ハ), kanji by
their reading (japanese_readings.py), numbers and signs as words (japanese_signs.py). The BERT tokenizer then cuts the
katakana into pieces, and the kana of each piece give its phones (japanese_kana.py).
"""

import re
import unicodedata
from collections.abc import Iterator

from models.demos.openvoice.text.frontend import (
    Phones,
    Tokenizer,
    drop_unknown,
    group_pieces,
    require_speech,
    spread_phones,
)
from models.demos.openvoice.text.japanese_kana import is_kana, kana_phones, katakana
from models.demos.openvoice.text.japanese_readings import Reader
from models.demos.openvoice.text.japanese_signs import spell_signs
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
_NAME_READINGS = {
    **{"wi-fi": "ワイファイ", "wifi": "ワイファイ", "e-mail": "イーメール", "line": "ライン", "ios": "アイオーエス"},
    **{"iphone": "アイフォーン", "ipad": "アイパッド", "youtube": "ユーチューブ", "bluetooth": "ブルートゥース"},
    **{"open": "オープン", "off": "オフ", "sale": "セール", "new": "ニュー", "news": "ニュース", "free": "フリー"},
}
_NAMES = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_NAME_READINGS)})(?![A-Za-z])", re.IGNORECASE)
_FRACTION = re.compile("[¼-¾⅐-⅞]")
_KANJI = re.compile("[\u3400-\u9fff々〆\U00020000-\U0002ffff]")


class Japanese:
    """Front end for Japanese.

    `tokenizer` is that of BERT. With `punctuation=False` the marks get no phone, as in MeloTTS, whose Japanese
    sentences have no pause.
    """

    language = "JP"

    def __init__(self, tokenizer: Tokenizer, punctuation: bool = True):
        self._tokenizer = tokenizer
        self._punctuation = punctuation
        self._read = Reader()
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
        """Return the sentence in katakana with the marks that have a phone."""
        text = _FRACTION.sub(lambda match: f" {unicodedata.normalize('NFKC', match[0])}", text)
        text = unicodedata.normalize("NFKC", text).replace("...", "…")
        text = _NAMES.sub(lambda match: _NAME_READINGS[match[0].lower()], text)
        text = re.sub(r"[A-Za-z]+", self._say_english, spell_signs(text)).translate(_TO_MARKS)
        text = re.sub("(?<=[ァ-ー])=(?=[ァ-ー])", "", text)  # a space in foreign names: ジャン=ポール
        text = "".join(_SIGNS.get(character, character) for character in text)
        text = re.sub(r"\s+", "", drop_unknown(text, _is_known, "JP", gap=""))
        # The dictionary has 、 and 。 as the ends of phrases, and "," as an ordinary character.
        kana = self._read(text.lstrip(",.-").translate(_AS_WRITTEN)).translate(_TO_MARKS)
        return kana if self._punctuation else "".join(character for character in kana if is_kana(character))

    def _say_english(self, match: re.Match) -> str:
        word = match[0]
        spelled_out = len(word) == 1 or (word.isupper() and len(word) < 6 and not self._is_word(word))
        if spelled_out:
            return "".join(_LETTERS[letter] for letter in word.lower())
        return katakana([phone.rstrip("012") for phone in self._english.pronounce(word.lower())])

    def _is_word(self, capitals: str) -> bool:
        return len(capitals) > 3 and capitals.lower() in self._english and bool(set(capitals) & set("AEIOU"))


def _spelled(groups: list[list[str]], text: str) -> Iterator[tuple[list[str], str]]:
    """Yield each group of pieces with its part of the text.

    A word that the vocabulary cannot spell ([UNK]) gets what is written up to the next group. A tokenizer may strip
    ゛ and ゜ as accents. It writes an ellipsis as three full stops: the first gets the ellipsis, the others nothing.
    """
    written = text.replace("…", "...")
    spoken = [part for character in text for part in (("…", "", "") if character == "…" else (character,))]
    position = 0
    for index, group in enumerate(groups):
        spelling = "".join(group)
        length = len(spelling)
        if group == [UNKNOWN]:
            known = next(("".join(later) for later in groups[index + 1 :] if later != [UNKNOWN]), "")
            end = written.find(known, position) if known else -1
            length = (end if end >= 0 else len(written)) - position
        part = written[position : position + length]
        if group == [UNKNOWN] or spelling in (part, _without_accents(part)):
            yield group, "".join(spoken[position : position + length])
            position += length
            continue
        found = written.find(spelling, position)
        position = found + length if found >= 0 else position
        yield group, spelling


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _say(spelling: str) -> list[str]:
    phones: list[str] = []
    for run in re.findall(rf"[{re.escape(_MARKS)}]|[^{re.escape(_MARKS)}]+", spelling):
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
