# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The cache of recently used values."""

from models.tt_audio.host.recently_used import RecentlyUsed


def test_value_is_made_once_and_the_one_unused_for_longest_is_replaced():
    cache, made = RecentlyUsed(2), []

    def value(key):
        return cache.get(key, lambda: made.append(key) or key.upper())

    assert [value(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert value("a") == "A" and made == ["a", "b"]
    assert value("c") == "C"  # replaces b
    assert value("a") == "A" and made == ["a", "b", "c"]
    assert value("b") == "B" and made == ["a", "b", "c", "b"]
