# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""English clauses for Piper's voices: function words, their reduced forms, and sounds that depend on the next word.

words in ARPAbet (text/english.py) -> [here] -> IPA as eSpeak NG writes it in its voice en-us. Piper's American voices
were trained on eSpeak NG's transcription, so its alphabet, its place for a stress mark, its reduced function words and
its flapped t are written here, too. eSpeak NG is not needed for that; scripts/espeak_table.py compares the two.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from models.demos.openvoice.piper.english_words import VOWELS, word_ipa

# Function words that carry no stress inside a clause, those that carry secondary stress, and those with other sounds.
_UNSTRESSED = frozenset(
    "and of in at by for from with as that is are be have had can could will would i you he she it we they her my his "
    "its their this these those or if what when there through went i'm i'll i've i'd you're you'll you've you'd he's "
    "he'll she's she'll it's it'll we're we'll we've we'd they're they'll they've that's there's".split()
)
_SECONDARY = frozenset(
    "been shall should might me him us them our but not so onto who which where while before about over under between "
    "up down some any how why whose though upon within go going put get getting near isn't".split()
)
_WEAK = {
    **{"a": "ɐ", "an": "ɐn", "the": "ðə", "to": "tə", "than": "ðɐn", "am": "æm", "has": "hɐz", "was": "wʌz"},
    **{"were": "wɜː", "your": "jʊɹ", "on": "ˌɔn", "into": "ˌɪntʊ", "without": "wɪðˌaʊt", "across": "əkɹˌɑːs"},
}
_BEFORE_VOWEL = {"the": "ðɪ", "to": "tʊ"}
# Function words that stay as they are inside a clause when they end it; the others get their full form there.
_WEAK_AT_END = frozenset(
    "an and of at for from with as is are was were you he she it we they her your its their or if been me him us them "
    "our but into some any whose though upon a the than am".split()
)
_AT_END = {"to": "tuː", "on": "ˈɔn", "a": "ˈeɪ", "has": "hˈæz", "without": "wɪðˈaʊt", "across": "əkɹˈɑːs"}
# Two function words that are said as one.
_PAIRS = {
    **{("of", "the"): "ʌvðə", ("in", "the"): "ɪnðə", ("on", "the"): "ɔnðə", ("for", "the"): "fɚðə"},
    **{("from", "the"): "fɹʌmðə", ("with", "the"): "wɪððə", ("was", "the"): "wʌzðə", ("that", "the"): "ðætðə"},
    **{("of", "a"): "əvə", ("for", "a"): "fɚɹə", ("for", "an"): "fɚɹən", ("at", "a"): "æɾə", ("to", "be"): "təbi"},
    **{("have", "been"): "hɐvbɪn", ("had", "been"): "hɐdbɪn", ("has", "been"): "hˈæzbiːn", ("i", "am"): "aɪɐm"},
    **{("would", "have"): "wʊdhɐv", ("should", "have"): "ʃˌʊdəv", ("could", "have"): "kˌʊdɐv"},
    **{("did", "not"): "dɪdnˌɑːt", ("do", "not"): "duːnˌɑːt", ("there", "was"): "ðɛɹwˌʌz", ("no", "one"): "nˈoʊwˈʌn"},
}
_FLAPPED = frozenset(("at", "it", "but", "that", "what"))  # "at our": the t is flapped before a vowel


class Word(NamedTuple):
    text: str  # lower case
    phones: Sequence[str]  # ARPAbet with stress digits
    joined: bool = False  # to the word before, by a hyphen


def clause_ipa(words: Sequence[Word]) -> str:
    """Return the IPA of a clause, its words separated by spaces."""
    spoken = ""
    position = 0
    while position < len(words):
        pair = _pair(words, position)
        spoken += "" if words[position].joined or not spoken else " "
        spoken += pair or _word(words, position)
        position += 2 if pair else 1
    return spoken


def _pair(words: Sequence[Word], position: int) -> str | None:
    """Return the IPA of two words that are said as one, or None."""
    if position + 2 >= len(words):
        return None  # at the end of a clause both have their own form
    first, second = words[position], words[position + 1]
    if second.text == "the" and _starts_with_vowel(words, position + 2):
        return None
    return _PAIRS.get((first.text, second.text))


def _word(words: Sequence[Word], position: int) -> str:
    """Return the IPA of a word at its place in a clause."""
    text, phones, _ = words[position]
    full = word_ipa(text, phones)
    if position + 1 == len(words):
        if text in _AT_END:
            return _AT_END[text]
        if len(words) == 1 or text not in _WEAK_AT_END:
            return full
    before_vowel = _starts_with_vowel(words, position + 1)
    if before_vowel and text in _BEFORE_VOWEL:
        return _BEFORE_VOWEL[text]
    if text in _WEAK:
        ipa = _WEAK[text]
    elif text in _UNSTRESSED:
        ipa = re.sub("[ˈˌ]", "", full)
    elif text in _SECONDARY:
        ipa = full.replace("ˈ", "ˌ")
    else:
        ipa = full
    if before_vowel and ipa.endswith("ɚ"):
        return f"{ipa}ɹ"
    return f"{ipa[:-1]}ɾ" if before_vowel and text in _FLAPPED else ipa


def _starts_with_vowel(words: Sequence[Word], position: int) -> bool:
    """Return whether there is a word that begins with a vowel; "and" is spoken apart from the word before it."""
    if position >= len(words) or words[position].text == "and":
        return False
    return words[position].phones[0].rstrip("012") in VOWELS
