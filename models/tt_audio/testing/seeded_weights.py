# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Random tensors of a checkpoint, drawn in order from one seed. Their levels keep the signal of a network near one."""

from math import prod

import torch
from torch import Tensor


class SeededWeights:
    """Collects a state dict. A model derives its own layers from this class."""

    bias_level = 0.05

    def __init__(self, seed: int):
        self.random = torch.Generator().manual_seed(seed)
        self.state: dict[str, Tensor] = {}

    def normal(self, *shape: int) -> Tensor:
        """Return the next tensor of standard normal values."""
        return torch.randn(*shape, generator=self.random)

    def bias(self, name: str, channels: int, level: float | None = None) -> None:
        """Add the bias of a layer or norm; `level` is by default the class's."""
        self.state[f"{name}.bias"] = (self.bias_level if level is None else level) * self.normal(channels)

    def layer(self, name: str, shape: tuple[int, ...], gain: float = 1.0, bias: bool = True) -> None:
        """Add a linear layer or convolution with weights of `shape`, whose output has `gain` times the input level."""
        self.state[f"{name}.weight"] = gain * prod(shape[1:]) ** -0.5 * self.normal(*shape)
        if bias:
            self.bias(name, shape[0])

    def norm(self, name: str, channels: int, level: float = 1.0) -> None:
        """Add a norm whose output has the level `level`."""
        self.state[f"{name}.weight"] = level * (1 + 0.1 * self.normal(channels))
        self.bias(name, channels, self.bias_level * level)
