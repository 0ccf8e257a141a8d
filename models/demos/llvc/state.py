# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""State of streams: everything that a network remembers of the samples it has received."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from torch import Tensor

from models.demos.llvc.config import LlvcConfig
from models.tt_audio.host.checkpoint import CheckpointError, read_state, save_safetensors


@dataclass(frozen=True)
class StreamState:
    """State of B streams as the networks on a CPU have it; zeros before the first sample.

    No network changes the tensors of a state: a step returns a new one. So a state that was kept can be continued from
    any number of times.
    """

    prenet: Tensor  # [B, 1, P]: the last inputs of each block, one block after the other
    tail: Tensor  # [B, 1, 2 * hop]: the last samples of the in-convolution's input
    encoder: Tensor  # [B, enc_dim, E]: the last inputs of each layer, one layer after the other
    decoder: Tensor  # [B, 1 + num_dec_layers, context, dec_dim]: memory, then the input of each layer, last frames
    output: Tensor  # [B, enc_dim, out_buf_len]: the last masked frames

    @classmethod
    def fresh(cls, config: LlvcConfig, batch: int = 1, device: torch.device | None = None) -> "StreamState":
        """Return the state of `batch` streams that have received nothing."""
        return cls(**{name: torch.zeros(batch, *shape, device=device) for name, shape in shapes(config).items()})

    def to(self, device: torch.device) -> "StreamState":
        """Return the state with its tensors on a device."""
        return StreamState(**{name: tensor.to(device) for name, tensor in vars(self).items()})

    @classmethod
    def stack(cls, states: Sequence["StreamState"]) -> "StreamState":
        """Return one state of all the streams of `states`, in order."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: torch.cat([getattr(state, name) for state in states]) for name in names})

    @property
    def batch(self) -> int:
        """Number of streams."""
        return self.tail.shape[0]

    def stream(self, index: int) -> "StreamState":
        """Return the state of one stream."""
        return StreamState(**{name: tensor[index : index + 1].clone() for name, tensor in vars(self).items()})

    def save(self, path: str | Path) -> None:
        """Write the state as a .safetensors file."""
        save_safetensors(vars(self), path)

    @classmethod
    def load(cls, path: str | Path, config: LlvcConfig) -> "StreamState":
        """Read a state that `save` wrote; raise CheckpointError if it is not one of a network of this config."""
        tensors = read_state(path)
        expected = shapes(config)
        if {name: tuple(tensor.shape[1:]) for name, tensor in tensors.items()} != expected:
            raise CheckpointError(f"{path} is not the state of a stream of this model: begin a new stream.")
        if len({tensor.shape[0] for tensor in tensors.values()}) != 1 or not all(
            tensor.is_floating_point() and tensor.isfinite().all() for tensor in tensors.values()
        ):
            raise CheckpointError(f"{path} is damaged: begin a new stream.")
        return cls(**tensors)


def shapes(config: LlvcConfig) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor of a StreamState, without the streams' axis."""
    return {
        "prenet": (1, sum(config.prenet_contexts)),
        "tail": (1, config.overlap),
        "encoder": (config.enc_dim, sum(config.encoder_contexts)),
        "decoder": (1 + config.num_dec_layers, config.context, config.dec_dim),
        "output": (config.enc_dim, config.out_buf_len),
    }
