# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Word and character error rates of a recogniser's text against the words that were said.

Both texts are normalised alike. English is normalised by Whisper's own rules, so that "twenty-five dollars" and "$25",
"I'm" and "I am", "Mr." and "mister" are no errors. Other languages lose case, punctuation and double encodings only.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

from ..host.errors import UsageError

# Languages whose blanks do not reliably separate words: errors are counted in characters.
BY_CHARACTER = ("ZH", "JP", "KR")


def words(text: str, language: str = "EN") -> list[str]:
    """Return the words of a text as they are compared: lower case, without punctuation, apostrophes kept."""
    if language == "EN":
        text = _english_rules()(text)
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    kept = "".join(c if c.isalnum() or c == "'" or unicodedata.category(c) == "Mn" else " " for c in text)
    return [word for word in (word.strip("'") for word in kept.split()) if word]


def word_error_rate(said: str, heard: str, language: str = "EN") -> float:
    """Return the words to change, insert and leave out, divided by the number of words said; it can be above 1."""
    return error_rate(words(said, language), words(heard, language))


def character_error_rate(said: str, heard: str, language: str = "EN") -> float:
    """Return the same rate for characters, blanks left out."""
    return error_rate("".join(words(said, language)), "".join(words(heard, language)))


@cache
def _english_rules():
    # The module is imported here because transformers takes a second to import. Its table of British spellings is part
    # of a model's files, not of the package, so "colour" and "color" are two words.
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    return EnglishTextNormalizer({})


def error_rate(said: Sequence, heard: Sequence) -> float:
    """Return the elements to change, insert and leave out, divided by the number of elements said."""
    if not said:
        raise UsageError("an error rate needs a text with words; give the text that was said")
    before = list(range(len(heard) + 1))
    for i, own in enumerate(said, 1):
        row = [i]
        for j, other in enumerate(heard, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (own != other)))
        before = row
    return before[-1] / len(said)
