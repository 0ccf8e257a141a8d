# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Voice cloning from the command line; each command has its own --help, with examples.

    python -m models.demos.openvoice.demo.demo clone "The ferry was late." voice.wav
    python -m models.demos.openvoice.demo.demo convert speech.wav voice.wav --output result.wav
    python -m models.demos.openvoice.demo.demo doctor
    pytest models/demos/openvoice/demo/demo.py

arguments/ -> checks.py -> module of the command -> pipeline.py -> file. A UserError is printed as one sentence, with
exit code 2. What needs no model imports no library that computes.
"""

import argparse

from models.demos.openvoice.demo.arguments.bank import add_voice
from models.demos.openvoice.demo.arguments.batch import add_batch
from models.demos.openvoice.demo.arguments.convert import add_clone, add_convert
from models.demos.openvoice.demo.arguments.measuring import add_bench, add_check, add_doctor, add_download, add_eval
from models.demos.openvoice.version import VERSION
from models.tt_audio.cli.terminal import Parser, run_command


def make_parser() -> Parser:
    parser = Parser(prog="python -m models.demos.openvoice.demo.demo", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"openvoice-tt {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for add in (add_clone, add_convert, add_voice, add_batch, add_eval, add_bench, add_doctor, add_download, add_check):
        add(commands)
    return parser


def main(arguments: list[str] | None = None) -> None:
    run_command(make_parser(), arguments)


def test_demo(device, tmp_path):
    """Run `check` as tt-metal runs a demo; the bars are those of a whole conversion in tests/pcc/test_runner.py."""
    from models.demos.openvoice.demo.comparison import compare

    agreement = compare(argparse.Namespace(model=None, recording=None, voice=None, output=tmp_path), device)
    assert agreement.tone_colour >= 0.999
    assert agreement.waveform >= 0.99
    assert agreement.log_mel >= 0.995


if __name__ == "__main__":
    main()
