# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English for OpenVoice V1's base speakers: words in ARPAbet (english.py) -> [here] -> IPA, one phone a character.

The input of these voices is an IPA string with spaces and stress marks, without tones or word boundaries. They were
trained on the output of the package eng_to_ipa, so its alphabet, its place for a stress mark and its choice among the
pronunciations of a word are kept.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from models.demos.openvoice.text.english import English
from models.demos.openvoice.text.frontend import Phones, require_speech
from models.demos.openvoice.text.pieces import WholeWords, Word

_ENDS = ".,!?-…~"
_MARKS = frozenset(_ENDS)
_JOINTS = "-~"  # marks after a word, nothing between two
_VOWELS = {
    **{"AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ər"},
    **{"EY": "eɪ", "IH": "ɪ", "IY": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "u"},
}
_CONSONANTS = {
    **{"CH": "ʧ", "DH": "ð", "HH": "h", "JH": "ʤ", "NG": "ŋ", "SH": "ʃ", "TH": "θ", "Y": "j", "ZH": "ʒ"},
    **{phone: phone.lower() for phone in "B D F G K L M N P R S T V W Z".split()},
}
_STRESS = {"1": "ˈ", "2": "ˌ"}
_STOPS = frozenset("B D G K P T".split())
# The search for the start of a syllable goes back no further than one of these or a stop, except in the clusters.
_BARRIERS = frozenset("M N NG DH F S SH TH V Z ZH W".split())
_CLUSTERS = frozenset([("S", "P"), ("S", "T"), ("S", "K"), ("F", "R"), ("F", "L")])
# Vowels side by side that make two syllables; any other two count as one. A word of one syllable has no stress mark.
_HIATUS = frozenset([("ER", "IY"), ("IY", "OW"), ("UW", "OW"), ("IY", "AH"), ("IY", "EY"), ("UW", "EH"), ("ER", "EH")])
# An l with no vowel after it in its word.
_DARK_L = re.compile("l(?=[^aeiouæɑɔəɛɪʊ]*$)")
_CHECKPOINT_LETTERS = str.maketrans({"r": "ɹ", "ʧ": "tʃ", "ʤ": "dʒ"})
# The last of their pronunciations spells them out; capitals come here with spaces between them.
_NO_INITIALISMS = frozenset(("cod", "ins", "us"))
_RESPELLED = {"misess": "missus"}  # MeloTTS's spelling of Mrs., which these voices were not trained on


class EnglishIpa:
    language = "EN"

    def __init__(self):
        self._english = English(WholeWords())

    def __call__(self, text: str) -> Phones:
        normalized, spoken = self._english.sounds(text)
        ipa = ""
        gap = False  # whether a space is due before the next word
        for (word, sounds), (following, _) in pairwise([*self._compounds(spoken), (None, [])]):
            gap = gap or not word.glued
            joint = word.text in _JOINTS and (gap or following is not None and following.glued)
            if word.text in _MARKS and not joint:
                ipa += word.text
                gap = any(letter not in _MARKS for letter in ipa)
            elif sounds and word.text not in "'-~":
                ipa += (" " if gap and ipa else "") + spell(*self._pronunciations(word.text, sounds))
                gap = False
            else:
                gap = True
        ipa = ipa.replace("...", "…")
        require_speech([letter for letter in ipa if letter not in _MARKS], text, self.language)
        if ipa[-1] not in _ENDS:
            ipa += "."
        return Phones(list(ipa), [0] * len(ipa), [0, len(ipa), 0], normalized, [ipa])

    def _compounds(self, spoken: list[tuple[Word, list[str]]]) -> Iterator[tuple[Word, list[str]]]:
        """Yield the words, and as one word those with hyphens that the dictionary has: twenty-five, mother-in-law."""
        position = 0
        while position < len(spoken):
            word, sounds = spoken[position]
            for count in (5, 3):
                parts = [part for part, _ in spoken[position : position + count]]
                text = "".join(part.text for part in parts)
                if all(part.glued for part in parts[1:]) and text.count("-") == count // 2:
                    if known := self._english.pronunciations(text):
                        word, sounds = word._replace(text=text), known[0]
                        position += count - 1
                        break
            yield word, sounds
            position += 1

    def _pronunciations(self, word: str, sounds: list[str]) -> list[list[str]]:
        known = self._english.pronunciations(_RESPELLED.get(word, word)) or [sounds]
        return known[:1] if word in _NO_INITIALISMS else known


def spell(*pronunciations: Sequence[str]) -> str:
    """Return the IPA of one word that is given as ARPAbet phones with stress digits.

    Of several pronunciations the one whose IPA sorts last is returned, because these voices were trained so: "the" as
    before a consonant, "and" unstressed.
    """
    ipa = max(map(_transcribe, pronunciations))
    return _DARK_L.sub("ɫ", ipa).translate(_CHECKPOINT_LETTERS)


def _transcribe(sounds: Sequence[str]) -> str:
    bare = [sound.rstrip("012") for sound in sounds]
    letters = [_VOWELS.get(phone) or _CONSONANTS[phone] for phone in bare]
    syllables = sum(
        phone in _VOWELS and (before not in _VOWELS or (before, phone) in _HIATUS)
        for before, phone in pairwise(["", *bare])
    )
    if syllables > 1:
        for position, sound in enumerate(sounds):
            if sound[-1] in _STRESS:
                start = _syllable_start(bare, position)
                letters[start] = _STRESS[sound[-1]] + letters[start].lstrip("ˈˌ")
    ipa = "".join(letters)
    # A stressed "er" after a vowel carries its mark on the r.
    return ipa[0] + ipa[1:].replace("ˈər", "əˈr")


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
