# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The voice that a command is given: recordings, a voice file, or the name of a voice in the bank."""

import argparse
from dataclasses import replace
from pathlib import Path

from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.cli import sound
from models.tt_audio.cli.sound import STANDARD
from models.tt_audio.cli.terminal import note
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.host.voices import Voice

VOICE_FILES = (".pth", ".safetensors")


def add_voice_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "voice",
        type=Path,
        nargs="+",
        help="recordings of the voice wanted, or one voice file, or one name in the bank of voices",
    )


def add_keep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", metavar="NAME", help="keep the voice in the bank under this name (it is not kept)")
    parser.add_argument("--replace", action="store_true", help="replace a voice of that name in the bank")


def check(paths: list[Path]) -> None:
    """Refuse a voice that does not exist, before a model is loaded."""
    if len(paths) == 1 and not _is_file(paths[0]):
        if VoiceBank().look_up(str(paths[0])) is None:
            raise UsageError(
                f"{paths[0]} does not exist and is no voice in the bank; check the path, or see `voice list`"
            )
        return
    for path in paths:
        if not _is_file(path):
            raise UsageError(f"{path} does not exist; check the path, or give one name of a voice alone")


def check_keep(options: argparse.Namespace) -> None:
    """Refuse a name that the voice cannot be kept under, before a model is loaded."""
    if options.keep is not None:
        VoiceBank().check_free(options.keep, options.replace)
    elif options.replace:
        raise UsageError("--replace belongs to --keep NAME; give both, or leave it out")


def voice_of(model: OpenVoice, paths: list[Path]) -> Voice:
    """Return the voice that the paths name; `check` has accepted them."""
    if any(path.suffix in VOICE_FILES for path in paths):
        if len(paths) > 1:
            raise UsageError("a voice file stands alone; give either one voice file or recordings")
        return Voice.load(paths[0])
    if len(paths) == 1 and not _is_file(paths[0]):
        return VoiceBank().show(str(paths[0]))
    return model.voice([sound.recording(path) for path in paths])


def kept(voice: Voice, options: argparse.Namespace) -> Voice:
    """Keep the voice where --keep asks for it, say so, and return it under its name."""
    if options.keep is None:
        return voice
    bank = VoiceBank()
    voice = bank.add(replace(voice, name=options.keep), options.replace)
    note(f"voice {voice.name} kept in {bank.folder}")
    return voice


def _is_file(path: Path) -> bool:
    """Return whether this is standard input or anything that exists, as opposed to a name in the bank."""
    return path == STANDARD or sound.exists(path)
