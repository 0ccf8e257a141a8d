# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`voice extract`, `import` and `export`: voices that enter or leave the bank."""

import argparse
from dataclasses import replace

from models.demos.openvoice.demo.checks import kept_name
from models.demos.openvoice.demo.loading import open_model
from models.tt_audio.cli import paths, sound
from models.tt_audio.cli.terminal import printable, tell
from models.tt_audio.host.voice_bank import SHORT_KEY, VoiceBank
from models.tt_audio.host.voices import Voice


def extract(options: argparse.Namespace) -> None:
    bank, name = VoiceBank(), kept_name(options)
    voice = open_model(options).voice([sound.recording(path) for path in options.recording], name)
    places = []
    if name is not None:
        voice = bank.add(replace(voice, name=name), options.replace)
        places.append(f"kept in {bank.folder}")
    if options.output:
        voice.save(options.output)
        places.append(f"written to {printable(str(options.output))}")
    tell(options, f"{voice.name}: {voice.key[:SHORT_KEY]}, {' and '.join(places)}", voice.facts.shown())


def import_file(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    voice = Voice.load(options.file)
    voice = bank.add(replace(voice, name=options.name or voice.name), options.replace)
    tell(options, f"{voice.name}: {voice.key[:SHORT_KEY]}, kept in {bank.folder}", voice.facts.shown())


def export(options: argparse.Namespace) -> None:
    voice = VoiceBank().show(options.voice)
    replaced = paths.replaces(options.file)
    voice.save(options.file)
    text = f"{voice.name}: written to {printable(str(options.file))}{', an older file replaced' if replaced else ''}"
    tell(options, text, voice.facts.shown())
