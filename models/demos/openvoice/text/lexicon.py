# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Pronunciation of one Spanish or French word: word -> [here] -> IPA letters.

MeloTTS was trained on gruut's lexicons, and on gruut's CRF for words outside them. Both are data in the `gruut_lang_*`
packages. They are read without gruut itself, because it needs networkx < 3 and TTNN needs networkx >= 3.1.
"""

import re
import sqlite3
import unicodedata
from base64 import b64decode, b64encode
from contextlib import closing

import pycrfsuite

from models.demos.openvoice.text.frontend import TextError
from models.tt_audio.host.packages import installed_folder

_CONTEXT = 3  # letters on each side that the CRFs of gruut were trained with
_NOT_A_WORD = re.compile(r"\W")


class Lexicon:
    def __init__(self, package: str):
        installed = installed_folder(package)
        if installed is None:
            raise TextError(f"The pronunciation data is not installed: pip install {package}.")
        folder = installed / "espeak"
        # The table has no index on its words, so a query costs up to 40 ms; reading it whole costs 0.1 s (French) to
        # 1.5 s.
        with closing(sqlite3.connect(f"file:{folder / 'lexicon.db'}?mode=ro", uri=True)) as database:
            self._words = dict(database.execute("SELECT word, replace(phonemes, ' ', '') FROM word_phonemes"))
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(folder / "g2p" / "model.crf"))

    def __contains__(self, word: str) -> bool:
        return word.lower() in self._words

    def pronounce(self, word: str) -> str:
        word = word.lower()
        return self._words.get(word) or self._words.get(_NOT_A_WORD.sub("", word)) or self._guess(word)

    def _guess(self, word: str) -> str:
        word = unicodedata.normalize("NFC", word)
        tags = self._tagger.tag([_features(word, index) for index in range(len(word))])
        phones = (b64decode(tag).decode().replace("|", "") for tag in tags)
        return "".join(phone for phone in phones if phone != "_")


def _features(word: str, index: int) -> dict[str, str | float | bool]:
    letters = [b64encode(letter.encode()).decode() for letter in word]
    features: dict[str, str | float | bool] = {"bias": 1.0, "grapheme": letters[index]}
    for distance in range(1, _CONTEXT + 1):
        if index >= distance:
            features[f"grapheme-{distance}"] = letters[index - distance]
        if index + distance < len(letters):
            features[f"grapheme+{distance}"] = letters[index + distance]
    if index == 0:
        features["begin"] = True
    if index == len(letters) - 1:
        features["end"] = True
    return features
