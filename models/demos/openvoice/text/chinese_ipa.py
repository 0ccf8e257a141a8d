# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Chinese for OpenVoice V1's base speaker: a sentence -> words (jieba), bopomofo (pypinyin) -> [here] -> IPA.

One phone a character, as in english_ipa.py; tones are arrows after their syllable, words have a space before them, and
Latin letters are read by their names.
"""

import logging
import re
import unicodedata
from functools import lru_cache
from string import ascii_lowercase

import jieba
from pypinyin import Style, lazy_pinyin

from models.demos.openvoice.text.chinese_numbers import spell_numbers
from models.demos.openvoice.text.frontend import Phones, drop_unknown, require_speech

jieba.setLogLevel(logging.WARNING)  # otherwise jieba logs the loading of its dictionary

_ENDS = ".,!?-…~"
_MARKS = str.maketrans(
    {
        **dict.fromkeys("，、；：;:·・･､", ","),
        **dict.fromkeys("。｡", "."),
        **dict.fromkeys("—–―", "-"),
        **{"！": "!", "？": "?", "⋯": "…", "～": "~"},
    }
)
# Words end at these, but they have no phone.
_SILENT = "'" '"“”‘’＂（）()《》〈〉【】[]「」『』〔〕〖〗{}｛｝<>*`_/\\'

_LETTER_FORMS = str.maketrans(
    {"〇": "零", **{wide: wide - 0xFEE0 for start in "Ａａ" for wide in range(ord(start), ord(start) + 26)}}
)

_INITIALS = dict(
    zip(
        "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ",
        "p⁼ pʰ m f t⁼ tʰ n l k⁼ kʰ x tʃ⁼ tʃʰ ʃ ts`⁼ ts`ʰ s` ɹ` ts⁼ tsʰ s".split(),
        strict=True,
    )
)
_LABIALS = frozenset("ㄅㄆㄇㄈ")
_FINALS = {
    **{"": "", "ㄚ": "a", "ㄛ": "o", "ㄜ": "ə", "ㄝ": "ɛ", "ㄞ": "aɪ", "ㄟ": "eɪ", "ㄠ": "ɑʊ", "ㄡ": "oʊ", "ㄢ": "an"},
    **{"ㄣ": "ən", "ㄤ": "ɑŋ", "ㄥ": "əŋ", "ㄦ": "əɻ", "ㄧ": "i", "ㄧㄚ": "ja", "ㄧㄛ": "jo", "ㄧㄝ": "iɛ"},
    **{"ㄧㄞ": "jaɪ", "ㄧㄠ": "iɑʊ", "ㄧㄡ": "joʊ", "ㄧㄢ": "jɛn", "ㄧㄣ": "in", "ㄧㄤ": "iɑŋ", "ㄧㄥ": "iŋ"},
    **{
        "ㄨ": "u",
        "ㄨㄚ": "wa",
        "ㄨㄛ": "wo",
        "ㄨㄞ": "waɪ",
        "ㄨㄟ": "weɪ",
        "ㄨㄢ": "wan",
        "ㄨㄣ": "wən",
    },
    **{"ㄨㄤ": "uɑŋ", "ㄨㄥ": "ʊŋ", "ㄨㄧ": "ui", "ㄩ": "ɥ", "ㄩㄝ": "ɥɛ", "ㄩㄢ": "ɥæn", "ㄩㄣ": "ɥn", "ㄩㄥ": "jʊŋ"},
}
_TONES = {"": "→", "ˉ": "→", "ˊ": "↑", "ˇ": "↓↑", "ˋ": "↓", "˙": ""}
_SYLLABLE = re.compile("([ㄅ-ㄙ]?)([ㄚ-ㄩ]*)([ˉˊˇˋ˙]?)")
# zhi chi shi ri zi ci si, whose vowel bopomofo leaves out. Without a tone it is heard at the end of a word only: so the
# voice learned it.
_BUZZ = re.compile("([sɹ]`|s)[⁼ʰ]?(?=[→↓↑ ]|$)")
# What the letters are called.
_LETTERS = (
    "ㄟˉ ㄅㄧˋ ㄙㄧˉ ㄉㄧˋ ㄧˋ ㄝˊㄈㄨˋ ㄐㄧˋ ㄝˇㄑㄩˋ ㄞˋ ㄐㄟˋ ㄎㄟˋ ㄝˊㄛˋ ㄝˊㄇㄨˋ "
    "ㄣˉ ㄡˉ ㄆㄧˉ ㄎㄧㄡˉ ㄚˋ ㄝˊㄙˋ ㄊㄧˋ ㄧㄡˉ ㄨㄧˉ ㄉㄚˋㄅㄨˋㄌㄧㄡˋ ㄝˉㄎㄨˋㄙˋ ㄨㄞˋ ㄗㄟˋ"
).split()
_NAMES = dict(zip(ascii_lowercase, _LETTERS, strict=True))


class ChineseIpa:
    language = "ZH"

    def __call__(self, text: str) -> Phones:
        normalized = normalize(text)
        ipa = ""
        for word in jieba.lcut(normalized):
            ipa += f" {_read(word)}" if any(map(_is_han, word)) else _read(word)
        ipa = _BUZZ.sub(lambda match: match[0] + match[1].replace("s", "ɹ"), ipa)
        ipa = ipa.replace("ɻ", "ɹ`")  # only now, or the r of er would be taken for one more such initial
        ipa = " ".join(ipa.split())
        require_speech([letter for letter in ipa if letter not in f"{_ENDS} "], text, self.language)
        if ipa[-1] not in _ENDS:
            ipa += "."
        return Phones(list(ipa), [0] * len(ipa), [0, len(ipa), 0], normalized, [ipa])


def normalize(text: str) -> str:
    """Han characters, Latin letters, spaces, and marks as they are, because jieba takes a "." for a part of a word;
    numbers as words."""
    text = re.sub("([a-z])([A-Z])", r"\1 \2", text.translate(_LETTER_FORMS))
    text = spell_numbers(text)
    text = "".join(_without_accent(character) for character in text)
    return drop_unknown(text, _is_known, "ZH", gap='"')  # which ends a word, as the unknown character did


def _read(word: str) -> str:
    """The IPA of a word, of letters and of marks."""
    return "".join(map(_ipa, lazy_pinyin(word, style=Style.BOPOMOFO)))


@lru_cache(maxsize=8192)
def _ipa(reading: str) -> str:
    """Return the IPA of one character's bopomofo, or of letters and marks, which pypinyin returns in one piece."""
    names = (_NAMES.get(character.lower(), character) for character in reading if character not in _SILENT)
    return _SYLLABLE.sub(_syllable, "".join(names)).translate(_MARKS)


def _syllable(match: re.Match) -> str:
    initial, final, tone = match.groups()
    if not match[0]:
        return ""
    vowel = "wo" if final == "ㄛ" and initial in _LABIALS else _FINALS[final]
    return _INITIALS.get(initial, "") + vowel + _TONES[tone]


@lru_cache(maxsize=8192)
def _is_han(character: str) -> bool:
    """Return whether a character has a reading."""
    reading = lazy_pinyin(character, style=Style.BOPOMOFO)[0]
    return reading != character and _SYLLABLE.fullmatch(reading) is not None


def _without_accent(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if character.isalpha() and base.isascii() and base.isalpha() else character


def _is_known(character: str) -> bool:
    latin = character.isascii() and character.isalpha()
    mark = character in _SILENT or character in _ENDS or ord(character) in _MARKS
    return latin or mark or character.isspace() or _is_han(character)
