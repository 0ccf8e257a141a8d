# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The table of positions that encoder and decoder add to their inputs."""

from math import log

import torch
from torch import Tensor


def positions(length: int, width: int, device: torch.device | None = None) -> Tensor:
    """Return the table [length, width]: position p has sin(p f_i) in column 2i and cos(p f_i) in column 2i + 1.

    f_i = 10000^(-2i / width).
    """
    place = torch.arange(length, device=device).unsqueeze(1).float()
    # exp(-2i log(10000) / width) in float32, because the networks were trained with its rounding
    frequency = torch.exp(torch.arange(0, width, 2, device=device).float() * -(log(10000.0) / width))
    angle = place * frequency
    return torch.stack((angle.sin(), angle.cos()), dim=2).flatten(1)
