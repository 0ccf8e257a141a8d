# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`voice`: the bank of voices, which remembers what a voice sounds like: extract, list, show, delete."""

import argparse
from dataclasses import replace
from pathlib import Path

from models.demos.openvoice.demo.loading import add_model_arguments, open_model
from models.tt_audio.cli.terminal import add_command, add_json_argument, tell
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice, VoiceBank

EXAMPLES = """
voice extract voice1.wav voice2.flac --name anna
voice list
voice show anna
voice delete anna
"""
EXTRACT_EXAMPLES = """
voice extract voice1.wav voice2.flac --name anna
voice extract voice1.wav --output anna.safetensors
"""
KEY_DIGITS = 12  # enough to tell voices apart, and to be typed


def add_voice(commands) -> None:
    parser = add_command(commands, "voice", _missing, "keep voices: extract, list, show, delete", EXAMPLES)
    actions = parser.add_subparsers(dest="action", required=True, metavar="extract|list|show|delete")

    parser = add_command(actions, "extract", extract, "take a voice from recordings and keep it", EXTRACT_EXAMPLES)
    parser.add_argument("recording", type=Path, nargs="+", help="recordings of one person, 5 s or more together")
    parser.add_argument("--name", help="what to call the voice (the first recording's name)")
    parser.add_argument("--output", type=Path, help="write it to this .safetensors file, too")
    add_json_argument(parser)
    add_model_arguments(parser)

    add_json_argument(add_command(actions, "list", show_all, "list the voices that are kept", "voice list"))
    for name, run, summary in (
        ("show", show, "say where a voice came from"),
        ("delete", delete, "forget a voice"),
    ):
        parser = add_command(actions, name, run, summary, f"voice {name} anna")
        parser.add_argument("voice", help="its name, or the beginning of its key")
        add_json_argument(parser)


def _missing(options: argparse.Namespace) -> None:
    raise UsageError("say what to do: voice extract, list, show or delete")


def extract(options: argparse.Namespace) -> None:
    for path in options.recording:
        if not path.exists():
            raise UsageError(f"{path} does not exist; check the path")
    model = open_model(options)
    voice = model.voice(options.recording, options.name)
    if options.name and voice.name != options.name:  # the bank had heard these recordings under another name
        voice = model.bank.add(replace(voice, name=options.name))
    if options.output:
        voice.save(options.output)
    place = options.output or model.bank.folder
    tell(options, f"{voice.name}: {voice.key[:KEY_DIGITS]}, kept in {place}", _facts(voice))


def show_all(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    voices = bank.list()
    lines = [f"{voice.key[:KEY_DIGITS]}  {voice.name}  from {voice.source}" for voice in voices]
    text = "\n".join(lines) or f"no voices are kept in {bank.folder}"
    tell(options, text, {"folder": str(bank.folder), "voices": [_facts(voice) for voice in voices]})


def show(options: argparse.Namespace) -> None:
    facts = _facts(VoiceBank().show(options.voice))
    tell(options, "\n".join(f"{name:10} {value}" for name, value in facts.items()), facts)


def delete(options: argparse.Namespace) -> None:
    voice = VoiceBank().delete(options.voice)
    tell(options, f"{voice.name}: forgotten", _facts(voice))


def _facts(voice: Voice) -> dict:
    return {
        "name": voice.name,
        "key": voice.key,
        "source": voice.source,
        "model": voice.model,
        "channels": len(voice.embedding),
    }
