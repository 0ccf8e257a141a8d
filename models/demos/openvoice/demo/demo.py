# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Voice cloning from the command line; each command has its own --help, with examples.

    python -m models.demos.openvoice.demo.demo clone "The ferry was late." voice.wav
    python -m models.demos.openvoice.demo.demo convert speech.wav voice.wav --output result.wav
    python -m models.demos.openvoice.demo.demo doctor
    pytest models/demos/openvoice/demo/demo.py

Arguments -> module of the command -> pipeline.py -> file. A UserError is printed as one sentence, with exit code 2.
"""

import argparse
import sys
from pathlib import Path

from models.demos.openvoice.demo.bank import add_voice
from models.demos.openvoice.demo.batch import add_batch
from models.demos.openvoice.demo.bench import add_bench
from models.demos.openvoice.demo.convert import add_clone, add_convert
from models.demos.openvoice.demo.doctor import add_doctor
from models.demos.openvoice.demo.eval import add_eval
from models.demos.openvoice.version import VERSION
from models.tt_audio.cli.terminal import Parser, add_command, errors_as_sentences

CHECK_EXAMPLES = """
check
check speech.wav voice.wav --output out
"""


def make_parser() -> Parser:
    parser = Parser(prog="python -m models.demos.openvoice.demo.demo", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"openvoice-tt {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for add in (add_clone, add_convert, add_voice, add_batch, add_eval, add_bench, add_doctor):
        add(commands)
    check_parser = add_command(
        commands, "check", check, "convert by PyTorch and by a card, and compare", CHECK_EXAMPLES
    )
    add_check_arguments(check_parser)
    return parser


def main(arguments: list[str] | None = None) -> None:
    with errors_as_sentences():
        options = make_parser().parse_args(arguments)
        code = options.run(options)
    if code:
        sys.exit(code)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recording", type=Path, nargs="?", help="what is said; its first seconds are used (a bundled one)"
    )
    parser.add_argument("voice", type=Path, nargs="?", help="recording of the voice wanted (a bundled one)")
    parser.add_argument(
        "--model", help="a release or a folder (default: the release if it is here, else the bundled small one)"
    )
    parser.add_argument("--output", type=Path, default=Path("out"), help="folder of the results (%(default)s)")


def check(options: argparse.Namespace) -> None:
    from models.demos.openvoice.demo.comparison import compare  # matplotlib takes a second

    compare(options)


def test_demo(device, tmp_path):
    """Run `check` as tt-metal runs a demo; the bars are those of a whole conversion in tests/pcc/test_runner.py."""
    from models.demos.openvoice.demo.comparison import compare

    agreement = compare(argparse.Namespace(model=None, recording=None, voice=None, output=tmp_path), device)
    assert agreement.tone_colour >= 0.999
    assert agreement.waveform >= 0.99
    assert agreement.log_mel >= 0.995


if __name__ == "__main__":
    main()
