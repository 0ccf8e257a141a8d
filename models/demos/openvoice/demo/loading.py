# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose the checkpoint, backend and card of a command from its arguments, and load the model.

A choice that the user did not make is printed as one line.
"""

import argparse
import importlib.util
import os
import socket
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import constants

from models.demos.openvoice import releases
from models.demos.openvoice.base_speakers import default_base
from models.demos.openvoice.pipeline import BACKENDS, RELEASE, OpenVoice
from models.demos.openvoice.styles import style_of
from models.tt_audio.cli.terminal import between, note, whole
from models.tt_audio.host.cards import CARDS
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.torch_backend.precision import PRECISIONS

SMALL = "small"  # the checkpoint in this repository
REACH_SECONDS = 2.0
LARGEST_TAU = 2.0  # at 1 the noise has the spread that the encoder estimates; far above there is noise alone


@dataclass(frozen=True)
class Found:
    name: str
    folder: Path
    why: str  # the reason of the choice, for the user; empty if the user named the model


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
        help="auto takes ttnn if there is a card, else torch (%(default)s)",
    )
    group.add_argument("--device", type=_device, help="number of the card, or 'all' for all cards as one mesh (0)")
    group.add_argument("--precision", choices=PRECISIONS, help="precision of the backend torch (fast)")


def add_noise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tau",
        type=between(0, LARGEST_TAU),
        default=0.3,
        help=f"scale of the encoder's noise, from 0 for none to {LARGEST_TAU:g} (%(default)s)",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of all noise (%(default)s)")


def _device(text: str) -> int | str:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is neither the number of a card nor 'all'")
    return text if text == "all" else int(text)


def open_model(options: argparse.Namespace) -> OpenVoice:
    """Load the model that the arguments of `add_model_arguments` ask for."""
    backend, why = choose_backend(options.backend)
    settings = backend_settings(options, backend)
    found = find_model(options.model)
    model = load(found.folder, backend, **settings)
    if found.why or why:
        note(f"model {found.name}{found.why}, backend {backend}{why}")
    return model


def backend_settings(options: argparse.Namespace, backend: str) -> dict:
    """Return the keyword arguments of the backend that the user gave."""
    if options.precision and backend != "torch":
        raise UsageError(f"--precision belongs to the backend torch; leave it out for {backend}")
    if options.device is not None and backend != "ttnn":
        raise UsageError(f"--device names a card, and the backend is {backend}; leave it out or choose --backend ttnn")
    given = {"precision": options.precision, "device": options.device}
    return {name: value for name, value in given.items() if value is not None}


def has_time(backend: str) -> bool:
    """Return whether times on this backend mean anything; on a mocked card PyTorch computes instead."""
    return backend == "torch" or not os.environ.get("TT_METAL_MOCK_CLUSTER_DESC_PATH")


def choose_backend(name: str) -> tuple[str, str]:
    """Return the backend and the reason if "auto" was resolved. A mocked card is never chosen."""
    if name != "auto":
        return name, ""
    if not CARDS.exists() and not os.environ.get("TT_METAL_SIMULATOR"):
        return "torch", " (there is no Tenstorrent card)"
    if importlib.util.find_spec("ttnn") is None:
        return "torch", " (there is a Tenstorrent card, but TTNN is not installed)"
    return "ttnn", " (there is a Tenstorrent card)"


def find_model(name: str | None, download: bool = True) -> Found:
    """Find the model `name`; None finds the release, downloaded if possible, else the bundled small model."""
    if name is not None:
        return Found(name, releases.locate(name), "")
    try:
        return Found(RELEASE, released(RELEASE, download), "")
    except CheckpointError as error:
        missing = error
    try:
        small = releases.locate(SMALL)
    except CheckpointError:
        raise missing from None
    return Found(SMALL, small, f" (bundled, of modest quality: {RELEASE} is not on this machine)")


def released(name: str, download: bool = True) -> Path:
    """Return the folder of a release; download it if it is not on this machine and the hub can be reached."""
    try:
        return releases.locate(name, download=False)
    except CheckpointError:
        if not (download and hub_is_reachable()):
            raise
    return releases.locate(name)


def base_speaker(language: str, style: str) -> Path:
    """Return the folder of the base speaker that speaks this language and style."""
    found = default_base(language, style_of(style))
    return found if isinstance(found, Path) else released(found)


def hub_is_reachable() -> bool:
    """Return whether the hub can be reached. A download without a network would be retried for half a minute."""
    if constants.HF_HUB_OFFLINE:
        return False
    address = urlsplit(constants.ENDPOINT)
    if urllib.request.getproxies().get(address.scheme):
        return True  # the proxy resolves names that this machine cannot
    try:
        socket.create_connection((address.hostname, address.port or 443), REACH_SECONDS).close()
    except OSError:
        return False
    return True


def load(model: str | Path, backend: str, **settings) -> OpenVoice:
    """Load a model with the backend's settings."""
    return OpenVoice.from_pretrained(model, backend, **settings)
