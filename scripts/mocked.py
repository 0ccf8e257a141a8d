#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Any command of the demo on a mocked card, with values from PyTorch rounded to the device's formats.

    .venv/bin/python -m scripts.mocked [--arch wormhole_b0] eval manifest.csv --compare

Figures are forecasts of a card's, and times mean nothing. With a card or a simulator nothing is mocked.
"""

import argparse
from contextlib import nullcontext

from mock_device import runtime
from mock_device.golden import GoldenExecutor
from models.demos.openvoice.demo import demo
from models.tt_audio.cli.terminal import Parser, errors_as_sentences
from models.tt_audio.host.errors import UsageError


def main(arguments: list[str] | None = None) -> None:
    parser = Parser(prog="python -m scripts.mocked", description=__doc__.splitlines()[0])
    parser.add_argument("--arch", default="wormhole_b0", help="card to mock where there is none (%(default)s)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="a command of the demo with its arguments")
    options = parser.parse_args(arguments)
    with errors_as_sentences():
        try:
            runtime.setup(options.arch)
        except runtime.MockDeviceError as error:
            raise UsageError(str(error)) from None
    with GoldenExecutor() if runtime.mocked() else nullcontext():
        demo.main(options.command)


if __name__ == "__main__":
    main()
