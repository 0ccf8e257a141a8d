# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English words as Koreans say them: ARPAbet phones -> [here] -> Hangul -> korean.py.

The rules are those for loan words (외래어 표기법, chapter 3, section 1); a comment gives the article.
"""

import re
import unicodedata

_LETTER_NAMES = """
에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트
"""
LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))

_ONSETS = dict(
    zip(
        "B CH D DH DZ F G HH JH K L M N P R S SH T TH TS V Z ZH".split(),
        "ᄇᄎᄃᄃᄌᄑᄀᄒᄌᄏᄅᄆᄂᄑᄅᄉᄉᄐᄉᄎᄇᄌᄌ",
        strict=True,
    )
)
_CODAS = {"P": "ᆸ", "T": "ᆺ", "K": "ᆨ", "M": "ᆷ", "N": "ᆫ", "NG": "ᆼ", "L": "ᆯ"}
_VOWELS = {
    "AA": "ᅡ",
    "AE": "ᅢ",
    "AH": "ᅥ",
    "AO": "ᅩ",
    "AW": "ᅡ우",
    "AWER": "ᅡ워",
    "AY": "ᅡ이",
    "EH": "ᅦ",
    "ER": "ᅥ",
    "EY": "ᅦ이",
    "IH": "ᅵ",
    "IY": "ᅵ",
    "OW": "ᅩ",
    "OY": "ᅩ이",
    "UH": "ᅮ",
    "UW": "ᅮ",
}
_SHORT = ("AE", "AH", "EH", "IH", "UH")
_END = "$"
# A glide and the vowel after it become one vowel.
_GLIDES = {
    "Y": {"ᅵ": "ᅵ", "ᅡ": "ᅣ", "ᅢ": "ᅤ", "ᅥ": "ᅧ", "ᅦ": "ᅨ", "ᅩ": "ᅭ", "ᅮ": "ᅲ"},
    "W": {"ᅡ": "ᅪ", "ᅢ": "ᅫ", "ᅥ": "ᅯ", "ᅩ": "ᅯ", "ᅮ": "ᅮ", "ᅦ": "ᅰ", "ᅵ": "ᅱ"},
}


def hangul(phones: list[str]) -> str:
    """Return the Hangul of an English word from its ARPAbet phones without stress."""
    phones = _joined(phones)
    jamo = ""
    for index, phone in enumerate(phones):
        before = phones[index - 1] if index else ""
        after = phones[index + 1] if index + 1 < len(phones) else _END
        jamo += _spell(phone, before, after)
    jamo = re.sub("([ᄂᄃᄅ])Yᅥ", "\\1ᅵ어", jamo)  # million: 밀리언
    jamo = re.sub("([YW])([ᅡ-ᅵ])", lambda match: _GLIDES[match[1]].get(match[2], match[2]), jamo)
    jamo = jamo.replace("Y", "ᅵ").replace("W", "ᅮ")
    jamo = re.sub("(^|[^ᄀ-ᄒ])([ᅡ-ᅵ])", r"\1ᄋ\2", unicodedata.normalize("NFD", jamo))
    return re.sub("[ᄀ-ᇿ]", "", unicodedata.normalize("NFC", jamo))


def _joined(phones: list[str]) -> list[str]:
    text = f" {' '.join(phones)} $"
    for pair, one in (
        (" T S ", " TS "),
        (" D Z ", " DZ "),
        (" AW ER ", " AWER "),
        (" IH R $", " IH ER $"),
        (" EH R $", " EH ER $"),
    ):
        text = text.replace(pair, one)
    return text.split()[:-1]


def _spell(phone: str, before: str, after: str) -> str:
    closed = after == _END or after[0] not in "AEIOUY"  # at the end or before a consonant
    onset = _ONSETS.get(phone, "")
    if phone in _VOWELS:
        link = "ᄋ" if phone == "ER" and before in _VOWELS else ""
        return link + _VOWELS[phone] + ("ᄅ" if phone == "ER" and after[0] in "AEIOU" else "")
    if phone in ("P", "T", "K"):
        if before in _SHORT and (after == _END or after[0] not in "AEIOULRMN"):  # 1.1, 1.2
            return _CODAS[phone]
        return onset + ("ᅳ" if closed and not (phone == "K" and after == "W") else "")  # 1.3
    if phone in ("B", "D", "G", "S", "Z", "F", "V", "TH", "DH", "TS", "DZ"):  # 2, 3.1, 4.1
        return onset + ("ᅳ" if closed and not (phone == "G" and after == "W") else "")
    if phone == "SH":  # 3.2
        return onset + ("ᅵ" if after == _END else "ᅲ" if closed else "Y")
    if phone in ("ZH", "CH", "JH"):  # 3.3, 4.1
        return onset + ("ᅵ" if closed else "")
    if phone in ("M", "N"):  # 5
        return _CODAS[phone] if closed else onset
    if phone == "NG":
        return _CODAS[phone]
    if phone == "L":  # 6
        if not before or before in ("M", "N"):
            return onset
        if after in ("M", "N"):
            return "ᆯ르"
        return _CODAS[phone] if closed else "ᆯᄅ"
    if phone == "R":
        return onset if after[0] in "AEIOUY" else ""
    return phone if phone in _GLIDES else onset
