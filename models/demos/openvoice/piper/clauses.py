# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Clauses of a sentence: the text between two marks at which a Piper voice pauses, each with its mark.

Piper's voices were trained on clauses as eSpeak NG ends them. It takes a dash and an ellipsis for a semicolon.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# Mark in the text -> mark that the voice reads.
MARKS = {
    **{mark: mark for mark in ",.;:!?"},
    **dict.fromkeys("—–…", ";"),
    **{"。": ".", "．": ".", "！": "!", "？": "?", "，": ",", "、": ",", "；": ";", "：": ":", "؟": "?", "،": ","},
}
_CLOSING = "\"'”’»›)\\]}」』）】》"
_BOUNDARY = re.compile(
    rf"(?P<marks>[.,;:!?…]+)[{_CLOSING}]*(?=\s|$)|\s(?P<hyphen>--?)\s|(?P<dash>[—–])(?!\d)|(?P<wide>[。．！？，、；：؟،])"
)
# A full stop after one letter, or after up to four consonants, is an abbreviation's, unless the text ends there.
_SHORT = re.compile(r"(?:^|[\s(.])(?:[^\W\d]|[b-df-hj-np-tv-xzß]{2,4})$", re.IGNORECASE)


class Clause(NamedTuple):
    text: str
    mark: str  # a value of MARKS; empty where the text ends without one


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a sentence; one without a letter or a number is left out, its mark, too."""
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        own = text[start : boundary.start()]
        if boundary["marks"] == "." and _SHORT.search(own) and boundary.end() < len(text.rstrip()):
            continue
        start = boundary.end()
        if any(character.isalnum() for character in own):
            yield Clause(own.strip(), _mark(boundary, text))
    if any(character.isalnum() for character in text[start:]):
        yield Clause(text[start:].strip(), "")


def _mark(boundary: re.Match, text: str) -> str:
    if boundary["hyphen"]:
        return ";"
    marks = boundary["marks"] or boundary["dash"] or boundary["wide"]
    return read_marks(marks, boundary.end() >= len(text.rstrip()))


def read_marks(marks: str, last: bool) -> str:
    """Return the mark that the voice reads for a row of marks: "?!" is a question, "..." ends a sentence if `last`."""
    if marks.startswith(("..", "…")):
        return "." if last else ";"
    return MARKS[next((mark for mark in marks if mark in "?!"), marks[0])]


def join(spoken: Iterable[tuple[str, str]]) -> str:
    """Join the symbols of clauses, each with its mark, as Piper does: a space after a mark inside the sentence."""
    return " ".join(f"{symbols}{mark}" for symbols, mark in spoken)
