# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Cuts the phones of a sentence that is too long for one pass of the model: `Phones` -> [here] -> `Phones` that fit.

models/tt_audio/text/sentences.py cuts by written characters, because it must not wait for a book without full stops.
How long a sentence is when it is spoken is known only after its numbers are in words: "$1,234.56" has 9 characters and
some 50 phones. The phones are cut, not the text: a part of a number would be read differently from the whole.
"""

from collections.abc import Iterator
from dataclasses import replace

from models.demos.openvoice.text.phones import PAD, PUNCTUATION, Phones

# Both limits of a device pass: the longest bucket of the text encoder, and the positions of a BERT model. The CPU has
# the same limit, so that a text is cut in the same places on every backend.
MOST_IDS = 512
FEWEST_IDS = 9  # two phones and the padding around them, with blanks

_CLAUSE_ENDS = frozenset(",.!?…;:—–")
_CLOSING = frozenset(',.!?…;:)]}»”"')
_JOINTS = frozenset("'-’")  # parts of a word: don't, twenty-one, l'homme
_CONJUNCTIONS = {
    "EN": frozenset("and but or nor so because although while when where which who that if than as to".split()),
    "ES": frozenset("y e o u pero sino porque aunque mientras cuando donde que si como".split()),
    "FR": frozenset("et ou mais donc or ni car parce puisque quand lorsque où qui que si comme".split()),
}
_VOWELS = frozenset("aeiouyæøœɐɑɒɔəɛɜɪʊʉɨ" + "".join(map(chr, range(0x1161, 0x1176))))

# From best to worst; a cut of a worse kind is made only where no better one is possible.
_AFTER_CLAUSE, _BEFORE_CONJUNCTION, _BETWEEN_WORDS, _IN_WORD, _IN_PIECE = 4, 3, 2, 1, 0


def id_count(phones: Phones) -> int:
    """Return how many ids a sentence is to the text encoder: a blank goes around and between all phones."""
    return 2 * len(phones.phones) + 1


def fits(phones: Phones, most_ids: int = MOST_IDS) -> bool:
    """Return whether ids and word pieces (with [CLS] and [SEP]) of a sentence are at most `most_ids` each."""
    return id_count(phones) <= most_ids and len(phones.word2ph) <= most_ids


def fit(phones: Phones, language: str, most_ids: int = MOST_IDS) -> Iterator[Phones]:
    """Yield a sentence whole if it fits, else in parts that fit, each as soon as it is cut off.

    The parts' phones, without the padding, add up to those of the sentence. Parts are about equally long. The cut is
    after a clause if possible, else before a conjunction, else between two words; inside a word only if the word alone
    is too long. `normalized` of a part is its word pieces, joined.
    """
    if most_ids < FEWEST_IDS:
        raise ValueError(f"a pass of {most_ids} ids is too short for any text: allow at least {FEWEST_IDS}")
    while not fits(phones, most_ids):
        part, phones = _cut(phones, language, most_ids)
        if _speakable(part):
            yield part
    if _speakable(phones):
        yield phones


def _speakable(phones: Phones) -> bool:
    return any(phone != PAD and phone not in PUNCTUATION for phone in phones.phones)


def _cut(phones: Phones, language: str, most_ids: int) -> tuple[Phones, Phones]:
    """Return the first part of a sentence that does not fit, and the rest."""
    padding = phones.word2ph[0] + phones.word2ph[-1]
    most_phones = (most_ids - 1) // 2 - padding
    most_pieces = most_ids - 2
    body = len(phones.phones) - padding
    # Equal parts: of 300 phones with a limit of 250, two of about 150.
    target = min(most_phones, body / max(-(-body // most_phones), -(-len(phones.pieces) // most_pieces)))

    def quality(cut: tuple[int, int, int]) -> tuple[bool, int, float]:
        kind, _, position = cut
        return position >= target / 2, kind, -abs(position - target)

    candidates = (cut for cut in _candidates(phones, language) if cut[1] <= most_pieces and cut[2] <= most_phones)
    _, pieces, position = max(candidates, key=quality)
    return _split(phones, pieces, position)


def _candidates(phones: Phones, language: str) -> Iterator[tuple[int, int, int]]:
    """Yield each possible cut: its kind, the word pieces before it (a cut one counted), the phones before it."""
    start = phones.word2ph[0]
    spoken = phones.phones[start : len(phones.phones) - phones.word2ph[-1]]
    conjunctions = _CONJUNCTIONS.get(language, frozenset())
    position = 0
    for number, (piece, count) in enumerate(zip(phones.pieces, phones.word2ph[1:-1], strict=True), 1):
        for inside in range(position + 1, position + count):
            yield _kind_inside(spoken, inside), number, inside
        position += count
        if number < len(phones.pieces):
            yield _kind_between(piece, phones.pieces[number], conjunctions), number, position


def _kind_inside(spoken: list[str], position: int) -> int:
    """Judge a cut inside a word piece. A sentence of OpenVoice V1 is one piece, spaces too."""
    before, after = spoken[position - 1], spoken[position]
    if before == " ":
        return _AFTER_CLAUSE if spoken[position - 2] in _CLAUSE_ENDS else _BETWEEN_WORDS
    following = spoken[position + 1] if position + 1 < len(spoken) else ""
    opens_syllable = not _is_vowel(after) and after.isalpha() and _is_vowel(following)
    return _IN_WORD if opens_syllable else _IN_PIECE


def _kind_between(before: str, after: str, conjunctions: frozenset[str]) -> int:
    if after.startswith("##") or before in _JOINTS or after in _JOINTS:
        return _IN_WORD
    if after in _CLOSING:
        return _IN_PIECE
    if before in _CLAUSE_ENDS:
        return _AFTER_CLAUSE
    return _BEFORE_CONJUNCTION if after in conjunctions else _BETWEEN_WORDS


def _is_vowel(phone: str) -> bool:
    return phone[:1].lower() in _VOWELS


def _split(phones: Phones, pieces: int, position: int) -> tuple[Phones, Phones]:
    """Cut before phone `position` (padding not counted), in or after word piece number `pieces`.

    BERT reads a piece that is cut in both parts.
    """
    head, tail = phones.word2ph[0], phones.word2ph[-1]
    counts = phones.word2ph[1:-1]
    left = counts[:pieces]
    over = sum(left) - position  # phones of the last piece that belong to the rest
    left[-1] -= over
    right, rest = ([over, *counts[pieces:]], pieces - 1) if over else (counts[pieces:], pieces)
    end = len(phones.phones) - tail
    first, last = slice(head, head + position), slice(head + position, end)

    def part(taken: slice, word2ph: list[int], own: list[str]) -> Phones:
        return replace(
            phones,
            phones=[*phones.phones[:head], *phones.phones[taken], *phones.phones[end:]],
            tones=[*phones.tones[:head], *phones.tones[taken], *phones.tones[end:]],
            word2ph=[head, *word2ph, tail],
            normalized=" ".join(own).replace(" ##", ""),
            pieces=own,
        )

    return part(first, left, phones.pieces[:pieces]), part(last, right, phones.pieces[rest:])
