# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""E-mail addresses, web addresses and file names in running text -> [here] -> words, for languages of the alphabet."""

import re
from collections.abc import Callable

# Last labels that people say as words; any other is spelled.
_SAID = frozenset("com co net info blog shop museum".split())
_ENDINGS = (
    "com org net edu gov info blog shop io ai tv me co us uk ca au de fr es it pt nl be ch at eu mx br in jp cn kr se "
    "pdf txt csv zip html json jpg png mp3 mp4 wav exe py js"
)
_LABEL = r"[A-Za-z0-9](?:[\w-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.){{1,5}}(?:{'|'.join(_ENDINGS.split())})"
_ADDRESS = re.compile(
    rf"(?<![\w@.])(?:https?://{_LABEL}(?:\.{_LABEL}){{0,5}}(?::\d+)?(?:/[\w./%~-]*\w)?"
    rf"|[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,5}}"
    rf"|(?:www\.)?{_HOST}(?:/[\w./%~-]*\w)?)(?![\w@])/?"
)


def read_addresses(text: str, signs: dict[str, str], spell: Callable[[str], str], said: frozenset[str]) -> str:
    """Replace each address by words: `signs` names . @ / - _ and more, `spell` reads letters one by one.

    `said`: last labels that this language says as words, besides com, net and the like.
    """

    def read(match: re.Match) -> str:
        address = re.sub(r"^https?://(?:www\.)?", "", match[0]).rstrip("/")
        words = []
        parts = re.findall(r"[^\W\d_]+|\d+|[^\w\s]|_", address)
        for position, part in enumerate(parts):
            if not part.isalpha():
                words.append(signs.get(part, part))
                continue
            ending = position > 1 and parts[position - 1] == "." and part.lower() in _ENDINGS.split()
            spelled = part == "www" or ending and part.lower() not in _SAID | said
            words.append(spell(part) if spelled else part)
        return " ".join(words)

    return _ADDRESS.sub(read, text)
