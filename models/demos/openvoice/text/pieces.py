# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Words and their BERT word pieces: normalised text -> [here] -> a language's pronunciation of each word.

MeloTTS pronounces what its BERT tokenizer calls a word, and word2ph counts the phones of each piece. `WholeWords`
replaces the tokenizer where there are no BERT files: words and phones are the same, each word is one piece, so only
word2ph differs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from models.demos.openvoice.text.frontend import TextError, Tokenizer, group_pieces

UNKNOWN = "[UNK]"


class Word(NamedTuple):
    text: str  # as the tokenizer spells it: lower case or without accents where the BERT model is
    pieces: list[str]
    glued: bool  # no space between this word and the one before


class WholeWords:
    """BERT's own word boundaries without a vocabulary: each word is one piece."""

    def __init__(self, lowercase: bool = True, strip_accents: bool = True):
        self._normalizer = BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)
        self._splitter = BertPreTokenizer()

    def tokenize(self, text: str) -> list[str]:
        return [word for word, _ in self._splitter.pre_tokenize_str(self._normalizer.normalize_str(text))]


def load_tokenizer(folder: str | Path) -> Tokenizer:
    """Load the Hugging Face tokenizer of a local folder; nothing is downloaded."""
    folder = Path(folder)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
        raise TextError(f"{folder} has neither tokenizer.json nor vocab.txt: give the folder of a BERT tokenizer.")
    # transformers takes a second to import, and a machine without BERT files never needs it.
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def words(text: str, tokenizer: Tokenizer, basic: WholeWords) -> Iterator[Word]:
    """Yield the words of a text with their pieces. A word that the vocabulary cannot spell keeps its own spelling."""
    for chunk in text.split():
        glued = False
        for word in basic.tokenize(chunk):
            for group, spelling in _spell(word, tokenizer):
                yield Word(spelling, group, glued)
                glued = True


def _spell(word: str, tokenizer: Tokenizer) -> Iterator[tuple[list[str], str]]:
    pieces = tokenizer.tokenize(word)
    start = 0
    for group in group_pieces(pieces):
        taken = pieces[start : start + len(group)]
        start += len(group)
        yield taken, word if taken == [UNKNOWN] else "".join(group)
