# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Katakana to the phones of MeloTTS's Japanese voices, and English words to katakana -> japanese.py.

The phones are those of the recogniser Julius. As in MeloTTS the long mark ー has no phone, because the voices learned
the length of コーヒー from its word. ァィゥェォ after their own vowel do lengthen it.
"""

import re

_VOWELS = "aiueo"
_SMALL_VOWELS = "ァィゥェォ"
_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サシスセソ",
    "z": "ザジズゼゾ",
    "t": "タチツテト",
    "d": "ダヂヅデド",
    "n": "ナニヌネノ",
    "h": "ハヒフヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "y": "ヤ ユ ヨ",
    "r": "ラリルレロ",
    "w": "ワ    ",
}
_CONSONANTS = {"シ": "sh", "ジ": "j", "チ": "ch", "ヂ": "j", "ツ": "ts", "ヅ": "z", "フ": "f"}
_ALONE = {
    "ヰ": "i",
    "ヱ": "e",
    "ヲ": "o",
    "ン": "N",
    "ッ": "q",
    "ヴ": "b u",
    "ヵ": "k a",
    "ヶ": "k e",
    "ヮ": "w a",
    "ー": "",
    "・": ",",
}
_ALONE |= dict(zip("ァィゥェォャュョ", "a,i,u,e,o,y a,y u,y o".split(","), strict=True))

# A kana and ャュョ: one palatal consonant. Those in the second string are spellings that Julius accepts as well.
_PALATAL = dict(
    zip(
        "キギシジチヂニヒビピミリ" "クグスズツヅテデトドヌフブプムル",
        "ky gy sh j ch j ny hy by py my ry ky gy sh zy ch zy ty dy ty dy ny hy by py my ry".split(),
        strict=True,
    )
)
# Sounds of foreign words: the kana, its consonant and the small vowels it takes.
_FOREIGN = """
シ sh ェ|ジ j ェ|チ ch ェ|ヂ j ェ|ツ ts ァィェォ|テ t ィ|デ d ィ|ト t ゥ|ド d ゥ|ス s ィ
ズ z ィェォ|ウ w ィェォ|フ f ァィェォ|ヴ b ァィェォ
"""


def _table() -> dict[str, list[str]]:
    table = {kana: phones.split() for kana, phones in _ALONE.items()}
    for consonant, row in _ROWS.items():
        for kana, vowel, small in zip(row, _VOWELS, _SMALL_VOWELS, strict=True):
            if kana == " ":
                continue
            onset = [_CONSONANTS.get(kana, consonant)] if consonant else []
            table[kana] = [*onset, vowel]
            table[kana + small] = [*onset, vowel + ":"]
    for kana, onset in _PALATAL.items():
        table |= {kana + small: [onset, vowel] for small, vowel in zip("ャュョ", "auo", strict=True)}
    for entry in re.split("[|\n]", _FOREIGN.strip()):
        kana, onset, smalls = entry.split()
        table |= {kana + small: [onset, _VOWELS[_SMALL_VOWELS.index(small)]] for small in smalls}
    for vowel in "アイエ":
        table[vowel + _SMALL_VOWELS["アイウエオ".index(vowel)]] = 2 * table[vowel]
    table |= {"イャ": ["y", "a"], "ユャ": ["y", "a:"], "ユュ": ["y", "u:"], "ユョ": ["y", "o:"], "ヴュ": ["by", "u"]}
    return table | {"ヲォ": ["o:"], "ズゥ": ["z", "u"], "フゥ": ["f", "u"], "ヅゥ": ["d", "u:"]}


_PHONES = _table()


def kana_phones(kana: str) -> list[str]:
    """Return the phones of katakana and of marks, longest match first. Raise KeyError for any other character."""
    phones: list[str] = []
    index = 0
    while index < len(kana):
        length = 2 if kana[index : index + 2] in _PHONES and index + 1 < len(kana) else 1
        phones += _PHONES[kana[index : index + length]]
        index += length
    return phones


def is_kana(character: str) -> bool:
    """Return whether a character is katakana that has phones."""
    return character in _PHONES


# English: the five kana of each consonant, and the one it gets where no vowel follows.
_ENGLISH_ROWS = {
    "": "ア イ ウ エ オ",
    "B": "バ ビ ブ ベ ボ ブ",
    "CH": "チャ チ チュ チェ チョ チ",
    "D": "ダ ディ ドゥ デ ド ド",
    "DH": "ザ ジ ズ ゼ ゾ ズ",
    "F": "ファ フィ フ フェ フォ フ",
    "G": "ガ ギ グ ゲ ゴ グ",
    "HH": "ハ ヒ フ ヘ ホ フ",
    "JH": "ジャ ジ ジュ ジェ ジョ ジ",
    "K": "カ キ ク ケ コ ク",
    "L": "ラ リ ル レ ロ ル",
    "M": "マ ミ ム メ モ ム",
    "N": "ナ ニ ヌ ネ ノ ン",
    "NG": "ンガ ンギ ング ンゲ ンゴ ング",
    "P": "パ ピ プ ペ ポ プ",
    "R": "ラ リ ル レ ロ ー",
    "S": "サ シ ス セ ソ ス",
    "SH": "シャ シ シュ シェ ショ シュ",
    "T": "タ ティ トゥ テ ト ト",
    "TH": "サ シ ス セ ソ ス",
    "V": "バ ビ ブ ベ ボ ブ",
    "W": "ワ ウィ ウ ウェ ウォ ウ",
    "Y": "ヤ イ ユ イエ ヨ イ",
    "Z": "ザ ジ ズ ゼ ゾ ズ",
    "ZH": "ジャ ジ ジュ ジェ ジョ ジュ",
}
_ENGLISH_VOWELS = dict(
    zip(
        "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split(),
        "0 0 0 4ー 0ウ 0イ 3 0ー 3イ 1 1ー 4ー 4イ 2 2ー".split(),
        strict=True,
    )
)
_SHORT = ("AE", "AH", "EH", "IH", "UH", "AA")


def katakana(phones: list[str]) -> str:
    """Return the katakana of an English word from its ARPAbet phones without stress."""
    kana = ""
    onset = ""
    for index, phone in enumerate(phones):
        if phone in _ENGLISH_VOWELS:
            vowel = _ENGLISH_VOWELS[phone]
            kana += _ENGLISH_ROWS[onset].split()[int(vowel[0])] + vowel[1:]
            onset = ""
            continue
        following = phones[index + 1] if index + 1 < len(phones) else ""
        if following in _ENGLISH_VOWELS:
            onset = phone
        elif phone == "T" and following == "S":
            kana += "ツ"
        elif not (phone == "S" and index and phones[index - 1] == "T"):
            stopped = not following and phone in ("P", "T", "K", "D", "G", "CH", "JH")
            kana += "ッ" if stopped and index and phones[index - 1] in _SHORT else ""
            kana += _ENGLISH_ROWS[phone].split()[5]
    return kana
