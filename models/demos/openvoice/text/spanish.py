# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Spanish front end: a sentence -> [here, romance.py] -> `Phones` (IPA letters and stress marks, one tone)."""

from models.demos.openvoice.text.romance import Romance
from models.demos.openvoice.text.spanish_reading import READING


class Spanish(Romance):
    language = "ES"
    reading = READING
    lowercase = True
    package = "gruut_lang_es"
    said_labels = frozenset(("org", "es"))

    def settle(self, text: str) -> str:
        return text.replace("'", "")

    def tidy(self, phones: str) -> str:
        # MeloTTS has no ɟ, which one loan word in the lexicon uses; ʝ is its neighbour.
        return phones.replace("ɟ", "ʝ")
