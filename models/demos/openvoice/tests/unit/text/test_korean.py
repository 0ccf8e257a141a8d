# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Korean: text to phones and word2ph."""

import unicodedata

import pytest

from models.demos.openvoice.tests.unit.text import cjk
from models.demos.openvoice.text.frontend import TextError
from models.demos.openvoice.text.korean import Korean
from models.demos.openvoice.text.korean_loanwords import hangul
from models.demos.openvoice.text.korean_numbers import read_number, spell_torn_numbers
from models.demos.openvoice.text.pieces import WholeWords


@pytest.fixture(scope="module")
def korean():
    return Korean(cjk.tokenizer("ko"))


@pytest.mark.parametrize("row", cjk.table("ko"), ids=lambda row: row["text"][:12])
def test_table(korean, row):
    cjk.assert_as_expected(korean(row["text"]), row)


# Examples of the Standard Pronunciation, by article.
@pytest.mark.parametrize(
    "word, spoken",
    [
        ("다쳐", "다처"),  # 5
        ("희망", "히망"),
        ("키읔", "키윽"),  # 9
        ("넋", "넉"),  # 10
        ("여덟", "여덜"),
        ("밟다", "밥따"),
        ("넓죽하다", "넙쭈카다"),
        ("삶", "삼"),  # 11
        ("읊다", "읍따"),
        ("맑게", "말께"),
        ("놓고", "노코"),  # 12
        ("많고", "만코"),
        ("닿소", "다쏘"),
        ("뚫네", "뚤레"),
        ("낳은", "나은"),
        ("깎아", "까까"),  # 13
        ("앉아", "안자"),  # 14
        ("없어", "업써"),
        ("디귿이", "디그시"),  # 16
        ("굳이", "구지"),  # 17
        ("벼훑이", "벼훌치"),
        ("묻혀", "무처"),
        ("먹는", "멍는"),  # 18
        ("값매다", "감매다"),
        ("침략", "침냑"),  # 19
        ("협력", "혐녁"),
        ("난로", "날로"),  # 20
        ("칼날", "칼랄"),
        ("국밥", "국빱"),  # 23
        ("신고", "신고"),  # a noun by itself; the stem of 신다 is in the next line
        ("신다", "신따"),  # 24
        ("닮고", "담꼬"),
        ("떫지", "떨찌"),  # 25
        ("갈등", "갈뜽"),  # 26
        ("볼수록", "볼쑤록"),  # 27
        ("문고리", "문꼬리"),  # 28
        ("솜이불", "솜니불"),  # 29
        ("서울역", "서울력"),
        ("16", "심뉵"),
        ("106", "뱅뉵"),
        ("1600", "천뉵빽"),
        ("6", "육"),
        ("66", "육씸뉵"),
        ("26살", "스물려섣쌀"),
        ("열여섯", "열려섣"),
        ("13시", "십쌈시"),
        ("20대", "이십때"),
        ("냇가", "내까"),  # 30
        ("나뭇잎", "나문닙"),
    ],
)
def test_standard_pronunciation(korean, word, spoken):
    assert unicodedata.normalize("NFC", "".join(korean.pronounce(word))) == spoken


@pytest.mark.parametrize(
    "digits, counter, words",
    [
        ("0", "", "영"),
        ("10000", "", "만"),
        ("110000", "", "십일만"),
        ("123456789", "", "일억이천삼백사십오만육천칠백팔십구"),
        ("3", "개", "세"),
        ("20", "살", "스무"),
        ("21", "명", "스물한"),
        ("302", "번", "삼백이"),
        ("24", "시간", "이십사"),
        ("3", "시간", "세"),
        ("119", "", "일일구"),
        ("007", "", "영영칠"),
    ],
)
def test_numbers(digits, counter, words):
    assert read_number(digits, counter) == words


@pytest.mark.parametrize(
    "text, words",
    [
        ("1,234,567원", "1234567원"),
        ("3.14", "삼점일사"),
        ("8:30에", "8시 30분에"),
        ("2024-05-01", "2024년 5월 1일"),
        ("010-1234-5678", "공일공-일이삼사-오육칠팔"),
        ("-5도", "마이너스 5도"),
        ("$100만", "100만달러"),
        ("1/2", "2분의 1"),
        ("5km", "5킬로미터"),
    ],
)
def test_numbers_that_a_tokenizer_would_tear_apart(text, words):
    assert spell_torn_numbers(text) == words


@pytest.mark.parametrize(
    "phones, word",
    [
        ("G EY M", "게임"),
        ("S K UW L", "스쿨"),
        ("F AY L", "파일"),
        ("K AH M P Y UW T ER", "컴퓨터"),
        ("B UH K", "북"),
        ("K AE P T AH N", "캡턴"),
        ("W IH N D OW", "윈도"),
        ("F IH L M", "필름"),
    ],
)
def test_loan_words(phones, word):
    assert hangul(phones.split()) == word


def test_a_word_outside_the_vocabulary_is_spoken(korean):
    phones = korean("뷁 좋아요")
    assert phones.pieces[0] == "[UNK]" and phones.word2ph[1] == 3


def test_whole_words_change_only_word2ph(korean):
    text = "서울역에서 오늘 오후에 만나자."
    plain = Korean(WholeWords(lowercase=False, strip_accents=False))(text)
    assert plain.phones == korean(text).phones
    assert len(plain.word2ph) < len(korean(text).word2ph)


@pytest.mark.parametrize("text", ["", "   ", "...!?", "😀🎉", "Привет", "漢字", "()"])
def test_nothing_speakable(korean, text, expect_error):
    with expect_error(TextError, "can be spoken in KR"):
        korean(text)


def test_unknown_characters_are_named_once(korean):
    messages = cjk.warnings_of(lambda: korean("안녕😀하세요😀Ж"))
    assert len(messages) == 1 and "U+1F600" in messages[0] and "U+0416" in messages[0]


def test_a_very_long_sentence(korean):
    phones = korean("날씨가 좋아요, " * 500)
    assert phones.phones.count(",") == 500
