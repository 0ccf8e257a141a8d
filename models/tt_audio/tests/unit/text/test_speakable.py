# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Characters that cannot be spoken."""

from models.tt_audio.text.speakable import drop_unknown


def test_joiners_of_an_emoji_are_dropped_without_a_name():
    assert drop_unknown("a\u200db", str.isalpha, "EN") == "a b"
