# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`voice`: the bank of voices: extract, list, show, rename, delete, import, export."""

import argparse
from dataclasses import replace
from pathlib import Path

from models.demos.openvoice.demo.loading import add_model_arguments, open_model
from models.tt_audio.cli import sound
from models.tt_audio.cli.terminal import add_command, add_json_argument, printable, tell
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.files import check_writable
from models.tt_audio.host.voice_bank import SHORT_KEY, VoiceBank
from models.tt_audio.host.voice_files import SUFFIX, VoiceFacts
from models.tt_audio.host.voices import Voice

EXAMPLES = """
voice extract voice1.wav voice2.flac --name anna
voice list
voice show anna
voice rename anna berta
voice delete anna
voice export anna anna.safetensors
voice import berta.safetensors --name berta
"""
EXTRACT_EXAMPLES = """
voice extract voice1.wav voice2.flac --name anna
voice extract voice1.wav --output anna.safetensors
"""
ACTIONS = "extract|list|show|rename|delete|import|export"


def add_voice(commands) -> None:
    summary = "keep voices: extract, list, show, rename, delete, import, export"
    parser = add_command(commands, "voice", _missing, summary, EXAMPLES)
    actions = parser.add_subparsers(dest="action", required=True, metavar=ACTIONS)

    parser = add_command(actions, "extract", extract, "take a voice from recordings and keep it", EXTRACT_EXAMPLES)
    parser.add_argument("recording", type=Path, nargs="+", help="recordings of one person, 5 s or more together")
    parser.add_argument("--name", help="what to call the voice in the bank (the first recording's name)")
    _add_replace_argument(parser)
    parser.add_argument(
        "--output", type=Path, help="write it to this .safetensors file; without --name, to the file alone"
    )
    add_json_argument(parser)
    add_model_arguments(parser)

    add_json_argument(add_command(actions, "list", show_all, "list the voices that are kept", "voice list"))
    for name, run, summary in (
        ("show", show, "say where a voice came from"),
        ("delete", delete, "remove a voice from the bank"),
    ):
        parser = add_command(actions, name, run, summary, f"voice {name} anna")
        _add_voice_argument(parser)
        add_json_argument(parser)

    parser = add_command(actions, "rename", rename, "give a voice another name", "voice rename anna berta")
    _add_voice_argument(parser)
    parser.add_argument("name", help="its new name")
    add_json_argument(parser)

    example = "voice import berta.safetensors --name berta"
    parser = add_command(actions, "import", import_file, "keep the voice of a file", example)
    parser.add_argument("file", type=Path, help=".safetensors, or upstream's .pth")
    parser.add_argument("--name", help="what to call it in the bank (the name in the file)")
    _add_replace_argument(parser)
    add_json_argument(parser)

    parser = add_command(actions, "export", export, "write a voice to a file", "voice export anna anna.safetensors")
    _add_voice_argument(parser)
    parser.add_argument("file", type=Path, help="ends in .safetensors")
    add_json_argument(parser)


def _add_voice_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("voice", help="its name, or the beginning of its key")


def _add_replace_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replace", action="store_true", help="replace a voice of that name")


def _missing(options: argparse.Namespace) -> None:
    raise UsageError(f"say what to do: voice {ACTIONS.replace('|', ', ')}")


def extract(options: argparse.Namespace) -> None:
    sound.check_recordings(options.recording)
    bank = VoiceBank()
    name = options.name or (None if options.output else options.recording[0].stem)
    if name is not None:
        bank.check_free(name, options.replace)
    elif options.replace:
        raise UsageError("--replace belongs to a voice in the bank; give --name, too")
    if options.output:
        _check_file(options.output)
        for recording in options.recording:
            sound.refuse_input(options.output, recording)
    voice = open_model(options).voice([sound.recording(path) for path in options.recording], name)
    places = []
    if name is not None:
        voice = bank.add(replace(voice, name=name), options.replace)
        places.append(f"kept in {bank.folder}")
    if options.output:
        voice.save(options.output)
        places.append(f"written to {printable(str(options.output))}")
    tell(options, f"{voice.name}: {voice.key[:SHORT_KEY]}, {' and '.join(places)}", _facts(voice))


def show_all(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    voices = bank.facts()
    lines = [f"{voice.key[:SHORT_KEY]}  {voice.name}  from {printable(voice.source)}" for voice in voices]
    text = "\n".join(lines) or f"no voices are kept in {bank.folder}"
    tell(options, text, {"folder": str(bank.folder), "voices": [_facts(voice) for voice in voices]})


def show(options: argparse.Namespace) -> None:
    facts = _facts(VoiceBank().show(options.voice))
    tell(options, "\n".join(f"{name:10} {printable(str(value))}" for name, value in facts.items()), facts)


def delete(options: argparse.Namespace) -> None:
    voice = VoiceBank().delete(options.voice)
    tell(options, f"{voice.name}: deleted", _facts(voice))


def rename(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    before = bank.show(options.voice).name
    voice = bank.rename(before, options.name)
    tell(options, f"{before}: now named {voice.name}", _facts(voice))


def import_file(options: argparse.Namespace) -> None:
    bank = VoiceBank()
    voice = Voice.load(options.file)
    voice = bank.add(replace(voice, name=options.name or voice.name), options.replace)
    tell(options, f"{voice.name}: {voice.key[:SHORT_KEY]}, kept in {bank.folder}", _facts(voice))


def export(options: argparse.Namespace) -> None:
    _check_file(options.file)
    voice = VoiceBank().show(options.voice)
    replaced = options.file.is_file()
    voice.save(options.file)
    text = f"{voice.name}: written to {printable(str(options.file))}{', an older file replaced' if replaced else ''}"
    tell(options, text, _facts(voice))


def _check_file(path: Path) -> None:
    if path.suffix != SUFFIX:
        raise UsageError(f"{path} cannot be written; choose a name that ends in {SUFFIX}")
    check_writable(path)


def _facts(voice: Voice | VoiceFacts) -> dict:
    return {
        "name": voice.name,
        "key": voice.key,
        "source": voice.source,
        "model": voice.model,
        "channels": len(voice.embedding) if isinstance(voice, Voice) else voice.channels,
    }
