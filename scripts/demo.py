#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The command of `make demo`: speak a text in a voice on a card, mocked if there is none, and compare with PyTorch.

    .venv/bin/python -m scripts.demo [--text TEXT] [--voice RECORDING]     # speak a text
    .venv/bin/python -m scripts.demo RECORDING [VOICE]                     # convert a recording, as `check` does
    both: [--model NAME_OR_FOLDER] [--output FOLDER] [--arch wormhole_b0]
"""

import argparse
from contextlib import nullcontext
from pathlib import Path

import ttnn
from mock_device import runtime
from mock_device.golden import GoldenExecutor
from mock_device.ledger import Ledger
from models.demos.openvoice.demo.arguments.measuring import add_check_arguments
from models.demos.openvoice.demo.comparison import compare
from models.demos.openvoice.demo.spoken_comparison import TEXT, compare_speech
from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.tests.perf import stages
from models.tt_audio.cli.terminal import Parser, errors_as_sentences
from models.tt_audio.host.errors import UsageError


def main() -> None:
    parser = Parser(prog="make demo", description=__doc__.splitlines()[0])
    add_check_arguments(parser)
    parser.add_argument("--text", default=TEXT, help="what is said, in English (%(default)s)")
    parser.add_argument("--voice", type=Path, dest="spoken_voice", help="recording of the voice wanted (a bundled one)")
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


def show(options: argparse.Namespace, device: ttnn.MeshDevice) -> None:
    """Run both paths and print the cost on the device, warm."""
    card = device.arch().name.lower()
    if runtime.mocked():
        print(f"device     mocked {card}: TTNN's own host code; values from PyTorch, rounded to the device's formats")
        executor = GoldenExecutor()
    else:
        print(f"device     {'simulated' if runtime.simulated() else 'real'} {card}")
        executor = nullcontext()
    with executor:
        if options.recording is not None:
            work = {"conversion": compare(options, device).repeat}
        else:
            spoken = compare_speech(options.text, options.spoken_voice, options.model, options.output, device)
            work = {"conversion of that speech": spoken.repeat}
    if options.recording is None:  # outside of the executor, because counts need no values
        voice = stages.OfKnownLength(load_piper(bundled_voice()).model, device)
        prosody = Prosody(sdp_ratio=1.0)
        work = {
            "base speech of 4 s, from ids to durations": stages.text_side(device, voice, prosody),
            "base speech of 4 s, from durations to samples": stages.frame_side(device, voice),
        } | work
        for stage in work.values():
            stage()
    print("\nCost on the device, counted; times are estimates by a roofline, not measured")
    for name, stage in work.items():
        with Ledger(device) as ledger:
            stage()
        print(f"\n{name}\n{ledger.table()}")


if __name__ == "__main__":
    main()
