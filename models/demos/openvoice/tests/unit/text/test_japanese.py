# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Japanese: text to phones and word2ph."""

import pytest

from models.demos.openvoice.tests.unit.text import cjk
from models.demos.openvoice.text.frontend import PUNCTUATION, TextError
from models.demos.openvoice.text.japanese import Japanese
from models.demos.openvoice.text.japanese_kana import kana_phones, katakana
from models.demos.openvoice.text.japanese_numbers import read_number
from models.demos.openvoice.text.pieces import WholeWords


@pytest.fixture(scope="module")
def japanese():
    return Japanese(cjk.tokenizer("ja"))


@pytest.mark.parametrize("row", cjk.table("ja"), ids=lambda row: row["text"][:12])
def test_table(japanese, row):
    cjk.assert_as_expected(japanese(row["text"]), row)


@pytest.fixture(scope="module")
def japanese_without_marks():
    return Japanese(cjk.tokenizer("ja"), punctuation=False)


@pytest.mark.parametrize("row", cjk.table("ja"), ids=lambda row: row["text"][:12])
def test_without_punctuation_only_the_marks_are_missing(japanese_without_marks, row):
    # word2ph is not compared, because MeCab may cut the katakana elsewhere when the marks are missing.
    phones = japanese_without_marks(row["text"]).phones
    middle_dots = row["normalized"].count("・")
    assert [p for p in phones if p not in PUNCTUATION] == [p for p in row["phones"].split() if p not in PUNCTUATION]
    assert sum(p in PUNCTUATION for p in phones) == middle_dots


@pytest.mark.parametrize(
    "text, phones",
    [
        ("えっと…たぶん。", "e q t o … t a b u N ."),
        ("…そうですか？", "… s o u d e s u k a ?"),
        ("あの……すみません。", "a n o … … s u m i m a s e N ."),
        ("コーヒー...ですね。", "k o h i … d e s u n e ."),
        ("はい…、いいえ…。", "h a i … , i i e … ."),
    ],
)
def test_an_ellipsis_beside_kana_is_one_phone(japanese, text, phones):
    """MeCab and the vocabulary write it as three full stops, together with a mark that follows."""
    spoken = japanese(text)
    assert " ".join(spoken.phones) == f"_ {phones} _"
    assert sum(spoken.word2ph) == len(spoken.phones) and len(spoken.word2ph) == len(spoken.pieces) + 2


@pytest.mark.parametrize(
    "kana, phones",
    [
        ("キャット", "ky a q t o"),
        ("コーヒー", "k o h i"),
        ("カァ", "k a:"),
        ("アァ", "a a"),
        ("ヴァイオリン", "b a i o r i N"),
        ("ティーシャツ", "t i sh a ts u"),
        ("チェス", "ch e s u"),
        ("クァ", "k u a"),
        ("ヲ", "o"),
        ("ヂヅ", "j i z u"),
    ],
)
def test_kana(kana, phones):
    assert kana_phones(kana) == phones.split()


@pytest.mark.parametrize(
    "numeral, counter, reading",
    [
        ("0", "", "レイ"),
        ("10", "", "ジュウ"),
        ("300", "", "サンビャク"),
        ("8600", "", "ハッセンロッピャク"),
        ("10000", "", "イチマン"),
        ("10000000", "", "イッセンマン"),
        ("2018", "年", "ニセンジュウハチネン"),
        ("14", "日", "ジュウヨッカ"),
        ("21", "日", "ニジュウイチニチ"),
        ("4", "月", "シガツ"),
        ("19", "時", "ジュウクジ"),
        ("13", "分", "ジュウサンプン"),
        ("20", "分", "ニジュップン"),
        ("3", "本", "サンボン"),
        ("100", "匹", "ヒャッピキ"),
        ("1000", "本", "センボン"),
        ("8", "歳", "ハッサイ"),
        ("12", "人", "ジュウニニン"),
        ("3", "つ", "ミッツ"),
        ("三百六十五", "日", "サンビャクロクジュウゴニチ"),
        ("二〇一八", "年", "ニセンジュウハチネン"),
        ("007", "", "ゼロゼロナナ"),
    ],
)
def test_numbers_and_counters(numeral, counter, reading):
    assert read_number(numeral, counter) == reading


@pytest.mark.parametrize(
    "text, reading",
    [
        ("日本人と日本人形", "ニホンジントニホンニンギョウ"),
        ("何人いますか", "ナンニンイマスカ"),
        ("何か食べる", "ナニカタベル"),
        ("何か月", "ナンカゲツ"),
        ("一日中", "イチニチジュウ"),
        ("私の父とお父さん", "ワタシノチチトオトウサン"),
        ("お腹が空いた", "オナカガスイタ"),
        ("東京へ行った", "トウキョウヘイッタ"),
        ("ジャン=ポール", "ジャンポール"),
    ],
)
def test_readings(japanese, text, reading):
    assert japanese.normalize(text) == reading


@pytest.mark.parametrize(
    "text, reading",
    [
        ("あ。い｡う\nえ", "ア.イ.ウ.エ"),
        ("あ、い，う;え:お·か､き", "ア,イ,ウ,エ,オ,カ,キ"),
        ("あ！い？う!え?", "ア!イ?ウ!エ?"),
        ("あ—い―う–え゠お-か", "ア-イ-ウ-エ-オ-カ"),
        ("すご〜い", "スゴーイ"),
        ("「あ」『い』(う)[え]{お}〈か〉《き》【く】〔け〕“こ”‘さ’*_`", "アイウエオカキクケコサ"),
        ("あ...い……う", "ア…イ……ウ"),
        (",.-あ", "ア"),
        ("犬 と 猫", "イヌトネコ"),
        ("A&B+C@E#", "エーアンドビープラスシーアットマークイーシャープ"),
        ("犬=猫", "イヌイコールネコ"),
        ("U R X", "ユーアールエックス"),
        ("GPU CPU", "ジーピーユーシーピーユー"),
        ("NASA BBQ XYZW", "ナサビービーキューエックスワイゼットダブリュー"),
        ("Wi-Fi WiFi e-mail iPhone", "ワイファイワイファイイーメールアイフォーン"),
        ("LINE OPEN OFF SALE", "ラインオープンオフセール"),
        ("lines", "ラインズ"),
        ("½と2¾", "ニブンノイチトニトヨンブンノサン"),
        ("100%", "ヒャクパーセント"),
        ("何%", "ナニパーセント"),
        ("ヴァイオリンとヰヱヲ", "ヴァイオリントヰヱヲ"),
    ],
)
def test_signs_and_letters(japanese, text, reading):
    assert japanese.normalize(text) == reading


def test_english_in_katakana():
    assert katakana("M AH SH IY N".split()) == "マシーン"
    assert katakana("K AE T".split()) == "カット"
    assert katakana("W EH B S AY T S".split()) == "ウェブサイツ"


class _Pieces:
    def __init__(self, pieces):
        self._pieces = pieces

    def tokenize(self, text):
        return self._pieces


def test_a_word_outside_the_vocabulary_is_spoken():
    phones = Japanese(_Pieces(["アメ", "[UNK]", "フ", "##ル", "."]))("雨が降る。")
    assert phones.phones == ["_", "a", "m", "e", "g", "a", "f", "u", "r", "u", ".", "_"]
    assert phones.word2ph == [1, 3, 2, 2, 2, 1, 1]


def test_a_tokenizer_that_strips_accents_does_not_change_the_kana():
    phones = Japanese(_Pieces(["カキ", "ハ"]))("ガギパ")
    assert phones.phones == ["_", "g", "a", "g", "i", "p", "a", "_"]


def test_whole_words_change_only_word2ph(japanese):
    text = "今日はとても良い天気ですね。"
    assert Japanese(WholeWords())(text).phones == japanese(text).phones


@pytest.mark.parametrize("text", ["", "   ", "。。。！？", "😀🎉", "Привет", "「」"])
def test_nothing_speakable(japanese, text, expect_error):
    with expect_error(TextError, "can be spoken in JP"):
        japanese(text)


def test_unknown_characters_are_named_once(japanese):
    messages = cjk.warnings_of(lambda: japanese("楽しい😀です😀Ж"))
    assert len(messages) == 1 and "U+1F600" in messages[0] and "U+0416" in messages[0]


def test_a_very_long_sentence(japanese):
    phones = japanese("今日は良い天気、" * 500)
    assert phones.phones.count(",") == 500
