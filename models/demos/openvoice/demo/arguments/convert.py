# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments of `convert` and `clone`."""

import argparse
from pathlib import Path

from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.demo.arguments.shared import (
    BASE_HELP,
    add_keep_arguments,
    add_model_arguments,
    add_noise_arguments,
    add_voice_argument,
    add_watermark_argument,
)
from models.demos.openvoice.styles import STYLES
from models.tt_audio.cli.terminal import add_command, add_json_argument, between, positive

WORK = "models.demos.openvoice.demo.convert"
CHECKS = "models.demos.openvoice.demo.checks"
CONVERT_EXAMPLES = """
convert speech.wav voice.wav
convert speech.wav voice1.wav voice2.flac --output result.flac --seed 7
convert - voice.wav --output - --stream < speech.wav > result.wav
"""
CLONE_EXAMPLES = """
clone "The ferry was late. Nobody minded." voice.wav
clone "Hello!" voice.wav --speaker EN-BR --style lively --output hello.wav
clone - voice.wav --language EN --speed 0.9 < letter.txt
"""
# A shorter piece costs as much as this one, because of the context around it; a longer one is no stream.
SHORTEST_CHUNK, LONGEST_CHUNK = 0.1, 60.0


def add_convert(commands) -> None:
    parser = add_command(
        commands,
        "convert",
        f"{WORK}:convert",
        "say what a recording says in another voice",
        CONVERT_EXAMPLES,
        f"{CHECKS}:convert",
    )
    parser.add_argument(
        "recording", type=Path, help="what is said: WAV, FLAC, MP3, OGG, with ffmpeg M4A and others; - is stdin"
    )
    add_voice_argument(parser)
    parser.add_argument(
        "--chunk",
        type=between(SHORTEST_CHUNK, LONGEST_CHUNK),
        default=1.0,
        help="seconds of a piece of a --stream (%(default)s)",
    )
    _add_output_arguments(parser, "converted.wav")


def add_clone(commands) -> None:
    parser = add_command(
        commands,
        "clone",
        f"{WORK}:clone",
        "say a text in another voice",
        CLONE_EXAMPLES,
        "models.demos.openvoice.demo.clone_checks:clone",
    )
    parser.add_argument("text", help="what to say; - reads it from stdin")
    add_voice_argument(parser)
    parser.add_argument(
        "--language", help=f"of the text: {', '.join(BASE_SPEAKERS)} (that of a Piper voice given as --base, else EN)"
    )
    parser.add_argument("--speaker", help="base speaker, in English an accent: EN-US, EN-BR, EN-IN, EN-AU, EN-Default")
    parser.add_argument("--style", default="neutral", help=f"manner: {', '.join(STYLES)} (%(default)s)")
    parser.add_argument("--speed", type=positive, default=1.0, help="times the style's speed (%(default)s)")
    parser.add_argument("--pause", type=float, help="seconds between sentences (as the style has it)")
    parser.add_argument("--base", help=BASE_HELP)
    parser.add_argument("--bert", default="required", help="folder of the language's BERT model, or 'zeros' for none")
    _add_output_arguments(parser, "cloned.wav")


def _add_output_arguments(parser: argparse.ArgumentParser, output: str) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(output),
        help=".wav, .flac, .mp3, .opus or .m4a, or - for a WAV on stdout (%(default)s)",
    )
    parser.add_argument(
        "--stream", action="store_true", help="in short pieces; on stdout each is there as soon as it is ready"
    )
    add_keep_arguments(parser)
    add_noise_arguments(parser)
    add_watermark_argument(parser)
    add_json_argument(parser)
    add_model_arguments(parser)
