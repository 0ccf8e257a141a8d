# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Pronunciation of one English word: word -> [here] -> ARPAbet phones with stress digits.

The dictionary is CMUdict 0.7b from the `pronouncing` package; MeloTTS's English voices were trained on an older release
of it, which DIFFERENCES.md compares. Words that it lacks are predicted by g2p_en's small GRU, as in
MeloTTS (data/README.md names its source and licence).
"""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from models.tt_audio.text.cmudict import read_cmudict

_DATA = Path(__file__).parent / "data"
_LONGEST = 20  # phones that g2p_en's decoder says at most
_VOICELESS = frozenset("P T K F TH".split())
_SIBILANT = frozenset("S Z SH ZH CH JH".split())

# Words of today that CMUdict lacks and the GRU gets wrong.
_LATER = {
    "plugin": "P L AH1 G IH2 N",
    "plugins": "P L AH1 G IH2 N Z",
    "github": "G IH1 T HH AH2 B",
    "nvidia": "EH0 N V IH1 D IY0 AH0",
}

# Frequent words that MeloTTS's checkpoints were trained to say as an older CMUdict writes them.
_AS_TRAINED = {
    "and": "AE1 N D",
    "here": "HH IH1 R",
    "information": "IH2 N F ER0 M EY1 SH AH0 N",
    "interest": "IH1 N T R AH0 S T",
    "into": "IH0 N T UW1",
    "often": "AO1 F AH0 N",
    "several": "S EH1 V R AH0 L",
    "wanted": "W AA1 N T AH0 D",
    "were": "W ER0",
    "zero": "Z IH1 R OW0",
}


def _unstressed_prefix(phones: list[str]) -> list[str]:
    """Return the phones without a stress on a prefix in- or im- before a stressed syllable: import, inside, ignore.

    CMUdict 0.7b marks that stress, the release that the voices were trained on does not. This changes 1,065 words into
    what MeloTTS reads and 25 words into something else.
    """
    stresses = [phone[-1] for phone in phones if phone[-1].isdigit()]
    if phones[0] == "IH2" and stresses[1:2] not in ([], ["0"]):
        return ["IH0", *phones[1:]]
    return phones


class Dictionary:
    def __init__(self):
        self._words = read_cmudict() | _LATER
        self._predictor = Predictor(_DATA / "g2p")
        self.pronounce = lru_cache(maxsize=20_000)(self._pronounce)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def _pronounce(self, word: str) -> list[str]:
        if word in _AS_TRAINED:
            return _AS_TRAINED[word].split()
        if word in self._words:
            return _unstressed_prefix(self._words[word].split())
        return self._predictor(word)

    def pronunciations(self, word: str) -> list[list[str]]:
        """Return all pronunciations of a word in CMUdict, which numbers the further ones: read, read(1)."""
        found = []
        while phones := self._words.get(f"{word}({len(found)})" if found else word):
            found.append(phones.split())
        return found

    def contraction(self, word: str, ending: str) -> list[str] | None:
        """Return the phones of a word with an apostrophe, from the dictionary or by its ending; None for others."""
        if f"{word}'{ending}" in self._words:
            return self.pronounce(f"{word}'{ending}")
        if not ending:
            # chokin' is choking with another n.
            dropped = word.endswith("in") and word not in self._words and f"{word}g" in self._words
            return [*self.pronounce(f"{word}g")[:-1], "N"] if dropped else None
        stem = self.pronounce(word)
        last = re.sub(r"\d", "", stem[-1]) if stem else ""
        vowel = last != (stem[-1] if stem else "")
        endings = {
            "s": ["IH0", "Z"] if last in _SIBILANT else ["S"] if last in _VOICELESS else ["Z"],
            "d": ["IH0", "D"] if last in ("T", "D") else ["D"],
            "ll": ["AH0", "L"],
            "ve": ["V"] if vowel else ["AH0", "V"],
            "re": ["ER0"],
        }
        return [*stem, *endings[ending]] if ending in endings else None


class Predictor:
    """g2p_en's encoder and decoder: two GRUs, letters to phones, the likeliest phone at each step."""

    LETTERS = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
    PHONES = (
        "<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D "
        "DH EH0 EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 "
        "OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH "
    ).split()

    def __init__(self, folder: Path):
        # Each array has its own file, because a repository of models takes no file above 500 KB.
        arrays = [array for path in folder.glob("*.safetensors") for array in load_file(path).items()]
        self._weights = {name: array.astype(np.float32) for name, array in arrays}

    def __call__(self, word: str) -> list[str]:
        state = np.zeros(self._weights["enc_w_hh"].shape[1], np.float32)
        letters = [self.LETTERS.index(letter) if letter in self.LETTERS else 1 for letter in word]
        for letter in [*letters, self.LETTERS.index("</s>")]:
            state = self._step("enc", self._weights["enc_emb"][letter], state)
        phones: list[str] = []
        phone = self.PHONES.index("<s>")
        while len(phones) < _LONGEST:
            state = self._step("dec", self._weights["dec_emb"][phone], state)
            phone = int(np.argmax(self._weights["fc_w"] @ state + self._weights["fc_b"]))
            if self.PHONES[phone] == "</s>":
                break
            phones.append(self.PHONES[phone])
        return phones

    def _step(self, side: str, letter: np.ndarray, state: np.ndarray) -> np.ndarray:
        weights = self._weights
        reset_x, update_x, new_x = np.split(weights[f"{side}_w_ih"] @ letter + weights[f"{side}_b_ih"], 3)
        reset_h, update_h, new_h = np.split(weights[f"{side}_w_hh"] @ state + weights[f"{side}_b_hh"], 3)
        reset, update = (1 / (1 + np.exp(-gate)) for gate in (reset_x + reset_h, update_x + update_h))
        return (1 - update) * np.tanh(new_x + reset * new_h) + update * state
