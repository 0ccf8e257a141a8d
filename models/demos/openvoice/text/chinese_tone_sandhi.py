# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Mandarin tone sandhi: words with dictionary tones -> [here] -> words with spoken tones -> chinese.py.

MeloTTS's Chinese voices learned the tones of PaddleSpeech's sandhi rules. The same rules apply here in the same order
and to the same words, also where a phonetician would decide otherwise. Tones: 1 to 4, 5 the neutral tone, 0 a mark.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import jieba

NEUTRAL = 5
_TonesOf = Callable[[str], Sequence[int]]
_Joins = Callable[[Sequence[int], Sequence[int]], bool]

# Words whose last syllable is spoken without tone although many dictionaries give it one; first by that syllable.
_NEUTRAL_BY_LAST = """
头:上丫前后对念拳指木枕浪甜石码罐老舌苗跟里锄馒骨 气:丧力客小志福秀脾运阔 家:东亲人冤娘婆 夫:丈功大姐工
巴:下哑嘴尾眨 么:什多怎这那 糊:含模烂糨迷 实:壮扎结老踏 人:丈大媒爱 腾:倒扑折翻 快:凉勤爽痛 爷:大姥少老
事:差干故本 识:意知见认 在:不实自 意:主大生 息:休出消 服:佩舒衣 生:先学畜 活:养忙快 道:厚地门 量:商思打
方:地大比 当:妥稳行 帚:扫炊笤 和:暖温软 匠:木石铁 司:上官 口:两牲 情:事交 计:伙算 坊:作街 唤:使叫 害:利厉
袋:口脑 同:合胡 堂:名弄 嗦:哆罗 乎:在玄 发:头打 才:奴秀 妇:媳寡 号:字记 伙:家小 碜:寒牙 罕:希稀 思:心意 性:悟记
算:打盘 士:护道 呼:招称 候:时火 亮:月漂 饼:月烧 火:柴红 亲:母父 璃:玻琉 疾:疟痢 缝:眯裁 辑:编逻 个:这那
"""
_NEUTRAL_SINGLE = """
薄荷 荸荠 便宜 别扭 槟榔 补丁 不由 部分 财主 苍蝇 称呼 窗户 刺激 刺猬 聪明 凑合 耷拉 答应 打扮 打点 打听 耽搁
耽误 灯笼 点心 东西 动静 动弹 豆腐 嘟囔 队伍 对付 多少 耳朵 分析 风筝 凤凰 甘蔗 高粱 膏药 疙瘩 胳膊 咕噜 姑娘
怪物 关系 规矩 闺女 蛤蟆 哈欠 行李 核桃 和尚 喉咙 狐狸 胡萝 胡琴 葫芦 滑溜 荒唐 活泼 机灵 吉他 脊梁 计划 架势
嫁妆 将就 讲究 介绍 戒指 精神 咖喱 咳嗽 窟窿 困难 喇叭 喇嘛 蜡烛 牢骚 老婆 老太 冷战 篱笆 里脊 利落 利索 连累
粮食 铃铛 溜达 喽啰 萝卜 骆驼 麻烦 麻利 马虎 蚂蚱 买卖 冒失 玫瑰 眉毛 棉花 明白 名字 蘑菇 难为 能耐 泥鳅 念叨
女婿 帮手 棒槌 包袱 包涵 报复 巴结 巴掌 扁担 棺材 惦记 懒得 弟兄 帐篷 庄稼 应酬 开通 张罗 得罪 情形 扫把 抬举
拖沓 招牌 拨弄 拾掇 指甲 挑剔 挖苦 提防 收成 收拾 新鲜 朋友 枇杷 栅栏 欺负 正经 清楚 烟筒 热闹 照顾 熟悉 牌楼
特务 状元 琢磨 琵琶 疏忽 白净 盘缠 相声 眼睛 石榴 砚台 祖宗 秧歌 窝囊 笑话 笑语 簸箕 糊涂 糟蹋 累赘 胭脂 舒坦
芝麻 苗条 菩萨 葡萄 衙门 衣裳 费用 趔趄 跳蚤 转悠 过去 造化 邋遢 钥匙 铺盖 首饰 馄饨 鸳鸯 一辈 下水 世故 云彩
亲戚 似的 位置 体面 兄弟 冤枉 千斤 匀称 吆喝 吓唬 告示 告诉 唾沫 喜欢 嘀咕 嘱咐 外甥 太阳 妖精 妯娌 委屈 学问
屁股 岁数 师傅 师父 幸福 算盘
"""
_NEUTRAL_WORDS = frozenset(_NEUTRAL_SINGLE.split()) | {
    first + group[0] for group in _NEUTRAL_BY_LAST.split() for first in group[2:]
}
# Full tones although the suffix -子, or the doubling, suggests otherwise.
_FULL_TONE_WORDS = frozenset("男子 女子 分子 原子 量子 莲子 石子 瓜子 电子 人人 虎虎".split())

_PARTICLES = frozenset("吧呢啊呐噻嘛吖嗨哦哒额滴哩哟喽啰耶喔诶的地得")
_BEFORE_MEASURE = frozenset("几有两半多各整每做是")
_MARKS_AFTER_YI = frozenset("：，；。？！“”‘’':,;.?!")


class Word(NamedTuple):
    """A word and its part of speech."""

    text: str
    tag: str  # jieba's part of speech


def merge_words(words: Sequence[Word], tones_of: _TonesOf) -> list[Word]:
    """Join words of jieba whose tones depend on each other. `tones_of` returns the dictionary tones of a word."""
    words = _merge_bu(words)
    words = _merge_around_yi(words)
    words = _merge_after_yi(words)
    words = _merge_doubles(words)
    words = _merge_third_tones(words, tones_of, lambda left, right: set(left) == set(right) == {3})
    words = _merge_third_tones(words, tones_of, lambda left, right: left[-1] == right[0] == 3)
    return _merge_er(words)


def _merge_bu(words: Sequence[Word]) -> list[Word]:
    merged: list[Word] = []
    for word in words:
        if merged and merged[-1].text == "不":
            merged[-1] = Word("不" + word.text, word.tag)
        else:
            merged.append(word)
    return merged


def _merge_around_yi(words: Sequence[Word]) -> list[Word]:
    """Join a verb that 一 doubles: 听 一 听 -> 听一听."""
    merged: list[Word] = []
    rest = list(words)
    while rest:
        if len(rest) > 2 and rest[1].text == "一" and rest[0].text == rest[2].text and rest[0].tag == "v":
            merged.append(Word(f"{rest[0].text}一{rest[0].text}", "v"))
            del rest[:3]
        else:
            merged.append(rest.pop(0))
    return merged


def _merge_after_yi(words: Sequence[Word]) -> list[Word]:
    merged: list[Word] = []
    for word in words:
        if merged and merged[-1].text == "一":
            merged[-1] = Word("一" + word.text, merged[-1].tag)
        else:
            merged.append(word)
    return merged


def _merge_doubles(words: Sequence[Word]) -> list[Word]:
    merged: list[Word] = []
    for word in words:
        if merged and merged[-1].text == word.text:
            merged[-1] = Word(2 * word.text, merged[-1].tag)
        else:
            merged.append(word)
    return merged


def _merge_third_tones(words: Sequence[Word], tones_of: _TonesOf, joins: _Joins) -> list[Word]:
    """Join two words of at most three syllables together if `joins(left, right)` is true of their tones.

    A doubled word is not joined to the next one.
    """
    merged = list(words[:1])
    just_merged = False
    for left, right in pairwise(words):
        doubled = len(left.text) == 2 and left.text[0] == left.text[1]
        short = len(left.text) + len(right.text) <= 3
        if not just_merged and not doubled and short and joins(tones_of(left.text), tones_of(right.text)):
            merged[-1] = Word(merged[-1].text + right.text, merged[-1].tag)
            just_merged = True
        else:
            merged.append(right)
            just_merged = False
    return merged


def _merge_er(words: Sequence[Word]) -> list[Word]:
    merged: list[Word] = []
    for word in words:
        if merged and word.text == "儿":
            merged[-1] = Word(merged[-1].text + "儿", merged[-1].tag)
        else:
            merged.append(word)
    return merged


def spoken_tones(word: Word, tones: Sequence[int]) -> list[int]:
    """Return the spoken tones of a joined word, given its dictionary tones."""
    tones = list(tones)
    _change_bu(word.text, tones)
    _change_yi(word.text, tones)
    _neutralize(word, tones)
    _change_third_tones(word.text, tones)
    return tones


def _change_bu(text: str, tones: list[int]) -> None:
    if len(text) == 3 and text[1] == "不":  # 看不懂
        tones[1] = NEUTRAL
        return
    for index, following in enumerate(tones[1:]):
        if text[index] == "不" and following == 4:
            tones[index] = 2


def _change_yi(text: str, tones: list[int]) -> None:
    if all(character == "一" or character.isnumeric() for character in text):  # 一 in a number keeps its tone
        return
    if len(text) == 3 and text[1] == "一" and text[0] == text[2]:  # 看一看
        tones[1] = NEUTRAL
    elif text.startswith("第一"):
        tones[1] = 1
    else:
        for index, (character, following) in enumerate(pairwise(text)):
            if character == "一" and tones[index + 1] == 4:
                tones[index] = 2
            elif character == "一" and following not in _MARKS_AFTER_YI:
                tones[index] = 4


def _neutralize(word: Word, tones: list[int]) -> None:
    text, tag = word
    if tag[0] in "nva" and text not in _FULL_TONE_WORDS:
        for index, (left, right) in enumerate(pairwise(text), start=1):
            if left == right:
                tones[index] = NEUTRAL

    measure = text.find("个")
    if text[-1] in _PARTICLES:
        tones[-1] = NEUTRAL
    elif len(text) > 1 and text[-1] in "们子" and tag in ("r", "n") and text not in _FULL_TONE_WORDS:
        tones[-1] = NEUTRAL
    elif len(text) > 1 and text[-1] in "上下里" and tag in ("s", "l", "f"):  # 桌上, 家里
        tones[-1] = NEUTRAL
    elif len(text) > 1 and text[-1] in "来去" and text[-2] in "上下进出回过起开":
        tones[-1] = NEUTRAL
    elif text == "个" or (measure > 0 and (text[measure - 1].isnumeric() or text[measure - 1] in _BEFORE_MEASURE)):
        tones[measure] = NEUTRAL
    elif text[-2:] in _NEUTRAL_WORDS:
        tones[-1] = NEUTRAL

    end = 0
    for part in _halves(text):
        end += len(part)
        if part[-2:] in _NEUTRAL_WORDS:
            tones[end - 1] = NEUTRAL


def _change_third_tones(text: str, tones: list[int]) -> None:
    """Make the first of two third tones in a row a second tone, by the parts of the word: 纸 + 老虎, 蒙古 + 包."""
    if len(text) == 2 and tones == [3, 3]:
        tones[0] = 2
    elif len(text) == 3:
        split = len(_halves(text)[0])
        if tones == [3, 3, 3]:
            if split == 2:
                tones[:2] = [2, 2]
            elif split == 1:
                tones[1] = 2
        elif split < 3 and tones[:2] == [3, 3]:
            tones[0] = 2
        elif split == 1 and tones[1:] == [3, 3]:
            tones[1] = 2
    elif len(text) == 4:
        for start in (0, 2):
            if tones[start : start + 2] == [3, 3]:
                tones[start] = 2


def _halves(text: str) -> tuple[str, str]:
    """Split a word in two at its shortest part that is a word of jieba's dictionary."""
    shortest = min(jieba.cut_for_search(text), key=len)
    if text.startswith(shortest):
        return shortest, text[len(shortest) :]
    return text[: -len(shortest)], text[-len(shortest) :]
