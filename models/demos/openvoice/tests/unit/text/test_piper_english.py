# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/english.py: words and clauses as eSpeak NG writes them in its voice en-us."""

import pytest

from models.demos.openvoice.piper.english import Word, clause_ipa
from models.demos.openvoice.piper.english_words import word_ipa
from models.demos.openvoice.piper.frontend import American


@pytest.fixture(scope="module")
def american():
    return American()


# All by espeak-ng 1.51.
@pytest.mark.parametrize(
    "word, phones, ipa",
    [
        ("late", "L EY1 T", "lˈeɪt"),  # the mark is before the vowel, in a word of one syllable, too
        ("about", "AH0 B AW1 T", "ɐbˈaʊt"),
        ("city", "S IH1 T IY0", "sˈɪɾi"),
        ("started", "S T AA1 R T IH0 D", "stˈɑːɹɾᵻd"),
        ("button", "B AH1 T AH0 N", "bˈʌʔn̩"),
        ("latent", "L EY1 T AH0 N T", "lˈeɪtənt"),
        ("water", "W AO1 T ER0", "wˈɔːɾɚ"),
        ("reality", "R IY0 AE1 L AH0 T IY0", "ɹɪˈælᵻɾi"),
        ("more", "M AO1 R", "mˈoːɹ"),
        ("north", "N AO1 R TH", "nˈɔːɹθ"),
        ("off", "AO1 F", "ˈɔf"),
        ("include", "IH0 N K L UW1 D", "ɪŋklˈuːd"),
        ("background", "B AE1 K G R AW2 N D", "bˈækɡɹaʊnd"),  # no secondary stress beside the primary one
        ("engineer", "EH1 N JH AH0 N IH1 R", "ˌɛndʒᵻnˈɪɹ"),  # eSpeak: ɪ for ᵻ
        ("different", "D IH1 F ER0 AH0 N T", "dˈɪfɹənt"),
        ("natural", "N AE1 CH ER0 AH0 L", "nˈætʃɚɹəl"),
        ("education", "EH2 JH UW0 K EY1 SH AH0 N", "ˌɛdʒuːkˈeɪʃən"),
        ("village", "V IH1 L AH0 JH", "vˈɪlɪdʒ"),
        ("hm", "HH M", "hm"),
    ],
)
def test_a_word(word, phones, ipa):
    assert word_ipa(word, phones.split()) == ipa


@pytest.mark.parametrize(
    "text, ipa",
    [
        ("The ferry was late.", "ðə fˈɛɹi wʌz lˈeɪt."),
        ("the end of an hour", "ðɪ ˈɛnd ʌv ɐn ˈaʊɚ"),
        ("It is at our door", "ɪɾ ɪz æɾ ˌaʊɚ dˈoːɹ"),
        ("The man of the house in a boat", "ðə mˈæn ʌvðə hˈaʊs ɪn ɐ bˈoʊt"),
        ("in the apple", "ɪn ðɪ ˈæpəl"),  # two words, because "the" is another one before a vowel
        ("I have to go to him.", "aɪ hæv tə ɡˌoʊ tə hˌɪm."),
        ("What is it for? I can. He has.", "wʌɾ ɪz ɪt fɔːɹ? aɪ kˈæn. hiː hˈæz."),
        ("winter is long and summer and", "wˈɪntɚɹ ɪz lˈɔŋ ænd sˈʌmɚ ænd"),
        ("to", "tuː"),
        ("Twenty-five well-known towns", "twˈɛntifˈaɪv wˈɛlnˈoʊn tˈaʊnz"),
        ("I'm sure they've seen the users' “free” trial.", "aɪm ʃˈʊɹ ðeɪv sˈiːn ðə jˈuːzɚz fɹˈiː tɹˈaɪəl."),
    ],
)
def test_function_words_depend_on_their_place(american, text, ipa):
    assert american(text) == ipa


@pytest.mark.parametrize(
    "text, ipa",
    [
        ("Hello, world!", "həlˈoʊ, wˈɜːld!"),
        ("He said: wait; then left", "hiː sˈɛd: wˈeɪt; ðˈɛn lˈɛft"),
        ("Wait — no?!", "wˈeɪt; nˈoʊ?"),
        ("Wait - no…", "wˈeɪt; nˈoʊ."),
        ("Wait... No.", "wˈeɪt; nˈoʊ."),
        ("Yes. (No.) Dr. Smith", "jˈɛs. nˈoʊ. dˈɑːktɚ smˈɪθ"),
        (", , wait", "wˈeɪt"),
    ],
)
def test_marks_are_those_of_piper(american, text, ipa):
    assert american(text) == ipa


def test_a_clause_without_words_is_empty():
    assert clause_ipa([]) == ""
    assert clause_ipa([Word("a", ["AH0"])]) == "ˈeɪ"
