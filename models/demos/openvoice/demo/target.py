# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The voice that a command is given: recordings, a voice file, or the name of a voice in the bank."""

import argparse
from pathlib import Path

from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.cli.sound import STANDARD
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice, VoiceBank, VoiceError

VOICE_FILES = (".pth", ".safetensors")


def add_voice_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "voice",
        type=Path,
        nargs="+",
        help="recordings of the voice wanted, or one voice file, or one name in the bank of voices",
    )


def check(paths: list[Path]) -> None:
    """Seen at once, while a model takes seconds to load: what is not there."""
    for path in paths:
        if path != STANDARD and not path.exists() and _from_bank(paths) is None:
            raise UsageError(f"{path} does not exist and is no voice in the bank; check the path, or see `voice list`")


def voice_of(model: OpenVoice, paths: list[Path]) -> Voice:
    if any(path.suffix in VOICE_FILES for path in paths):
        if len(paths) > 1:
            raise UsageError("a voice file stands alone; give either one voice file or recordings")
        return Voice.load(paths[0])
    if (kept := _from_bank(paths)) is not None:
        return kept
    return model.voice(paths)


def _from_bank(paths: list[Path]) -> Voice | None:
    if len(paths) > 1 or paths[0].exists():
        return None
    try:
        return VoiceBank().show(str(paths[0]))
    except VoiceError:
        return None
