# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English in IPA, for OpenVoice V1's base speakers."""

import pytest

from models.demos.openvoice.text.english_ipa import EnglishIpa, spell
from models.demos.openvoice.text.frontend import NothingSpeakable


@pytest.fixture(scope="module")
def frontend():
    return EnglishIpa()


@pytest.mark.parametrize(
    "sounds, ipa",
    [
        ("HH AH0 L OW1", "həˈloʊ"),
        ("W ER1 L D", "wəɹɫd"),  # one syllable has no mark; an l without a vowel after it is dark
        ("L EH1 T ER0", "ˈlɛtəɹ"),
        ("TH ER1 T IY0", "ˈθəɹti"),
        ("IH0 N S T R AH1 K T", "ɪnˈstɹəkt"),  # a cluster begins a syllable
        ("T W EH1 N T IY0", "tˈwɛnti"),  # where eng_to_ipa puts it, so where the voices learned it
        ("P EY1 IH0 NG", "peɪɪŋ"),  # vowels that count as one syllable
        ("R IY0 AE1 K T", "ɹiækt"),
        ("V IH1 D IY0 OW2", "ˈvɪdiˌoʊ"),  # vowels that count as two
        ("CH AE1 JH", "tʃædʒ"),
    ],
)
def test_a_word(sounds, ipa):
    assert spell(sounds.split()) == ipa


@pytest.mark.parametrize(
    "text, ipa",
    [
        ("Hello, world!", "hɛˈloʊ, wəɹɫd!"),
        ("It's 5 o'clock", "ɪts faɪv əˈklɑk."),
        ("“Really?” (Yes.)", "ˈɹɪli? jɛs."),
        ("Mr. Brown", "ˈmɪstəɹ bɹaʊn."),
        ("The users' 'free' will -- it's theirs'", "ðə ˈjuzəɹz fɹi wɪɫ ɪts ðɛɹz."),
    ],
)
def test_a_sentence(frontend, text, ipa):
    spoken = frontend(text)
    assert "".join(spoken.phones) == ipa
    assert set(spoken.tones) == {0}


def test_nothing_speakable(frontend, expect_error):
    with expect_error(NothingSpeakable, "can be spoken in EN"):
        frontend("?!")
