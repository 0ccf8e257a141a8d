# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Readings of Japanese words: 300 everyday phrases, and the classes of words whose reading depends on their company.

data/ja_readings.tsv has a phrase, its reading (several separated by a slash), and whether MeloTTS and the dictionary
used before (UniDic) read it right.
"""

import csv
from pathlib import Path

import pytest

from models.demos.openvoice.tests.unit.text import cjk
from models.demos.openvoice.text.japanese import Japanese

_PHRASES = Path(__file__).parent / "data" / "ja_readings.tsv"
_SAME_SOUND = str.maketrans({"ヂ": "ジ", "ヅ": "ズ", **dict.fromkeys(",.!?…'・-", "")})


@pytest.fixture(scope="module")
def japanese():
    return Japanese(cjk.tokenizer("ja"))


@pytest.fixture(scope="module")
def phrases():
    with _PHRASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _wrong(japanese: Japanese, rows: list[dict[str, str]]) -> list[str]:
    wrong = []
    for row in rows:
        read = japanese.normalize(row["phrase"]).translate(_SAME_SOUND)
        if read not in row["reading"].translate(_SAME_SOUND).split("/"):
            wrong.append(f"{row['phrase']}: {read}, not {row['reading']}")
    return wrong


def test_everyday_phrases(japanese, phrases):
    assert len({row["phrase"] for row in phrases}) >= 300
    wrong = _wrong(japanese, phrases)
    assert len(wrong) <= 0.01 * len(phrases), wrong


def test_phrases_that_melotts_or_unidic_reads_right_stay_right(japanese, phrases):
    right = [row for row in phrases if "right" in (row["melotts"], row["unidic"])]
    assert len(right) == 282
    wrong = _wrong(japanese, right)
    assert len(wrong) <= 0.01 * len(right), wrong


@pytest.mark.parametrize(
    "text, reading",
    [
        # What 何 is depends on what follows.
        ("何を", "ナニヲ"),
        ("何が", "ナニガ"),
        ("何で", "ナンデ"),
        ("何と", "ナント"),
        ("何とぞ", "ナニトゾ"),
        ("何にする", "ナニニスル"),
        ("何にもない", "ナンニモナイ"),
        ("何", "ナニ"),
        ("何曜日", "ナンヨウビ"),
        ("何色", "ナニイロ"),
        ("何料理", "ナニリョウリ"),
        ("何本", "ナンボン"),
        ("何百人", "ナンビャクニン"),
        ("何千円", "ナンゼンエン"),
        ("何万回", "ナンマンカイ"),
        ("何十回", "ナンジュッカイ"),
        ("何か月前", "ナンカゲツマエ"),
        ("何言ってるの", "ナニイッテルノ"),
        ("何年生", "ナンネンセイ"),
        ("何年生まれ", "ナンネンウマレ"),
        ("幾何学", "キカガク"),
        # Several
        ("数本", "スウホン"),
        ("数日", "スウジツ"),
        ("数日後", "スウジツゴ"),
        ("数十人", "スウジュウニン"),
        ("数百円", "スウヒャクエン"),
        ("人数分", "ニンズウブン"),
        # People
        ("案内人", "アンナイニン"),
        ("イタリア人", "イタリアジン"),
        ("日本人と日本人形", "ニホンジントニホンニンギョウ"),
        ("二人三脚", "ニニンサンキャク"),
        # Numbers in Chinese characters
        ("四月三日", "シガツミッカ"),
        ("今月一日", "コンゲツツイタチ"),
        ("三日間", "ミッカカン"),
        ("七時十分", "シチジジュップン"),
        ("もう十分です", "モウジュウブンデス"),
        ("十分待つ", "ジュップンマツ"),
        ("十分間", "ジュップンカン"),
        ("三分の二", "サンブンノニ"),
        ("五分五分", "ゴブゴブ"),
        ("二、三人", "ニサンニン"),
        ("四五日", "シゴニチ"),
        ("七八人", "シチハチニン"),
        ("一、二度", "イチニド"),
        ("二三日後", "ニサンニチゴ"),
        ("三百円", "サンビャクエン"),
        ("六本木", "ロッポンギ"),
        ("三千万円", "サンゼンマンエン"),
        ("二〇二四年", "ニセンニジュウヨネン"),
        ("一万年", "イチマンネン"),
        ("一番好き", "イチバンスキ"),
        ("百メートル走", "ヒャクメートルソウ"),
        # Words of several readings
        ("辛いカレー", "カライカレー"),
        ("この料理は辛い", "コノリョウリハカライ"),
        ("別れが辛い", "ワカレガツライ"),
        ("雪が降った", "ユキガフッタ"),
        ("バスを降りる", "バスヲオリル"),
        ("お腹が空く", "オナカガスク"),
        ("席が空いた", "セキガアイタ"),
        ("市場で野菜を買う", "イチバデヤサイヲカウ"),
        ("株式市場", "カブシキシジョウ"),
        ("魚市場", "ウオイチバ"),
    ],
)
def test_readings_in_context(japanese, text, reading):
    assert japanese.normalize(text) == reading


def test_a_character_without_a_reading_is_named(japanese):
    messages = cjk.warnings_of(lambda: japanese("龘と犬"))
    assert messages == ["JP text: left out a character without a reading: 龘 (U+9F98)"]


def test_a_mark_of_repetition_with_nothing_to_repeat_is_named(japanese):
    messages = cjk.warnings_of(lambda: japanese("々と犬"))
    assert messages == ["JP text: left out a character without a reading: 々 (U+3005)"]
