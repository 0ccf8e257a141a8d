# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`voice list`, `show`, `delete` and `rename`: what is in the bank of voices. No embedding is read."""

import argparse

from models.tt_audio.cli.terminal import printable, tell
from models.tt_audio.host.voice_bank import SHORT_KEY, VoiceBank


def show_all(options: argparse.Namespace) -> None:
    if options.bases:
        from models.demos.openvoice.demo.bases import show_bases  # imports libraries that the bank does not need

        return show_bases(options)
    bank = VoiceBank()
    voices = bank.facts()
    lines = [f"{voice.key[:SHORT_KEY]}  {voice.name}  from {printable(voice.source)}" for voice in voices]
    text = "\n".join(lines) or f"no voices are kept in {bank.folder}"
    tell(options, text, {"folder": str(bank.folder), "voices": [voice.shown() for voice in voices]})


def show(options: argparse.Namespace) -> None:
    facts = VoiceBank().described(options.voice).shown()
    tell(options, "\n".join(f"{name:10} {printable(str(value))}" for name, value in facts.items()), facts)


def delete(options: argparse.Namespace) -> None:
    voice = VoiceBank().delete(options.voice)
    tell(options, f"{voice.name}: deleted", voice.shown())


def rename(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    before = bank.described(options.voice).name
    voice = bank.rename(before, options.name)
    tell(options, f"{before}: now named {voice.name}", voice.shown())
