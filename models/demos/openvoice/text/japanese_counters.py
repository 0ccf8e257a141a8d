# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Japanese counters: their readings, and what they do to the number before them -> japanese_numbers.py."""

import re

from models.demos.openvoice.text.cjk_tables import pairs

# Counters, each followed by its reading, by the class of their first sound. The class decides the form of the last
# digit before them and, after some digits, of the sound itself.
_CLASSES = {
    "": """
        枚 マイ 台 ダイ 番 バン 度 ド 秒 ビョウ 倍 バイ 名 メイ 名様 メイサマ 号 ゴウ 号室 ゴウシツ 号車 ゴウシャ
        番目 バンメ 番地 バンチ 番線 バンセン 割 ワリ 位 イ 部 ブ 行 ギョウ 条 ジョウ 錠 ジョウ 畳 ジョウ 列 レツ
        両 リョウ 輪 リン 問 モン 面 メン 文字 モジ 話 ワ 羽 ワ 段 ダン 代 ダイ 次 ジ 児 ジ 試合 シアイ 世代 セダイ
        歳児 サイジ ドル ドル ユーロ ユーロ メートル メートル グラム グラム リットル リットル ミリ ミリ
        ワット ワット ボルト ボルト 万 マン 億 オク
    """,
    "k": """
        個 コ 回 カイ 件 ケン 課 カ 缶 カン 戸 コ 校 コウ 巻 カン 級 キュウ 曲 キョク 期 キ 機 キ 球 キュウ 句 ク
        区 ク 区間 クカン 項 コウ 局 キョク 口座 コウザ 回戦 カイセン 箇月 カゲツ 箇所 カショ 箇国 カコク
        ヶ月 カゲツ か月 カゲツ カ月 カゲツ ケ月 カゲツ ヵ月 カゲツ ヶ所 カショ か所 カショ カ所 カショ ヵ所 カショ
        ヶ国 カコク か国 カコク カ国 カコク ヵ国 カコク ヶ国語 カコクゴ か国語 カコクゴ カ国語 カコクゴ
        ヵ国語 カコクゴ
    """,
    # Like k, and voiced after 3: サンガイ
    "g": "階 カイ 階建て カイダテ 軒 ケン",
    # Like s, and voiced after 3: サンゾク
    "z": "足 ソク",
    "s": """
        歳 サイ 才 サイ 冊 サツ 週間 シュウカン 週 シュウ 世紀 セイキ 章 ショウ 種類 シュルイ 種 シュ 点 テン
        着 チャク 通 ツウ 丁目 チョウメ 頭 トウ 等 トウ 等賞 トウショウ 社 シャ 席 セキ 隻 セキ 周 シュウ
        周年 シュウネン 節 セツ 色 ショク 体 タイ 対 タイ 隊 タイ 丁 チョウ 滴 テキ 店 テン 棟 トウ 世帯 セタイ
        車線 シャセン センチ センチ センチメートル センチメートル トン トン セント セント
    """,
    # Voiced after 3: サンボン
    "b": "本 ホン 匹 ヒキ 杯 ハイ 票 ヒョウ 俵 ヒョウ",
    # Popped after 3: サンプン
    "p": "分 フン 泊 ハク 発 ハツ 歩 ホ 品 ヒン 班 ハン 版 ハン 編 ヘン 敗 ハイ 拍 ハク",
    "kilo": """
        キロ キロ キロメートル キロメートル キログラム キログラム キロワット キロワット カロリー カロリー
        キロカロリー キロカロリー
    """,
    "page": "ページ ページ ポイント ポイント",
    # One and two are Japanese: ヒトサラ, サンサラ
    "native": """
        皿 サラ 組 クミ 袋 フクロ 束 タバ 切れ キレ 粒 ツブ 桁 ケタ 株 カブ 通り トオリ 口 クチ 晩 バン 言 コト
        部屋 ヘヤ
    """,
    "native p": "箱 ハコ",
}
FOUR_POPS = frozenset("分泊発敗")  # the counters of class p that are popped after 4, too: ヨンプン

# Counters that want other forms of some digits.
OWN_DIGITS = {
    "月": ("ガツ", {4: "シ", 7: "シチ", 9: "ク"}),
    "日": ("ニチ", {7: "シチ", 9: "ク"}),
    "時": ("ジ", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "時間": ("ジカン", {4: "ヨ", 7: "シチ", 9: "ク"}),
    "年": ("ネン", {4: "ヨ"}),
    "年生": ("ネンセイ", {4: "ヨ"}),
    "年度": ("ネンド", {4: "ヨ"}),
    "年代": ("ネンダイ", {4: "ヨ"}),
    "人": ("ニン", {4: "ヨ"}),
    "人前": ("ニンマエ", {4: "ヨ"}),
    "円": ("エン", {4: "ヨ"}),
}
# Words that may follow a counter, and the counters that they follow; none: every counter.
_SPANS = ("日", "年", "分", "秒", "ヶ月", "か月", "カ月", "ケ月", "ヵ月", "箇月")
SUFFIXES = {
    "間": ("カン", (*_SPANS, "泊")),
    "目": ("メ", ()),
    "後": ("ゴ", (*_SPANS, "時間", "週間")),
    "前": ("マエ", (*_SPANS, "時間", "週間")),
    "半": ("ハン", ("時", "時間", "年", *_SPANS[4:])),
    "付": ("ヅケ", ("日",)),
    "組": ("グミ", ("人",)),
}
# With these after them, suffixes are parts of other words: 3日前後, 1日後半.
_OTHER_WORDS = {"前": "後半期", "後": "半者"}


def _counters() -> dict[str, tuple[str, str]]:
    """Return each counter's reading and class."""
    counters: dict[str, tuple[str, str]] = {}
    for sound, listed in _CLASSES.items():
        counters |= {written: (reading, sound) for written, reading in pairs(listed).items()}
    return counters


_COUNTERS = _counters()
COUNTERS = tuple(sorted({*_COUNTERS, *OWN_DIGITS, "つ"}, key=len, reverse=True))
# A counter with one of these after it is the beginning of another word: 3番組, 5分野, 何年生まれ.
_NO_COUNTER_BEFORE = pairs(
    """
    年生 ま 年 [金収俸] 月 曜 日 [本曜] 分 [野類別担割] 番 組 回 [答線路] 種 目 品 [目種] 項 目 本 [社店人当部]
    人 [間口気材] 点 滅 部 [下品長門] 台 [風湾所] 体 [重操制験] 店 [員舗長] 社 [員会長] 名 [前人] 期 [間待]
    通 [信知路] 着 [用信物] 言 [うわいえおっ語葉] 組 み 切れ る
    """
)
_COUNTER = re.compile(
    "|".join(
        f"{counter}(?!{_NO_COUNTER_BEFORE[counter]})" if counter in _NO_COUNTER_BEFORE else counter
        for counter in COUNTERS
    )
)
# What 何 asks for with ナニ, although it also counts: 何色 ナニイロ.
KINDS = frozenset("色 言 区 局 口 課 部 株 店 組 体 対 機 項 節 席 面 列".split())


def match_counter(text: str, start: int = 0) -> tuple[str, str]:
    """Return the longest counter at `start` and the suffix after it (間, 目, 前, ...); empty strings where none is."""
    match = _COUNTER.match(text, start)
    if match is None:
        return "", ""
    counter = match[0]
    suffix = text[match.end() : match.end() + 1]
    reading, allowed = SUFFIXES.get(suffix, ("", ()))
    following = text[match.end() + 1 : match.end() + 2]
    if not reading or (allowed and counter not in allowed) or (following and following in _OTHER_WORDS.get(suffix, "")):
        return counter, ""
    return counter, suffix


def reading_and_class(counter: str) -> tuple[str, str]:
    """Return a counter's reading and its class in `_CLASSES`; empty strings where it is none."""
    if counter in OWN_DIGITS:
        return OWN_DIGITS[counter][0], ""
    return _COUNTERS.get(counter, ({"つ": "ツ"}.get(counter, ""), ""))
