# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English front end: a sentence -> normalize -> words -> [here] -> `Phones` (ARPAbet, tone = stress + 1)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.demos.openvoice.text.frontend import PAD, Phones, Tokenizer, group_pieces, require_speech, spread_phones
from models.demos.openvoice.text.pieces import WholeWords, Word, words
from models.demos.openvoice.text.pronunciation import Dictionary
from models.tt_audio.text.english_normalize import normalize

_SPOKEN_MARKS = ".,!?'-"
# Words that begin with their apostrophe; before any other word it is a quotation mark.
_CLIPPED = frozenset("em til cause twas tis bout round".split())


class Spoken(NamedTuple):
    phones: list[str]
    tones: list[int]
    word2ph: list[int]


class English:
    language = "EN"

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._basic = WholeWords()
        self._dictionary = Dictionary()

    def __call__(self, text: str) -> Phones:
        normalized, found = self._read(text)
        spoken = self._speak(found)
        require_speech(spoken.phones, text, self.language)
        return Phones(
            [PAD, *spoken.phones, PAD],
            [0, *spoken.tones, 0],
            [1, *spoken.word2ph, 1],
            normalized,
            [piece for word in found for piece in word.pieces],
        )

    def sounds(self, text: str) -> tuple[str, list[tuple[Word, list[str]]]]:
        """Return the normalised text, and its words (a contraction is one word) and marks with their ARPAbet phones."""
        normalized, found = self._read(text)
        spoken = self._sounds(found)
        return normalized, [
            (group[0]._replace(text="".join(word.text for word in group)), said) for group, said in spoken
        ]

    def pronunciations(self, word: str) -> list[list[str]]:
        """Return all pronunciations of a word in the dictionary, the commonest first; none for an unknown word."""
        return self._dictionary.pronunciations(word)

    def pronounce(self, pieces: Sequence[str]) -> Spoken:
        """Pronounce English words that are given as word pieces, without padding, for a text in another language."""
        groups = group_pieces(pieces)
        return self._speak([Word("".join(group), group, False) for group in groups])

    def knows(self, word: str) -> bool:
        return word in self._dictionary

    def _speak(self, found: list[Word]) -> Spoken:
        phones: list[str] = []
        tones: list[int] = []
        word2ph: list[int] = []
        for group, sounds in self._sounds(found):
            for sound in sounds:
                stressed = sound[-1].isdigit()
                phone = (sound[:-1] if stressed else sound).lower()
                phones.append("V" if phone == "v" else phone)
                tones.append(int(sound[-1]) + 1 if stressed else 0)
            word2ph += spread_phones(len(sounds), sum(len(word.pieces) for word in group))
        return Spoken(phones, tones, word2ph)

    def _read(self, text: str) -> tuple[str, list[Word]]:
        normalized = normalize(text, self._dictionary.__contains__)
        return normalized, list(words(normalized, self._tokenizer, self._basic))

    def _sounds(self, found: list[Word]) -> Iterator[tuple[list[Word], list[str]]]:
        """Yield each word, or the words that an apostrophe joins, with its phones."""
        position = 0
        while position < len(found):
            count, sounds = self._contraction(found, position) or (1, self._word(found[position].text))
            yield found[position : position + count], sounds
            position += count

    def _word(self, word: str) -> list[str]:
        if word in _SPOKEN_MARKS:
            return [word]
        letters = "".join(letter for letter in word if "a" <= letter <= "z")
        return self._dictionary.pronounce(letters) if letters else []

    def _contraction(self, found: list[Word], start: int) -> tuple[int, list[str]] | None:
        """Return how many words from `start` on an apostrophe joins, and their phones; None if it joins none."""
        first, second, third = (*found[start : start + 3], *[Word("", [], False)] * 2)[:3]
        if first.text == "'" and second.glued and not first.glued and second.text in _CLIPPED and not third.glued:
            return 2, self._dictionary.pronounce(f"'{second.text}")
        if not first.text.isalpha() or second.text != "'" or not second.glued:
            return None
        ending = third.text if third.glued and third.text.isalpha() else ""
        sounds = self._dictionary.contraction(first.text, ending)
        if sounds is None:
            return None
        return (3 if ending else 2), sounds
