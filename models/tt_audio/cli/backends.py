# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose the backend and the device of a command, and its settings, from the arguments.

Imports no backend, and torch only where there is a GPU. "auto" takes a Tenstorrent card, else an NVIDIA GPU, else the
CPU.
"""

import argparse
import importlib.util
import os
import re
from collections.abc import Callable

from ..host.cards import CARDS, has_gpu
from ..host.errors import UsageError

DEVICE_HELP = "number of the card, or 'all' for all cards as one mesh (0); cpu, cuda or cuda:N for the backend torch"


def device(text: str) -> int | str:
    """Return the device that an argument names: a card's number, "all", or one of PyTorch's."""
    if text.isdecimal():
        return int(text)
    if text != "all" and not is_torch_device(text):
        raise argparse.ArgumentTypeError(
            f"{text} is neither the number of a card nor 'all', nor one of 'cpu', 'cuda' and 'cuda:N'"
        )
    return text


def on_one_card(work: str) -> Callable[[str], int | str]:
    """Return `device` without "all", for a command whose `work`, a phrase as "a stream runs", needs a single card."""

    def one(text: str) -> int | str:
        if text == "all":
            raise argparse.ArgumentTypeError(f"{work} on one card: give its number")
        return device(text)

    return one


def is_torch_device(name: int | str | None) -> bool:
    """Return whether this is the name of a device of PyTorch, as opposed to a card's number, "all" or nothing."""
    return isinstance(name, str) and re.fullmatch(r"cpu|cuda(:\d+)?", name) is not None


def backend_settings(options: argparse.Namespace, backend: str) -> dict:
    """Return the keyword arguments of the backend: those that the user gave, and the GPU that "auto" found."""
    if options.precision and backend != "torch":
        raise UsageError(f"--precision belongs to the backend torch; leave it out for {backend}")
    if backend == "ttnn" and is_torch_device(options.device):
        raise UsageError(f"--device {options.device} belongs to the backend torch; leave it out or choose that backend")
    if options.device is not None and backend == "torch" and not is_torch_device(options.device):
        raise UsageError("--device names a card, and the backend is torch; leave it out or choose --backend ttnn")
    given = {"precision": options.precision, "device": options.device}
    if options.device is None and options.backend == "auto" and backend == "torch":
        given["device"] = find_gpu()[0]
    return {name: value for name, value in given.items() if value is not None}


def has_time(backend: str) -> bool:
    """Return whether times on this backend mean anything; on a mocked card PyTorch computes instead."""
    return backend == "torch" or not os.environ.get("TT_METAL_MOCK_CLUSTER_DESC_PATH")


def choose_backend(name: str, device: int | str | None = None) -> tuple[str, str]:
    """Return the backend and the reason if "auto" was resolved. A mocked card is never chosen.

    `device` is the one that the user named; one of PyTorch's decides "auto".
    """
    if name != "auto":
        return name, ""
    if is_torch_device(device):
        return "torch", f" (on {device})"
    if not CARDS.exists() and not os.environ.get("TT_METAL_SIMULATOR"):
        return "torch", f" {find_gpu()[1]} (there is no Tenstorrent card)"
    if importlib.util.find_spec("ttnn") is None:
        return "torch", f" {find_gpu()[1]} (there is a Tenstorrent card, but TTNN is not installed)"
    return "ttnn", " (there is a Tenstorrent card)"


def find_gpu() -> tuple[str | None, str]:
    """Return "cuda" and where PyTorch will compute, or None, and why that is the CPU."""
    if not has_gpu():
        return None, "on the CPU"
    from ..torch_backend.device import cuda_obstacle, describe, torch_device  # imports torch

    if reason := cuda_obstacle():
        return None, f"on the CPU, because {reason}"
    return "cuda", f"on {describe(torch_device('cuda'))}"
