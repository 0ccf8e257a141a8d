# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Lengths, and the layout of the reference's tensors on the device."""

import os

import pytest
import torch

# One frame count that a simulator gets through in minutes, and the bucket a card runs.
FRAMES = [
    pytest.param(32, id="32frames"),
    pytest.param(
        256,
        id="256frames",
        marks=pytest.mark.skipif(
            "TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours for a whole bucket"
        ),
    ),
]


def rows(x: torch.Tensor) -> torch.Tensor:
    """Transpose [1, C, T] of the reference to rows of the device. -> [1, 1, T, C]"""
    return x.transpose(1, 2)[None]


def noise(channels: int, frames: int, tau: float = 0.3) -> torch.Tensor:
    return tau * torch.randn(1, channels, frames, generator=torch.Generator().manual_seed(3))
