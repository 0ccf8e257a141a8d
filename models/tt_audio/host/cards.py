# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Paths at which the cards and GPUs of this machine are listed.

Imports neither ttnn nor torch, so that a command can ask before they are needed.
"""

from pathlib import Path

CARDS = Path("/dev/tenstorrent")  # the driver makes this folder if it has found a card
GPU_NODES = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # NVIDIA's driver on Linux, and that of Windows below WSL


def has_gpu() -> bool:
    """Return whether a driver for NVIDIA GPUs is loaded; PyTorch decides whether it can use them."""
    return any(node.exists() for node in GPU_NODES)
