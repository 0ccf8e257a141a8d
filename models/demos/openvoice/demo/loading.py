# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments -> the model that a command works with: which checkpoint, which backend, which card.

What is chosen in the user's place is said in one line. pipeline.py loads; here it is decided what.
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
from models.demos.openvoice.pipeline import BACKENDS, RELEASE, OpenVoice
from models.demos.openvoice.reference.chunked import PRECISIONS
from models.demos.openvoice.speech import release
from models.demos.openvoice.styles import style_of
from models.tt_audio.cli.terminal import not_negative, note, whole
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.errors import DeviceError, UsageError

SMALL = "small"  # the checkpoint in this repository
CARDS = Path("/dev/tenstorrent")  # where the driver shows them
REACH_SECONDS = 2.0


@dataclass(frozen=True)
class Found:
    name: str
    folder: Path
    why: str  # it was taken, for people; empty where the user named it


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
        help="auto is ttnn where there is a card (%(default)s)",
    )
    group.add_argument("--device", type=_device, help="number of the card, or 'all' of the machine as one mesh (0)")
    group.add_argument("--precision", choices=PRECISIONS, help="of the backend torch (fast)")


def add_noise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tau", type=not_negative, default=0.3, help="amount of the encoder's noise, 0 for none (%(default)s)"
    )
    parser.add_argument("--seed", type=whole, default=0, help="of all noise (%(default)s)")


def _device(text: str) -> int | str:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is neither the number of a card nor 'all'")
    return text if text == "all" else int(text)


def open_model(options: argparse.Namespace) -> OpenVoice:
    backend, why = choose_backend(options.backend)
    settings = backend_settings(options, backend)
    found = find_model(options.model)
    model = load(found.folder, backend, **settings)
    if found.why or why:
        note(f"model {found.name}{found.why}, backend {backend}{why}")
    return model


def backend_settings(options: argparse.Namespace, backend: str) -> dict:
    if options.precision and backend != "torch":
        raise UsageError(f"--precision belongs to the backend torch; leave it out for {backend}")
    if options.device is not None and backend != "ttnn":
        raise UsageError(f"--device names a card, and the backend is {backend}; leave it out or choose --backend ttnn")
    given = {"precision": options.precision, "device": options.device}
    return {name: value for name, value in given.items() if value is not None}


def has_time(backend: str) -> bool:
    """Whether a time means something: a mocked card computes nothing, and what computes in its place takes long."""
    return backend == "torch" or not os.environ.get("TT_METAL_MOCK_CLUSTER_DESC_PATH")


def choose_backend(name: str) -> tuple[str, str]:
    """The backend, and why where it was chosen here. A mocked card computes nothing, so it is never chosen."""
    if name != "auto":
        return name, ""
    if not CARDS.exists() and not os.environ.get("TT_METAL_SIMULATOR"):
        return "torch", " (there is no Tenstorrent card)"
    if importlib.util.find_spec("ttnn") is None:
        return "torch", " (there is a Tenstorrent card, but TTNN is not installed)"
    return "ttnn", " (there is a Tenstorrent card)"


def find_model(name: str | None, download: bool = True) -> Found:
    """The model of that name; without one the release, downloaded where it can be, or else the bundled small one."""
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
    """The folder of a release, from this machine or downloaded where the hub can be reached."""
    try:
        return releases.locate(name, download=False)
    except CheckpointError:
        if not (download and hub_is_reachable()):
            raise
    return releases.locate(name)


def base_speaker(language: str, style: str) -> Path:
    """The folder of whose speech a text becomes first."""
    found = release(language, style_of(style))
    return found if isinstance(found, Path) else released(found)


def hub_is_reachable() -> bool:
    """Whether a download can begin. Without this, a machine without network would try for half a minute."""
    if constants.HF_HUB_OFFLINE:
        return False
    address = urlsplit(constants.ENDPOINT)
    if urllib.request.getproxies().get(address.scheme):
        return True  # the proxy knows names that this machine does not
    try:
        socket.create_connection((address.hostname, address.port or 443), REACH_SECONDS).close()
    except OSError:
        return False
    return True


def load(model: str | Path, backend: str, **settings) -> OpenVoice:
    """The pipeline's loading; no card is a sentence, too."""
    try:
        return OpenVoice.from_pretrained(model, backend, **settings)
    except RuntimeError as error:
        if backend != "ttnn":
            raise
        raise DeviceError(str(error).splitlines()[0]) from error  # TTNN goes on with a backtrace of its own
