# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Chinese with English words: text to phones, tones and word2ph."""

import pytest

from models.demos.openvoice.tests.unit.text import cjk
from models.demos.openvoice.text.chinese import Chinese, pronounce
from models.demos.openvoice.text.chinese_numbers import read_integer, spell_numbers
from models.demos.openvoice.text.frontend import TextError
from models.demos.openvoice.text.pieces import WholeWords


@pytest.fixture(scope="module")
def chinese():
    return Chinese(cjk.tokenizer("zh"))


@pytest.mark.parametrize("row", cjk.table("zh"), ids=lambda row: row["text"][:12])
def test_table(chinese, row):
    cjk.assert_as_expected(chinese(row["text"]), row)


@pytest.mark.parametrize(
    "number, words",
    [
        ("0", "零"),
        ("10", "十"),
        ("110", "一百一十"),
        ("1001", "一千零一"),
        ("10010", "一万零一十"),
        ("308609", "三十万零八千六百零九"),
        ("100000000", "一亿"),
        ("1234567890123456", "一千二百三十四万五千六百七十八亿九千零一十二万三千四百五十六"),
        ("12345678901234567", "一二三四五六七八九零一二三四五六七"),
        ("007", "零零七"),
    ],
)
def test_integers(number, words):
    assert read_integer(number) == words


@pytest.mark.parametrize(
    "text, words",
    [
        ("1998年和2000年", "一九九八年和二零零零年"),
        ("2018-2020年", "二零一八到二零二零年"),
        ("8:05", "八点零五分"),
        ("22:15:09", "二十二点十五分零九秒"),
        ("50%", "百分之五十"),
        ("今天-5度", "今天负五度"),
        ("2023年-2025年", "二零二三年到二零二五年"),
        ("￥1,234元", "一千二百三十四元"),
        ("010-12345678", "零幺零幺二三四五六七八"),
        ("第2个和2个", "第二个和两个"),
        ("٣个", "三个"),
    ],
)
def test_numbers_in_context(text, words):
    assert spell_numbers(text) == words


@pytest.mark.parametrize(
    "text, tones",
    [
        ("不怕", [2, 4]),
        ("看不懂", [4, 5, 3]),
        ("一天", [4, 1]),
        ("一定", [2, 4]),
        ("第一", [4, 1]),
        ("一一一", [1, 1, 1]),
        ("听一听", [1, 5, 1]),
        ("你好", [2, 3]),
        ("纸老虎", [3, 2, 3]),
        ("展览馆", [2, 2, 3]),
        ("妈妈", [1, 5]),
        ("人人", [2, 2]),
        ("孩子", [2, 5]),
        ("这个", [4, 5]),
        ("朋友", [2, 5]),
    ],
)
def test_tone_sandhi(text, tones):
    assert [syllable.tone for syllable in pronounce(text)] == tones


def test_two_verbs_doubled_around_yi_keep_every_syllable():
    # MeloTTS drops its rule for 一 where a clause has two of them.
    assert [syllable.tone for syllable in pronounce("看一看听一听")] == [4, 5, 4, 1, 5, 1]


@pytest.mark.parametrize(
    "text, normalized",
    [("用USB和AI看NBA", "用U S B和ay I看NBA"), ("OPEN的店", "OPEN的店"), ("PDF文件", "P D F文件")],
)
def test_capitals(chinese, text, normalized):
    assert chinese(text).normalized == normalized


def test_a_word_outside_the_vocabulary_is_spoken(chinese):
    known = chinese("我喜欢shopping")
    unknown = chinese("我喜欢" + "x" * 101)
    assert unknown.pieces[3:] == ["[UNK]"]
    assert len(known.phones) > 8 and unknown.word2ph[4] > 0


def test_whole_words_change_only_word2ph(chinese):
    text = "我最近在学习artificial intelligence。"
    plain = Chinese(WholeWords())(text)
    assert plain.phones == chinese(text).phones and plain.tones == chinese(text).tones
    assert len(plain.word2ph) < len(chinese(text).word2ph)


@pytest.mark.parametrize("text", ["", "   ", "。。。！？", "😀🎉", "Привет", "「」"])
def test_nothing_speakable(chinese, text, expect_error):
    with expect_error(TextError, "can be spoken in ZH"):
        chinese(text)


def test_unknown_characters_are_named_once(chinese):
    messages = cjk.warnings_of(lambda: chinese("你😀好😀，Ж"))
    assert len(messages) == 1 and "U+1F600" in messages[0] and "U+0416" in messages[0]


def test_a_very_long_sentence(chinese):
    phones = chinese("今天天气很好，" * 500)
    assert len(phones.phones) == 500 * 13 + 2
