# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Where a text is cut: sentences of each script, pauses, very short and very long sentences, constant memory."""

import tracemalloc

import pytest

from models.tt_audio.text.sentences import Pause, TextError, split_pauses, split_sentences


@pytest.mark.parametrize(
    "language, text, sentences",
    [
        ("EN", "It rained all day. We stayed inside! Why not go out?", 3),
        ("EN", "Mr. Smith met Dr. Jones in St. Louis yesterday.", 1),
        ("EN", "J. K. Rowling wrote it in the U.S. Army camp.", 1),
        ("EN", "It costs 3.50 dollars, or 10,000 in all.", 1),
        ("EN", '"Where are you going?" she asked him. Nobody knew.', 2),
        ("EN", "He waited... and waited. Then he left them.", 2),
        ("EN", "Chapter Twelve\n\nThe morning was cold.", 2),
        ("EN", "A line that was wrapped\nby an editor.", 1),
        ("EN", "He lives at No. 5 and reads pp. 12 to 15 on Sept. 3, at last.", 1),
        ("EN", "He simply said no. Five people heard him.", 2),
        ("EN", "I met Mr.Smith at 5 p.m. Then we had 1,234.5 grams of it.", 2),
        ("EN", "This costs $1.5 or 3.11.2 or v2.0 of it.", 1),
        ("ES", "Vive en EE. UU. con D. Juan, en la pág. 5 y el cap. 3.", 1),
        ("FR", "Le 5 janv. 2020, M.Dupont lut la p. 12 et le chap. 3.", 1),
        ("ES", "¡Qué alegría verte! ¿Cómo está el Sr. García?", 2),
        ("FR", "Où est M. Dupont ? Il est parti hier soir.", 2),
        ("ZH", "今天天气很好！我们去公园吧？他说：“走吧。”", 3),
        ("JP", "今日は天気がいいです。散歩に行きましょう！", 2),
        ("KR", "오늘은 날씨가 좋네요. 산책하러 갈까요?", 2),
    ],
)
def test_sentences(language, text, sentences):
    cut = list(split_sentences(text, language))
    assert len(cut) == sentences
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_short_sentence_goes_with_the_next():
    assert list(split_sentences("No. Yes. Then we all went home.", "EN")) == ["No. Yes. Then we all went home."]


def test_a_long_sentence_is_cut_at_a_comma():
    cut = list(split_sentences("and so it went on and on, " * 40, "EN"))
    assert all(128 <= len(part) <= 256 and part.endswith("on,") for part in cut[:-1])


def test_a_word_without_end_is_cut():
    assert [len(part) for part in split_sentences("a" * 700, "EN")] == [256, 256, 188]


def test_a_cut_parts_no_number_from_its_unit():
    words = "it " * 83 + "10 000 km on and on"
    assert next(split_sentences(words, "EN")) == ("it " * 83).strip()
    assert next(split_sentences("5 5 " * 100, "EN")) == ("5 5 " * 64).strip()  # no other place


@pytest.mark.parametrize("mark", "、，；：")
@pytest.mark.parametrize("item", ["6,789,123.45元", "97%", "¥1,234,567", "John Smith"])
@pytest.mark.parametrize("start", [1, 4, 7, 10])
def test_a_list_without_spaces_is_cut_after_a_mark(mark, item, start):
    text = "是" * start + mark.join([item] * 60) + "。"
    cut = list(split_sentences(text, "ZH"))
    assert "".join(cut) == text and len(cut) > 1 and max(map(len, cut)) <= 80
    assert all(part.endswith(mark) for part in cut[:-1])


@pytest.mark.parametrize("number", ["6,789,123.45元", "97%", "¥1,234,567.89", "-5℃", "12:30", "1，234，567", "3~5天"])
def test_a_number_without_spaces_around_it_stays_whole(number):
    for before in range(60, 80):
        cut = list(split_sentences("今" * before + number + "天" * 60, "ZH"))
        assert sum(number in part for part in cut) == 1 and max(map(len, cut)) <= 80


def test_a_cut_parts_no_title_from_its_name():
    assert next(split_sentences("it " * 83 + "Mr. Smith went", "EN")).endswith(" it")


@pytest.mark.parametrize("text", ["." * 300_000 + "x", "[pause " * 50_000, "[" * 300_000])
def test_many_marks_take_linear_time(text):
    """Quadratic time would be hours."""
    (part,) = split_pauses(text)
    assert "".join(split_sentences(part, "EN")).replace(" ", "") == text.replace(" ", "")


def test_nothing_gives_nothing():
    assert list(split_sentences(" \n\n ", "EN")) == []


@pytest.mark.parametrize("language, sentence", [("EN", "The rain fell on the roof. "), ("ZH", "今天的天气真的很好。")])
def test_memory_does_not_grow_with_the_text(language, sentence):
    text = sentence * (1_000_000 // len(sentence))
    tracemalloc.start()
    count = sum(1 for _ in split_sentences(text, language))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == text.count(sentence)
    assert peak < 200_000


def test_pauses_between_texts():
    assert list(split_pauses("One [pause 0.5] two[PAUSE: 2s][pause .25]")) == [
        "One ",
        Pause(0.5),
        " two",
        Pause(2.0),
        Pause(0.25),
    ]


@pytest.mark.parametrize("mark", ["[pause]", "[pause long]", "[pause -1]", "[pause 61]"])
def test_a_pause_that_is_none(mark, expect_error):
    with expect_error(TextError, "is not a pause: write seconds from 0 to 60"):
        list(split_pauses(f"One {mark} two."))


def test_brackets_with_other_text_stay():
    assert list(split_pauses("A [paused] film [1].")) == ["A [paused] film [1]."]
