# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text that a model cannot speak: characters without a sound are left out, and a text of nothing else is an error."""

import unicodedata
from collections.abc import Callable

from loguru import logger

from .sentences import TextError


class NothingSpeakable(TextError):
    def __init__(self, text: str, language: str):
        excerpt = text if len(text) <= 40 else text[:40] + "…"
        super().__init__(
            f"Nothing in {excerpt!r} can be spoken in {language}: give a text with letters or numbers of that language."
        )


def drop_unknown(text: str, known: Callable[[str], bool], language: str, gap: str = " ") -> str:
    """Return the text with `gap` in place of each character that is not `known`, and log one warning for all.

    Scripts without spaces between words pass an empty `gap`, because an emoji would cut a word in two otherwise.
    """
    unknown: dict[str, None] = {}
    kept: list[str] = []
    for character in text:
        if known(character):
            kept.append(character)
            continue
        # Joiners and variation selectors are parts of the emoji beside them; naming them would only confuse.
        if unicodedata.category(character) not in ("Cf", "Mn", "Me", "Cc"):
            unknown[character] = None
        kept.append(gap)
    if unknown:
        names = ", ".join(
            f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'unnamed')})" for character in unknown
        )
        logger.warning("{} text: left out what cannot be spoken: {}", language, names)
    return "".join(kept)
