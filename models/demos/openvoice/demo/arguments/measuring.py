# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments of the commands that measure, inspect or prepare: `eval`, `bench`, `check`, `doctor`, `download`."""

import argparse
from pathlib import Path

from models.demos.openvoice.catalogue import PARTS
from models.demos.openvoice.demo.arguments.shared import add_model_arguments, add_noise_arguments
from models.tt_audio.cli.terminal import add_command, add_json_argument, count, positive
from models.tt_audio.judges.choices import RECOGNISERS, WHISPER

CHECKS = "models.demos.openvoice.demo.checks"
EVAL_EXAMPLES = """
eval manifest.csv --output figures.json
eval manifest.jsonl --recogniser none --json
eval LibriSpeech/test-clean --corpus librispeech --pairs 50 --seed 1
"""
BENCH_EXAMPLES = """
bench --seconds 3
bench --seconds 3 10 30 --repeats 5 --json
"""
CHECK_EXAMPLES = """
check
check speech.wav voice.wav --output out
"""
DOCTOR_EXAMPLES = """
doctor
doctor --json
"""
DOWNLOAD_EXAMPLES = """
download converter
download EN FR
download converter EN --to models
"""
BENCH_SECONDS = (3.0, 10.0, 30.0)


def add_eval(commands) -> None:
    parser = add_command(
        commands,
        "eval",
        "models.demos.openvoice.demo.eval:evaluate",
        "measure how well voices are cloned",
        EVAL_EXAMPLES,
        f"{CHECKS}:evaluate",
    )
    parser.add_argument(
        "manifest",
        type=Path,
        help="CSV or JSONL with the columns source and voice, and optionally text, language, parallel (the wanted "
        "voice saying the same words) and result (a finished conversion to measure); with --corpus the folder "
        "of the corpus",
    )
    parser.add_argument("--corpus", choices=("librispeech", "vctk"), help="the folder is this corpus, as unpacked")
    parser.add_argument(
        "--pairs", type=count, default=20, help="number of speaker pairs drawn from the corpus (%(default)s)"
    )
    parser.add_argument("--compare", action="store_true", help="convert with PyTorch and with TTNN, and compare")
    parser.add_argument("--recogniser", choices=RECOGNISERS, default="tiny.en", help="of words (%(default)s, English)")
    parser.add_argument("--naturalness", choices=("dnsmos", "none"), default="dnsmos", help="judge of it (%(default)s)")
    parser.add_argument("--whisper", default=WHISPER, help="name or folder of the Whisper model (%(default)s)")
    parser.add_argument("--output", type=Path, help="write all figures to this JSON file")
    add_noise_arguments(parser)
    add_json_argument(parser)
    add_model_arguments(parser)


def add_bench(commands) -> None:
    parser = add_command(
        commands, "bench", "models.demos.openvoice.demo.bench:bench", "time conversions on this machine", BENCH_EXAMPLES
    )
    parser.add_argument(
        "--seconds", type=positive, nargs="+", default=BENCH_SECONDS, help="lengths of recordings (3 10 30)"
    )
    parser.add_argument(
        "--repeats", type=count, default=3, help="runs per length; the median is reported (%(default)s)"
    )
    add_json_argument(parser)
    add_model_arguments(parser)


def add_check(commands) -> None:
    work = "models.demos.openvoice.demo.comparison:check"
    parser = add_command(
        commands, "check", work, "convert by PyTorch and by a card, and compare", CHECK_EXAMPLES, f"{CHECKS}:check"
    )
    add_check_arguments(parser)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording", type=Path, nargs="?", help="what is said; its first seconds are used (a bundled one)"
    )
    parser.add_argument("voice", type=Path, nargs="?", help="recording of the voice wanted (a bundled one)")
    parser.add_argument(
        "--model", help="a release or a folder (default: the release if it is here, else the bundled small one)"
    )
    parser.add_argument("--output", type=Path, default=Path("out"), help="folder of the results (%(default)s)")


def add_doctor(commands) -> None:
    work, summary = "models.demos.openvoice.demo.doctor:doctor", "say what is installed, what is missing and what to do"
    parser = add_command(commands, "doctor", work, summary, DOCTOR_EXAMPLES)
    add_json_argument(parser)


def add_download(commands) -> None:
    work, summary = "models.demos.openvoice.demo.download:download", "fetch the files of models"
    parser = add_command(commands, "download", work, summary, DOWNLOAD_EXAMPLES)
    parser.add_argument(
        "part",
        nargs="+",
        choices=tuple(PARTS),
        metavar="part",
        help=f"{', '.join(PARTS)}; a language is its base speaker and its BERT model",
    )
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="for another machine: write the models to this folder"
    )
    add_json_argument(parser)
