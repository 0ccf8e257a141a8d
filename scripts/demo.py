#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The command of `make demo`: the model's own `check`, on a mocked card if there is none, and a conversion's ledger.

    .venv/bin/python -m scripts.demo [RECORDING [VOICE]] [--model NAME_OR_FOLDER] [--output FOLDER] [--arch wormhole_b0]
"""

from contextlib import nullcontext

import ttnn
from mock_device import runtime
from mock_device.golden import GoldenExecutor
from mock_device.ledger import Ledger
from models.demos.openvoice.demo.arguments.measuring import add_check_arguments
from models.demos.openvoice.demo.comparison import compare
from models.tt_audio.cli.terminal import Parser, errors_as_sentences
from models.tt_audio.host.errors import UsageError


def main() -> None:
    parser = Parser(prog="make demo", description=__doc__.splitlines()[0])
    add_check_arguments(parser)
    parser.add_argument("--arch", default="wormhole_b0", help="card to mock where there is none (%(default)s)")
    options = parser.parse_args()
    with errors_as_sentences():
        try:
            runtime.setup(options.arch)
        except runtime.MockDeviceError as error:
            raise UsageError(str(error)) from None
        device = ttnn.open_device(device_id=0)
        try:
            show(options, device)
        finally:
            ttnn.close_device(device)


def show(options, device) -> None:
    card = device.arch().name.lower()
    if runtime.mocked():
        print(f"device    mocked {card}: TTNN's own host code; values from PyTorch, rounded to the device's formats")
        executor = GoldenExecutor()
    else:
        print(f"device    {'simulated' if runtime.simulated() else 'real'} {card}")
        executor = nullcontext()
    with executor:
        agreement = compare(options, device)
    with Ledger(device) as ledger:  # counts need no values
        agreement.repeat()
    print("\nOne conversion on the device, counted; times are estimates by a roofline, not measured:")
    print(ledger.table())


if __name__ == "__main__":
    main()
