# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments of `voice` and its actions."""

import argparse
from pathlib import Path

from models.demos.openvoice.demo.arguments.shared import add_model_arguments
from models.tt_audio.cli.terminal import add_command, add_json_argument

WORK = "models.demos.openvoice.demo.bank"
KEEPING = "models.demos.openvoice.demo.keeping"
CHECKS = "models.demos.openvoice.demo.checks"
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
LIST_EXAMPLES = """
voice list
voice list --bases
"""
ACTIONS = "extract|list|show|rename|delete|import|export"


def add_voice(commands) -> None:
    summary = "keep voices: extract, list, show, rename, delete, import, export"
    parser = add_command(commands, "voice", None, summary, EXAMPLES)
    actions = parser.add_subparsers(dest="action", required=True, metavar=ACTIONS)

    parser = add_command(
        actions,
        "extract",
        f"{KEEPING}:extract",
        "take a voice from recordings and keep it",
        EXTRACT_EXAMPLES,
        f"{CHECKS}:extract",
    )
    parser.add_argument("recording", type=Path, nargs="+", help="recordings of one person, 5 s or more together")
    parser.add_argument("--name", help="what to call the voice in the bank (the first recording's name)")
    _add_replace_argument(parser)
    parser.add_argument(
        "--output", type=Path, help="write it to this .safetensors file; without --name, to the file alone"
    )
    add_json_argument(parser)
    add_model_arguments(parser)

    parser = add_command(
        actions, "list", f"{WORK}:show_all", "list the voices that are kept, or the base speakers", LIST_EXAMPLES
    )
    parser.add_argument(
        "--bases", action="store_true", help="list the base speakers on this machine, with language and licence"
    )
    add_json_argument(parser)
    for name, summary in (("show", "say where a voice came from"), ("delete", "remove a voice from the bank")):
        parser = add_command(actions, name, f"{WORK}:{name}", summary, f"voice {name} anna")
        _add_voice_argument(parser)
        add_json_argument(parser)

    parser = add_command(actions, "rename", f"{WORK}:rename", "give a voice another name", "voice rename anna berta")
    _add_voice_argument(parser)
    parser.add_argument("name", help="its new name")
    add_json_argument(parser)

    example = "voice import berta.safetensors --name berta"
    parser = add_command(actions, "import", f"{KEEPING}:import_file", "keep the voice of a file", example)
    parser.add_argument("file", type=Path, help=".safetensors, or upstream's .pth")
    parser.add_argument("--name", help="what to call it in the bank (the name in the file)")
    _add_replace_argument(parser)
    add_json_argument(parser)

    parser = add_command(
        actions,
        "export",
        f"{KEEPING}:export",
        "write a voice to a file",
        "voice export anna anna.safetensors",
        f"{CHECKS}:export",
    )
    _add_voice_argument(parser)
    parser.add_argument("file", type=Path, help="ends in .safetensors")
    add_json_argument(parser)


def _add_voice_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("voice", help="its name, or the beginning of its key")


def _add_replace_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--replace", action="store_true", help="replace a voice of that name")
