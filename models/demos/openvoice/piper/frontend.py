# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Front end of a Piper voice: a sentence -> [here] -> `Phones`, the symbols that the voice was trained on.

The voice's own file decides how: American English by english.py, another language by espeak.py, and a voice of text
symbols reads the letters themselves.
"""

import unicodedata
from collections.abc import Callable, Iterator

from models.demos.openvoice.piper import clauses, espeak
from models.demos.openvoice.piper.config import PiperConfig
from models.demos.openvoice.piper.english import Word, clause_ipa
from models.demos.openvoice.text.english import English
from models.demos.openvoice.text.french_reading import READING as FRENCH
from models.demos.openvoice.text.frontend import NothingSpeakable, Phones, TextError
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.text.romance_signs import SignReader
from models.demos.openvoice.text.spanish_reading import READING as SPANISH

AMERICAN = "en-us"  # eSpeak's voice whose transcription english.py writes
# Language codes of Piper whose names here are others.
_LANGUAGES = {"JA": "JP", "KO": "KR", "SP": "ES"}
_READINGS = {"ES": SPANISH, "FR": FRENCH}


def language_of(code: str) -> str:
    """Return the language of a code or of a voice's name, as this project names it: en_US, en-GB and EN are EN."""
    family = code.replace("-", "_").partition("_")[0].upper()
    return _LANGUAGES.get(family, family)


class PiperFrontend:
    """Front end of the voice that `config` describes. A call takes one sentence."""

    def __init__(self, config: PiperConfig):
        self.language = language_of(config.language or config.name)
        self._pronounce = self._pronouncer(config)

    def __call__(self, text: str) -> Phones:
        symbols = unicodedata.normalize("NFD", self._pronounce(text))
        if not any(symbol.isalnum() for symbol in symbols):
            raise NothingSpeakable(text, self.language)
        return Phones(list(symbols), [0] * len(symbols), [0, len(symbols), 0], text, [symbols])

    def _pronouncer(self, config: PiperConfig) -> Callable[[str], str]:
        """Return the function that maps a sentence to symbols."""
        if config.phoneme_type == "text":
            return str.casefold
        if config.espeak_voice == AMERICAN:
            return American()
        if not config.espeak_voice:
            raise TextError(f"{config.name}.onnx.json names no voice of eSpeak: download the voice again.")
        signs = SignReader(_READINGS[self.language]) if self.language in _READINGS else str

        def by_espeak(text: str) -> str:
            found = list(clauses.clauses(signs(text)))
            return clauses.join((espeak.ipa(clause.text, config.espeak_voice), clause.mark) for clause in found)

        return by_espeak


class American:
    """Maps an English sentence to IPA with this project's normalisation and dictionary."""

    def __init__(self):
        self._english = English(WholeWords())

    def __call__(self, text: str) -> str:
        return clauses.join((clause_ipa(words), mark) for words, mark in self._clauses(text))

    def _clauses(self, text: str) -> Iterator[tuple[list[Word], str]]:
        """Yield the words of each clause, and the mark at its end; a clause without a word is left out."""
        _, spoken = self._english.sounds(text)
        words: list[Word] = []
        marks = ""
        joined = False
        for word, phones in spoken:
            if phones and phones[0][0].isalpha():
                if marks and words:
                    yield words, clauses.read_marks(marks, last=False)
                    words = []
                words.append(Word(word.text, phones, joined and word.glued))
                marks, joined = "", False
            elif word.text == "-" and word.glued and words and not marks:
                joined = True
            elif mark := "—" if word.text == "-" else word.text if word.text in clauses.MARKS else "":
                marks += mark
        if words:
            yield words, clauses.read_marks(marks, last=True) if marks else ""
