# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/espeak_table.py: English for Piper's voices agrees with the recorded IPA of espeak-ng."""

import pytest

from scripts import espeak_table


@pytest.fixture(scope="module")
def compared():
    return espeak_table.compare(espeak_table.read())


@pytest.mark.parametrize("kind, texts, least", [("word", 500, 0.962), ("seen", 50, 0.987), ("unseen", 50, 0.975)])
def test_the_share_of_equal_symbols(compared, kind, texts, least):
    own = [pair for pair in compared if pair[0].kind == kind]
    assert len(own) == texts
    assert espeak_table.share(own) >= least


def test_differences_are_counted():
    row = espeak_table.Row("word", "a", "ˈabc")
    assert espeak_table.differences([(row, "ˈadc")]) == {("d", "b"): 1}
    assert espeak_table.share([(row, "ˈadc")]) == 0.75
