# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English for OpenVoice V1's base speakers: words in ARPAbet (english.py) -> [here] -> IPA, one phone a character.

These voices know no tones and no words, only the letters of an IPA string with its spaces and stress marks. They were
trained on the strings of the package eng_to_ipa, and its alphabet and its place for a stress mark are kept.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from models.demos.openvoice.text.english import English
from models.demos.openvoice.text.frontend import Phones, require_speech
from models.demos.openvoice.text.pieces import WholeWords

_MARKS = ".,!?-"
_ENDS = ".,!?-…~"
_VOWELS = {
    **{"AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "əɹ"},
    **{"EY": "eɪ", "IH": "ɪ", "IY": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "u"},
}
_CONSONANTS = {
    **{"CH": "tʃ", "DH": "ð", "HH": "h", "JH": "dʒ", "NG": "ŋ"},
    **{"R": "ɹ", "SH": "ʃ", "TH": "θ", "Y": "j", "ZH": "ʒ"},
    **{phone: phone.lower() for phone in "B D F G K L M N P S T V W Z".split()},
}
_STRESS = {"1": "ˈ", "2": "ˌ"}
_STOPS = frozenset("B D G K P T".split())
# A syllable does not reach back beyond one of these, or beyond a stop, but for the clusters.
_BARRIERS = frozenset("M N NG DH F S SH TH V Z ZH W".split())
_CLUSTERS = frozenset([("S", "P"), ("S", "T"), ("S", "K"), ("F", "R"), ("F", "L")])
# Vowels side by side that make two syllables; any other two count as one. A word of one syllable has no stress mark.
_HIATUS = frozenset([("ER", "IY"), ("IY", "OW"), ("UW", "OW"), ("IY", "AH"), ("IY", "EY"), ("UW", "EH"), ("ER", "EH")])
# An l with no vowel after it in its word.
_DARK_L = re.compile("l(?=[^aeiouæɑɔəɛɪʊ]*$)")


class EnglishIpa:
    language = "EN"

    def __init__(self):
        self._english = English(WholeWords())

    def __call__(self, text: str) -> Phones:
        normalized, spoken = self._english.sounds(text)
        ipa = ""
        for word, sounds in spoken:
            said = word.text if word.text in _MARKS else spell(sounds)
            ipa += said if word.glued or not ipa else f" {said}"
        ipa = ipa.strip()
        require_speech(ipa.replace(" ", ""), text, self.language)
        if ipa[-1] not in _ENDS:
            ipa += "."
        return Phones(list(ipa), [0] * len(ipa), [0, len(ipa), 0], normalized, [ipa])


def spell(sounds: Sequence[str]) -> str:
    """One word of ARPAbet phones with stress digits."""
    bare = [sound.rstrip("012") for sound in sounds]
    letters = [_VOWELS.get(phone) or _CONSONANTS.get(phone, "") for phone in bare]
    syllables = sum(
        phone in _VOWELS and (before not in _VOWELS or (before, phone) in _HIATUS)
        for before, phone in pairwise(["", *bare])
    )
    if syllables > 1:
        for position, sound in enumerate(sounds):
            if sound[-1] in _STRESS:
                start = _syllable_start(bare, position)
                letters[start] = _STRESS[sound[-1]] + letters[start].lstrip("ˈˌ")
    return _DARK_L.sub("ɫ", "".join(letters))


def _syllable_start(phones: Sequence[str], vowel: int) -> int:
    if vowel == 0 or phones[vowel - 1] in _VOWELS:
        return vowel
    start = vowel - 1
    if phones[start] in _BARRIERS:
        return start
    while start > 0:
        before = phones[start - 1]
        if before in _VOWELS or before in _BARRIERS or phones[start] in _STOPS:
            return start - 1 if (before, phones[start]) in _CLUSTERS else start
        start -= 1
    return start
