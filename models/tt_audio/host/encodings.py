# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The formats of sound files that can be written, and which one the name of a file asks for."""

import os
from pathlib import Path
from typing import NamedTuple

from . import ffmpeg
from .errors import AudioError
from .files import check_writable

OPUS_RATE = 24_000  # of the few that Opus has, the nearest above the model's


class Encoding(NamedTuple):
    """Names that libsndfile has for a format, and the rate it needs; `container` is empty where ffmpeg encodes."""

    container: str
    subtype: str
    rate: int | None = None


ENCODINGS = {
    "wav": Encoding("WAV", "PCM_16"),
    "flac": Encoding("FLAC", "PCM_16"),
    "mp3": Encoding("MP3", "MPEG_LAYER_III"),
    "opus": Encoding("OGG", "OPUS", OPUS_RATE),
    "m4a": Encoding("", ""),
}
SUFFIXES = ", ".join(f".{name}" for name in ENCODINGS)


def encoding_of(path: str | os.PathLike) -> str:
    """Return the name of the format that a path ends in, or raise an error that lists the formats there are."""
    name = Path(path).suffix[1:].lower()
    if name not in ENCODINGS:
        raise AudioError(f"{path} cannot be written; choose a name that ends in {SUFFIXES}")
    return name


def check_target(path: str | os.PathLike) -> None:
    """Raise what `writer` would raise at once for this path: before any work is done."""
    if encoding_of(path) == "m4a":
        ffmpeg.program(str(path))
    check_writable(path)
