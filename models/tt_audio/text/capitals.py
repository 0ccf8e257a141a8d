# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A test for text that is all in capitals, for English, Spanish and French."""


def is_shouted(text: str) -> bool:
    """Return whether a text has two words or more, all in capitals; a word alone, as in "RTX 4090", may be initials."""
    return text.isupper() and sum(word.upper() != word.lower() for word in text.split()) > 1
