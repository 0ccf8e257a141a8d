# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A compact way to write the tables of the Chinese, Japanese and Korean front ends."""


def pairs(text: str) -> dict[str, str]:
    """Return a dictionary from a text of keys, each followed by its value."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))
