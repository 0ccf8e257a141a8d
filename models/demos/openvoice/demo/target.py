# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The voice that a command is given: recordings, a voice file, or the name of a voice in the bank."""

import argparse
from dataclasses import replace
from pathlib import Path

from models.demos.openvoice.demo.checks import VOICE_FILES, is_file
from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.cli import sound
from models.tt_audio.cli.terminal import note
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.host.voices import Voice


def voice_of(model: OpenVoice, paths: list[Path]) -> Voice:
    """Return the voice that the paths name: checks.py has accepted them."""
    if any(path.suffix in VOICE_FILES for path in paths):
        if len(paths) > 1:
            raise UsageError("a voice file cannot be mixed with recordings; give either one voice file or recordings")
        return Voice.load(paths[0])
    if len(paths) == 1 and not is_file(paths[0]):
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
