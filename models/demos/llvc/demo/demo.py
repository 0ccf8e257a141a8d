# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Voice conversion with low latency from the command line.

    python -m models.demos.llvc.demo.demo -i speech.wav -o converted.wav
    python -m models.demos.llvc.demo.demo -i folder -o results -s -n 2 -p checkpoints/llvc
    python -m models.demos.llvc.demo.demo -i - -o - -s < speech.wav > converted.wav
    python -m models.demos.llvc.demo.demo check --backend ttnn
    pytest models/demos/llvc/demo/demo.py

Arguments -> module of the command -> pipeline.py -> file. A UserError is printed as one sentence, with exit code 2.
"""

import sys
from pathlib import Path

from models.demos.llvc.demo.check import check, compare
from models.demos.llvc.demo.convert import convert
from models.demos.llvc.demo.loading import add_model_arguments
from models.tt_audio.cli.terminal import Parser, add_json_argument, errors_as_sentences, positive

PROGRAM = "python -m models.demos.llvc.demo.demo"


def convert_parser() -> Parser:
    """Return the parser of the command without a name."""
    parser = Parser(prog=PROGRAM, description=__doc__)
    parser.add_argument(
        "-i", "--input", "-f", "--fname", type=Path, required=True, help="recording, folder, or - (stdin)"
    )
    parser.add_argument(
        "-o", "--output", "--out", type=Path, default=Path("converted.wav"), help="file, folder, or - (%(default)s)"
    )
    parser.add_argument("-s", "--stream", action="store_true", help="convert in chunks, as they arrive")
    add_model_arguments(parser)
    add_json_argument(parser)
    return parser


def check_parser() -> Parser:
    """Return the parser of `check`."""
    parser = Parser(prog=f"{PROGRAM} check", description="Convert by a backend in chunks, and by PyTorch at once.")
    parser.add_argument("-i", "--input", type=Path, help="recording (a synthetic voice)")
    parser.add_argument("--seconds", type=positive, default=2.0, help="of it that are compared (%(default)s)")
    parser.set_defaults(stream=True)
    add_model_arguments(parser)
    add_json_argument(parser)
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run a command."""
    given = sys.argv[1:] if arguments is None else arguments
    with errors_as_sentences():
        if given[:1] == ["check"]:
            code = check(check_parser().parse_args(given[1:]))
        else:
            code = convert(convert_parser().parse_args(given))
    if code:
        sys.exit(code)


def test_demo(device, tmp_path):
    """Run `check` as tt-metal runs a demo, with seeded weights."""
    from models.demos.llvc.pipeline import Llvc
    from models.demos.llvc.synthetic import SHALLOW, make_checkpoint
    from models.tt_audio.testing.synthetic_voice import voice

    model = Llvc.load(make_checkpoint(tmp_path, SHALLOW), backend="ttnn", factor=2, device=device, streams=2)
    agreement = compare(model, voice(0.15, model.sampling_rate))
    assert agreement.pcc >= 0.999
    assert agreement.token_accuracy == 1.0


if __name__ == "__main__":
    main()
