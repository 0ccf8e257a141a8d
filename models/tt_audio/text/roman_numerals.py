# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Roman numerals of two letters or more in running text, for the normalisation of European languages."""

import re

_VALID = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10}

# Chapters, centuries and kings are numbered below 40; XL and CC are more often a size and a copy.
PATTERN = r"\b[IVX]{2,}"


def value(numeral: str) -> int | None:
    """Return the value of a numeral, 1 to 39, or None where the letters are no numeral."""
    if not numeral or not _VALID.fullmatch(numeral):
        return None
    numbers = [_VALUES[letter] for letter in numeral]
    return sum(-number if number < after else number for number, after in zip(numbers, [*numbers[1:], 0], strict=True))
