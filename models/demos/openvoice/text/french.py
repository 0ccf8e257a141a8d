# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""French front end: a sentence -> [here, romance.py] -> `Phones` (IPA letters and stress marks, one tone)."""

import re

from models.demos.openvoice.text.french_reading import READING
from models.demos.openvoice.text.romance import Romance

# The liaisons that gruut makes inside a number, before a word that it starts with an unstressed vowel.
_LIAISONS = {"vingt": "t", "cent": "t", "dix": "z"}


class French(Romance):
    language = "FR"
    reading = READING
    lowercase = False
    package = "gruut_lang_fr"
    said_labels = frozenset(("org",))

    def settle(self, text: str) -> str:
        # Spanish marks mean nothing in French text.
        return text.replace("¿", "").replace("¡", "")

    def link(self, number: list[str]) -> str:
        linked = zip(number, [*number[1:], ""], strict=True)
        return "".join(
            self._lexicon.pronounce(word) + (_LIAISONS.get(word, "") if after in ("un", "huit", "et") else "")
            for word, after in linked
        )

    def liaison(self, following: list[str]) -> str:
        # "21" has this liaison when it is a number; "vingt et une heures" is what 21 heures turns into.
        return "t" if [word.lower() for word in following] == ["vingt", "et", "une"] else ""

    def tidy(self, phones: str) -> str:
        # The CRF stutters on some consonants; MeloTTS took three or more t's in a row out.
        return re.sub(r"t{3,}", "", phones)

    def pronounce(self, word: str) -> str:
        # An elision's letters are read by name (l' as "elle"), as they were when the French voice was trained.
        return "" if word == "'" else super().pronounce(word)
