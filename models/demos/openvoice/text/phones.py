# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Phones of one sentence: the result of every front end."""

from dataclasses import dataclass

PAD = "_"
PUNCTUATION = frozenset("!?…,.'-¿¡")


@dataclass(frozen=True)
class Phones:
    """One sentence by names of phones: `_` at both ends, a tone for each phone, a phone count for each word piece."""

    phones: list[str]
    tones: list[int]  # counted from 0 within the language
    word2ph: list[int]  # [CLS], one for each of `pieces`, [SEP]
    normalized: str
    pieces: list[str]  # what BERT reads between [CLS] and [SEP]

    def __post_init__(self):
        if not len(self.phones) == len(self.tones) == sum(self.word2ph):
            raise ValueError(
                f"{len(self.phones)} phones, {len(self.tones)} tones and a word2ph of {sum(self.word2ph)} do not match"
            )
        if len(self.word2ph) != len(self.pieces) + 2:
            raise ValueError(f"{len(self.pieces)} word pieces and a word2ph of length {len(self.word2ph)} do not match")
