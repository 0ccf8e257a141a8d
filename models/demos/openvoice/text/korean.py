# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Korean: one sentence -> [here] -> `Phones`.

As in MeloTTS, each word of the BERT tokenizer is pronounced by itself, without liaison to the next one. Its parts of
speech (mecab-ko) say where a verb's stem ends and what a number counts; the rules are in korean_pronunciation.py.
"""

import re
import unicodedata
from collections.abc import Callable

from mecab import MeCab

from models.demos.openvoice.text.frontend import Phones, Tokenizer, drop_unknown, require_speech, spread_phones
from models.demos.openvoice.text.korean_loanwords import LETTERS, hangul
from models.demos.openvoice.text.korean_numbers import read_number, spell_torn_numbers
from models.demos.openvoice.text.korean_pronunciation import sounds, spell_compounds
from models.demos.openvoice.text.pieces import WholeWords, words
from models.demos.openvoice.text.pronunciation import Dictionary

# Marks with a symbol of their own. The Korean voices have more of them than those of other languages.
_MARKS = "!?…,.'-()~\\[]/^:*\""
_TO_MARKS = str.maketrans(
    {
        **dict.fromkeys("。｡．", "."),
        **dict.fromkeys("，、､·・ㆍ;；", ","),
        **dict.fromkeys("！", "!"),
        **dict.fromkeys("？", "?"),
        **dict.fromkeys("“”„「」『』《》〈〉", '"'),
        **dict.fromkeys("‘’`", "'"),
        **dict.fromkeys("–—―−", "-"),
        **dict.fromkeys("～〜∼", "~"),
        **dict.fromkeys("【〔{", "["),
        **dict.fromkeys("】〕}", "]"),
        "：": ":",
        "⋯": "…",
        "_": " ",
    }
)
_SIGNS = {"%": "퍼센트", "+": "플러스", "&": "앤드", "=": "는", "@": "골뱅이", "#": "샵"}
# Words that mean something else in capitals than in the English dictionary.
_CAPITALS = {
    "KOREA": "코리아",
    "IDOL": "아이돌",
    "UP": "업",
    "DOWN": "다운",
    "CCTV": "씨씨티비",
    "TV": "티비",
    **{word: "".join(LETTERS[letter] for letter in word.lower()) for word in ("IT", "IQ", "PC", "SNS", "AI", "CEO")},
}
_FIXED = {"1+1": "원플러스원", "2+1": "투플러스원"}
_MONTHS = {"6월": "유월", "10월": "시월"}
_MP = {"mp3": "엠피쓰리", "mp4": "엠피포"}
_STEM_CODAS = frozenset("ᆫᆬᆷᆱᆰᆲᆴ")


class Korean:
    """Front end for Korean; `tokenizer` is that of BERT."""

    language = "KR"

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._words = WholeWords(lowercase=False, strip_accents=False)
        self._tagger = MeCab()
        self._english = Dictionary()

    def __call__(self, text: str) -> Phones:
        normalized = normalize(text, self._english.__contains__)
        phones, word2ph, pieces = ["_"], [1], []
        for word in words(normalized, self._tokenizer, self._words):
            spoken = self.pronounce(word.text)
            phones += spoken
            word2ph += spread_phones(len(spoken), len(word.pieces))
            pieces += word.pieces
        phones.append("_")
        require_speech([phone for phone in phones if phone not in _MARKS], text, self.language)
        return Phones(phones, [0] * len(phones), [*word2ph, 1], normalized, pieces)

    def pronounce(self, word: str) -> list[str]:
        """Return the phones of one word: jamo, or a mark as itself."""
        word = unicodedata.normalize("NFC", word)
        if word in _MARKS:
            return [word]
        word = _SIGNS.get(word, word)
        word = re.sub("mp[34]", lambda match: _MP[match[0]], word)
        word = re.sub("[a-z]+", lambda match: self._say_english(match[0]), word)
        word = re.sub("(?<![0-9])(6월|10월)", lambda match: _MONTHS[match[0]], spell_compounds(word))
        spelled, stems = "", []
        tokens = self._tagger.pos(word)
        if "".join(token for token, _ in tokens) != word:  # the tagger composes or drops some rare characters
            tokens = [(word, "NNG")]
        for (token, tag), (following, next_tag) in zip(tokens, [*tokens[1:], ("", "")], strict=True):
            if tag == "SN":
                # 시간, 사람 and other long counters are ordinary nouns to the tagger.
                counter = next_tag == "NNBC" or (next_tag == "NNG" and len(following) > 1)
                token = read_number(token, following if counter else "")
            token = re.sub("[0-9]+", lambda match: read_number(match[0]), token)
            if tag == "SN":
                token = spell_compounds(token)  # 십육 [심뉵]
            last_coda = unicodedata.normalize("NFD", token)[-1]
            stem = tag.split("+")[-1].startswith("V") and last_coda in _STEM_CODAS
            spelled += token
            stems += [False] * (len(token) - 1) + [stem]
        return sounds(spelled, stems)

    def _say_english(self, word: str) -> str:
        if len(word) == 1:
            return LETTERS[word]
        return hangul([phone.rstrip("012") for phone in self._english.pronounce(word)])


def normalize(text: str, is_english: Callable[[str], bool]) -> str:
    """Return the text in Hangul, lower-case letters, digits and marks that have a phone.

    `is_english` says whether a lower-case word is in the English dictionary; capitals that are none are spelled.
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        unicodedata.normalize("NFKC", c) if "\u3300" <= c <= "\u33ff" or "０" <= c <= "ｚ" or c == "％" else c
        for c in text
    )
    text = re.sub("(?<![0-9])[12]\\+1", lambda match: _FIXED[match[0]], text.translate(_TO_MARKS))
    text = spell_torn_numbers(text)
    text = re.sub("(?<![A-Za-z])[A-Z]+(?![A-Za-z])", lambda match: _say_capitals(match[0], is_english), text)
    text = "".join(_speakable(character) for character in text)
    return " ".join(drop_unknown(text, _is_known, "KR", gap="").lower().split()).lstrip(", ")


def _say_capitals(word: str, is_english: Callable[[str], bool]) -> str:
    if word in _CAPITALS:
        return _CAPITALS[word]
    if len(word) == 1 or not is_english(word.lower()):
        return "".join(LETTERS[letter] for letter in word.lower())
    return word


def _speakable(character: str) -> str:
    """Return a letter without its accent, and a jamo on its own (ㅋ, ㅠ) as the syllable that is said for it."""
    if "ㄱ" <= character <= "ㅎ":
        return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", character) + "ᅳ")
    if "ㅏ" <= character <= "ㅣ":
        return unicodedata.normalize("NFC", "ᄋ" + unicodedata.normalize("NFKC", character))
    base = unicodedata.normalize("NFKD", character)[0]
    return base if character.isalpha() and "a" <= base.lower() <= "z" else character


def _is_known(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character.isspace() or character in _MARKS or character in _SIGNS
    return "가" <= character <= "힣" or character == "…" or character.isspace()
