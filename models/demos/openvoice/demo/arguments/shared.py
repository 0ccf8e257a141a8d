# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments that several commands share: model and backend, noise, the wanted voice, where the result goes."""

import argparse
from pathlib import Path

from models.demos.openvoice.catalogue import BACKENDS, RELEASE
from models.tt_audio.cli.backends import DEVICE_HELP, device
from models.tt_audio.cli.terminal import between, count, whole
from models.tt_audio.torch_backend.choices import PRECISIONS

LARGEST_TAU = 2.0  # at 1 the noise has the spread that the encoder estimates; far above there is noise alone
WATERMARK_CHARACTERS = 8


BASE_HELP = "a Piper voice by name (en_US-joe-medium) or .onnx, or the folder of a release (the language's MeloTTS)"


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("model and backend")
    group.add_argument(
        "--model",
        help=f"a release, or a folder that holds one ({RELEASE}; the bundled small one where that cannot be had)",
    )
    group.add_argument(
        "--backend",
        choices=("auto", *BACKENDS),
        default="auto",
        help="auto takes ttnn if there is a card, else torch, on an NVIDIA GPU if there is one (%(default)s)",
    )
    group.add_argument("--device", type=device, help=DEVICE_HELP)
    group.add_argument("--precision", choices=PRECISIONS, help="precision of the backend torch (fast)")
    group.add_argument(
        "--threads", type=count, help="threads that compute (as many as this process may use processors)"
    )


def add_noise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tau",
        type=between(0, LARGEST_TAU),
        default=0.3,
        help=f"scale of the encoder's noise, from 0 for none to {LARGEST_TAU:g} (%(default)s)",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of all noise (%(default)s)")


def add_voice_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "voice",
        type=Path,
        nargs="+",
        help="recordings of the voice wanted, or one voice file, or one name in the bank of voices",
    )


def add_keep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", metavar="NAME", help="keep the voice in the bank under this name (it is not kept)")
    parser.add_argument("--replace", action="store_true", help="replace a voice of that name in the bank")


def add_watermark_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--watermark",
        metavar="TEXT",
        type=_watermark,
        help=f"mark the result inaudibly with up to {WATERMARK_CHARACTERS} ASCII characters (off)",
    )


def _watermark(text: str) -> str:
    if not text.isascii() or not 0 < len(text) <= WATERMARK_CHARACTERS:
        raise argparse.ArgumentTypeError(f"a watermark has 1 to {WATERMARK_CHARACTERS} ASCII characters, not {text!r}")
    return text
