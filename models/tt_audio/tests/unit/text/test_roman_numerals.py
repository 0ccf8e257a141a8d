# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Values of Roman numerals."""

import pytest

from models.tt_audio.text.roman_numerals import value


@pytest.mark.parametrize(
    "numeral, number", [("II", 2), ("IV", 4), ("XIX", 19), ("XXXVIII", 38), ("IIII", None), ("VX", None), ("MIX", None)]
)
def test_roman_numerals(numeral, number):
    assert value(numeral) == number
