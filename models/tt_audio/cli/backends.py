# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Choose the backend of a command, and its settings, from the arguments. Imports no backend."""

import argparse
import importlib.util
import os

from ..host.cards import CARDS
from ..host.errors import UsageError


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
