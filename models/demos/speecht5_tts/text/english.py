# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English text -> sentences and pauses -> words that a letter-to-sound network can read -> ids.

    sentences                 models/tt_audio/text/sentences.py
    numbers, abbreviations    models/tt_audio/text/english_normalize.py, which writes lower-case words
    capitals                  put back where a word stayed the same
    characters                those that the vocabulary lacks are replaced, or left out with one warning
    length                    a sentence of too many ids is cut at a clause or at a space
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from models.demos.speecht5_tts.text.tokenizer import Tokenizer
from models.tt_audio.text.capitals import is_shouted
from models.tt_audio.text.cmudict import read_cmudict
from models.tt_audio.text.english_normalize import normalize
from models.tt_audio.text.sentences import Pause, cut, split_pauses, split_sentences
from models.tt_audio.text.speakable import NothingSpeakable, drop_unknown

LANGUAGE = "EN"

# The normaliser writes this word as MeloTTS's voices were trained on it.
_SPELLINGS = {"misess": "missus"}
# In place of a mark that the vocabulary lacks, the first of these that it has.
_STAND_INS = {
    **dict.fromkeys(";:()[]{}—–", ","),
    **dict.fromkeys("…", ".,"),
    **dict.fromkeys("!?", "."),
    **dict.fromkeys("\"'-«»<>/\\|*_~^`•", " "),
}
_WORD = re.compile(r"\w+(?:'\w+)*")


@dataclass(frozen=True)
class Sentence:
    """One utterance: what is read, and its ids."""

    text: str
    ids: list[int]


class Reader:
    """Front end of a model; `most_tokens` is the largest number of ids of a sentence."""

    def __init__(self, tokenizer: Tokenizer, most_tokens: int):
        self._tokenizer = tokenizer
        self._most_tokens = most_tokens
        self._words = read_cmudict()
        self._spoken = lru_cache(maxsize=10_000)(self._find_spoken)

    def read(self, text: str) -> Iterator[Sentence | Pause]:
        """Yield the sentences of a text and its `[pause 0.5]` marks, each when it is asked for.

        Sentences without anything speakable are left out; a text of nothing else is an error.
        """
        spoken = False
        for part in split_pauses(text):
            if isinstance(part, Pause):
                yield part
                continue
            for written in split_sentences(part, LANGUAGE):
                words = self.in_words(written)
                if any(character.isalnum() for character in words):
                    spoken = True
                    yield from self._sentences(words)
        if not spoken:
            raise NothingSpeakable(text, LANGUAGE)

    def in_words(self, sentence: str) -> str:
        """Return a sentence as it is read: in words, and in characters of the vocabulary."""
        words = normalize(sentence, self._words.__contains__)
        words = _WORD.sub(lambda match: _SPELLINGS.get(match[0], match[0]), words)
        if not is_shouted(sentence):
            words = _with_capitals(words, sentence)
        words = "".join(map(self._spoken, unicodedata.normalize("NFKC", words)))
        words = drop_unknown(words, lambda character: character.isspace() or self._tokenizer.has(character), LANGUAGE)
        return re.sub(r"(?:\s*,)*\s*([.,!?])", r"\1", " ".join(words.split()))

    def _find_spoken(self, character: str) -> str:
        """Return a character, or if the vocabulary lacks it what is read in its place."""
        plain = unicodedata.normalize("NFD", character)[0]
        for stand_in in (character, character.lower(), plain, plain.lower(), *_STAND_INS.get(character, "")):
            if stand_in.isspace() or self._tokenizer.has(stand_in):
                return stand_in
        return character

    def _sentences(self, words: str) -> Iterator[Sentence]:
        """Yield words as one sentence, or if their ids are too many cut near the middle, as often as needed."""
        ids = self._tokenizer(words)
        if len(ids) <= self._most_tokens:
            yield Sentence(words, ids)
            return
        first = next(cut(words, len(words) * 3 // 5))
        for part in (first, words[len(first) :].strip()):
            yield from self._sentences(part)


def _with_capitals(words: str, written: str) -> str:
    """Return normalised words with the capitals of the written ones, where these begin with one: London, I."""
    before, after = _WORD.findall(written.replace("’", "'")), list(_WORD.finditer(words))
    same = SequenceMatcher(None, [word.lower() for word in before], [match[0] for match in after], autojunk=False)
    pieces, end = [], 0
    for first, second, length in same.get_matching_blocks():
        for word, match in zip(before[first : first + length], after[second : second + length], strict=True):
            if word[0].isupper() and not word[1:2].isupper():
                pieces += [words[end : match.start()], word]
                end = match.end()
    return "".join(pieces) + words[end:]
