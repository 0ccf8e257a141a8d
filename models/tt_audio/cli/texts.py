# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Texts that a command is given: as an argument, or on standard input, in UTF-8."""

import sys

from ..host.errors import UsageError


def given_text(argument: str) -> str:
    """Return the text of an argument; "-" is the text on standard input."""
    if argument != "-":
        return argument
    if sys.stdin is None:
        raise UsageError("standard input is closed; give a text")
    return decoded(sys.stdin.buffer.read(), "the text on standard input")


def decoded(content: bytes, source: str) -> str:
    """Return the text in UTF-8 bytes; `source` names them in the message."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not UTF-8; save it so") from None
