# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Korean as it is spoken: a word's spelling -> [here] -> the jamo of its sounds -> korean.py.

The rules are those of the Standard Pronunciation (표준 발음법); a comment gives the article. They work on two
neighbouring syllables at a time: the coda of the first, the onset and the vowel of the second. Jamo are Unicode's
conjoining ones, as in MeloTTS.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Each coda as it sounds before a pause (articles 8 to 11).
_PAUSED = {
    **dict.fromkeys("ᆨᆩᆪᆿᆰ", "ᆨ"),
    **dict.fromkeys("ᆮᆺᆻᆽᆾᇀᇂ", "ᆮ"),
    **dict.fromkeys("ᆸᇁᆹᆵ", "ᆸ"),
    **dict.fromkeys("ᆫᆬᆭ", "ᆫ"),
    **dict.fromkeys("ᆯᆲᆳᆴᆶ", "ᆯ"),
    **dict.fromkeys("ᆷᆱ", "ᆷ"),
    "ᆼ": "ᆼ",
    "": "",
}
# Before a vowel: the coda that stays, and the onset of the next syllable (13, 14; ㅎ is silent, 12.4).
_LINKED = {
    **{coda: ("", onset) for coda, onset in zip("ᆨᆩᆫᆮᆯᆷᆸᆺᆻᆽᆾᆿᇀᇁ", "ᄀᄁᄂᄃᄅᄆᄇᄉᄊᄌᄎᄏᄐᄑ", strict=True)},
    **{coda: (pair[0], pair[1]) for coda, pair in zip("ᆪᆬᆰᆱᆲᆳᆴᆵᆹ", "ᆨᄊ ᆫᄌ ᆯᄀ ᆯᄆ ᆯᄇ ᆯᄊ ᆯᄐ ᆯᄑ ᆸᄊ".split(), strict=True)},
    "ᇂ": ("", "ᄋ"),
    "ᆭ": ("", "ᄂ"),
    "ᆶ": ("", "ᄅ"),
    "ᆼ": ("ᆼ", "ᄋ"),
    "": ("", "ᄋ"),
}
_TENSE = dict(zip("ᄀᄃᄇᄉᄌ", "ᄁᄄᄈᄊᄍ", strict=True))
_ASPIRATED = {"ᄀ": "ᄏ", "ᄃ": "ᄐ", "ᄌ": "ᄎ", "ᄉ": "ᄊ"}
_NASAL = {"ᆨ": "ᆼ", "ᆮ": "ᆫ", "ᆸ": "ᆷ"}
# A coda and ㅎ become one sound (12.1): the coda that stays, and that sound.
_WITH_HIEUH = {
    **dict.fromkeys("ᆨᆩᆪᆿ", ("", "ᄏ")),
    **dict.fromkeys("ᆮᆺᆻᆾᇀ", ("", "ᄐ")),
    **dict.fromkeys("ᆸᇁ", ("", "ᄑ")),
    "ᆽ": ("", "ᄎ"),
    "ᆬ": ("ᆫ", "ᄎ"),
    "ᆰ": ("ᆯ", "ᄏ"),
    "ᆲ": ("ᆯ", "ᄑ"),
    "ᆵ": ("ᆸ", "ᄑ"),
    "ᆹ": ("ᆸ", "ᄑ"),
}
# Names of letters change their coda before a vowel (16): 디귿이 [디그시].
_LETTER_NAMES = dict(zip(("디귿", "지읒", "치읓", "티읕", "히읗", "키읔", "피읖"), "ᄉᄉᄉᄉᄉᄀᄇ", strict=True))

# Endings that a ㄹ before them makes tense (27): 갈수록 [갈쑤록].
_AFTER_RIEUL = ("걸", "밖에", "세라", "수록", "지라도", "지언정", "진대")

# Compounds whose sound the spelling does not show, by where they are joined: ' tense onset (23, 26 to 28), + a ㄴ added
# (29), - a ㅅ that only makes the next onset tense (30.1), = ㄴ for ㄹ (20).
_COMPOUNDS = """
갈'등 발'동 절'도 말'살 불'소 일'시 갈'증 물'질 발'전 몰'상식 불'세출 문'고리 눈'동자 신'바람 산'새 손'재주
길'가 물'동이 발'바닥 굴'속 술'잔 바람'결 그믐'달 아침'밥 잠'자리 강'가 초승'달 등'불 창'살 강'줄기 할'걸
할'밖에 할'세라 할'수록 할'지라도 할'지언정 할'진대
솜+이불 홑+이불 막+일 삯+일 맨+입 꽃+잎 내복+약 색+연필 직행+열차 늑막+염 콩+엿 담+요 눈+요기 영업+용 식용+유
국민+윤리 밤+윷 이죽+이죽 야금+야금 검+열 욜랑+욜랑 금+융 들+일 솔+잎 설+익다 물+약 불+여우 서울+역 물+엿
휘발+유 유들+유들 한+일 옷+입다 서른+여섯 먹은+엿 할+일 잘+입다 스물+여섯 먹을+엿 베갯+잇 깻+잎 나뭇+잎
도리깻+열 뒷+윷 십+육 백+육 천+육 만+육 억+육 열+여섯 마흔+여섯 쉰+여섯 예순+여섯 일흔+여섯 여든+여섯 아흔+여섯
냇-가 샛-길 빨랫-돌 콧-등 깃-발 대팻-밥 햇-살 뱃-속 뱃-전 고갯-짓
의견=란 임진=란 생산=량 결'단=력 공'권=력 동원=령 상견=례 횡단=로 이원=론 입원=료 구근=류
"""


@dataclass
class Syllable:
    """A syllable in conjoining jamo."""

    onset: str
    vowel: str
    coda: str
    stem: bool = False  # the last syllable of a verb's or an adjective's stem


def spell_compounds(word: str) -> str:
    """Return the word with its irregular compounds spelled so that the rules give their sound: 발전소 -> 발쩐소."""
    for compound, respelled in _RESPELLED:
        word = word.replace(compound, respelled)
    return word


def sounds(word: str, stems: Sequence[bool]) -> list[str]:
    """Return the sounds of a word in jamo. `stems` says of each character whether it ends a verb's stem.

    Characters that are no Hangul stay as they are.
    """
    jamo: list[str] = []
    for run in _runs(word, stems):
        if isinstance(run, str):
            jamo.append(run)
            continue
        spelled = "".join(unicodedata.normalize("NFC", s.onset + s.vowel + s.coda) for s in run)
        for syllable in run:
            _change_vowel(syllable)
        for index, (left, right) in enumerate(pairwise(run)):
            name = _LETTER_NAMES.get(spelled[max(index - 1, 0) : index + 1])
            if name and right.onset == "ᄋ":
                left.coda, right.onset = "", name
            elif left.coda == "ᆯ" and spelled.startswith(_AFTER_RIEUL, index + 1):
                right.onset = _TENSE[right.onset]
            else:
                _join(left, right)
        run[-1].coda = _PAUSED[run[-1].coda]
        jamo += [sound for s in run for sound in (s.onset, s.vowel, s.coda) if sound]
    return jamo


def _runs(word: str, stems: Sequence[bool]) -> Iterator[list[Syllable] | str]:
    run: list[Syllable] = []
    for character, stem in zip(word, stems, strict=True):
        if "가" <= character <= "힣":
            onset, vowel, *coda = unicodedata.normalize("NFD", character)
            run.append(Syllable(onset, vowel, "".join(coda), stem))
            continue
        if run:
            yield run
        run = []
        yield character
    if run:
        yield run


def _change_vowel(syllable: Syllable) -> None:
    if syllable.onset in "ᄌᄍᄎ" and syllable.vowel == "ᅧ":  # 5.1
        syllable.vowel = "ᅥ"
    if syllable.onset != "ᄋ" and syllable.vowel == "ᅴ":  # 5.3
        syllable.vowel = "ᅵ"


def _join(left: Syllable, right: Syllable) -> None:
    coda, onset = left.coda, right.onset
    if onset == "ᄋ":
        left.coda, right.onset = _LINKED[coda]
        if coda in ("ᆮ", "ᇀ", "ᆴ") and right.vowel in "ᅵᅧ":  # 17: 굳이 [구지], 붙여 [부처]
            right.onset = "ᄌ" if coda == "ᆮ" else "ᄎ"
            _change_vowel(right)
    elif onset == "ᄒ":
        if coda in _WITH_HIEUH:
            left.coda, right.onset = _WITH_HIEUH[coda]
        else:
            left.coda = "" if coda == "ᇂ" else _PAUSED[coda]
        if coda == "ᆮ" and right.vowel in "ᅵᅧ" and right.coda != "ᆼ":  # 17: 굳히다 [구치다], 닫혀 [다처]; not 맏형 [마텽]
            right.onset = "ᄎ"
            _change_vowel(right)
    elif coda in ("ᇂ", "ᆭ", "ᆶ") and onset not in "ᄂᄅ":  # 12
        left.coda = "" if coda == "ᇂ" else _PAUSED[coda]
        right.onset = _ASPIRATED.get(onset, onset)
    else:
        _join_consonants(left, right)


def _join_consonants(left: Syllable, right: Syllable) -> None:
    coda, onset = left.coda, right.onset
    paused = _PAUSED[coda]
    if onset in "ᄂᄅ" and coda == "ᇂ":
        paused = "ᆫ" if onset == "ᄂ" else ""
    elif coda == "ᆲ" and _is_bap(left, right):
        paused = "ᆸ"
    elif coda == "ᆲ" and onset in "ᄂᄆ":
        paused = "ᆷ"
    elif coda == "ᆰ" and left.stem and onset in "ᄀᄁ":  # 11.1: 읽고 [일꼬]
        paused, onset = "ᆯ", "ᄁ"

    if paused in _NASAL:
        if onset in "ᄂᄆᄅ":  # 18, 19: 먹는 [멍는], 독립 [동닙]
            paused, onset = _NASAL[paused], "ᄂ" if onset == "ᄅ" else onset
        else:  # 23: 국밥 [국빱]
            onset = _TENSE.get(onset, onset)
    elif coda in ("ᆲ", "ᆳ") or (left.stem and coda in ("ᆫ", "ᆬ", "ᆷ", "ᆱ", "ᆴ") and onset != "ᄇ"):  # 24, 25: 신고 [신꼬]
        onset = _TENSE.get(onset, onset)
    if onset == "ᄅ" and paused in ("ᆷ", "ᆼ"):  # 19: 침략 [침냑]
        onset = "ᄂ"
    elif (paused, onset) in (("ᆫ", "ᄅ"), ("ᆯ", "ᄂ")):  # 20: 난로 [날로], 칼날 [칼랄]
        paused, onset = "ᆯ", "ᄅ"
    left.coda, right.onset = paused, onset


def _is_bap(left: Syllable, right: Syllable) -> bool:
    """Return whether ㄼ is ㅂ before a consonant (10.1): 밟다 [밥따], 넓죽하다 [넙쭈카다]."""
    stem = left.onset + left.vowel
    return stem == "바" or (stem == "너" and right.onset in "ᄌᄍᄃᄄ" and right.vowel == "ᅮ")


def _respell(compound: str) -> str:
    jamo: list[str] = []
    join = ""
    for character in compound:
        if character in "'+-=":
            join = character
            if join == "-":
                jamo.pop()
            continue
        onset, *rest = unicodedata.normalize("NFD", character)
        if join in ("'", "-"):
            onset = _TENSE[onset]
        elif join in ("+", "="):
            onset = "ᄂ"
        jamo += [onset, *rest]
        join = ""
    return unicodedata.normalize("NFC", "".join(jamo))


_RESPELLED = [
    ("".join(character for character in compound if character not in "'+-="), _respell(compound))
    for compound in _COMPOUNDS.split()
]
