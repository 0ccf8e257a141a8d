# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow on the device: mirrors reference/coupling.py.

The latent is two tensors, its channel halves, each [1, 1, batch * T, C / 2]. The reversals of channels between
couplings are folded into the weights (parameters/coupling.py), so couplings alternate: an even one reads half 0 and
adds to half 1, an odd one reads half 1 and adds to half 0. Forward, the flow removes the source voice; reversed, it
adds the target voice. A voice enters as biases of the convolutions, in the transformer flow of MeloTTS as biases of
norms.
"""

from collections.abc import Callable, Sequence
from typing import Any

import ttnn
from models.demos.openvoice.tt.attention import Encoder, RelativeAttentionTables, RelativePositions
from models.demos.openvoice.tt.wavenet import WaveNet
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import columns, shard
from ttnn.model_preprocessing import ParameterDict


class ResidualCoupling:
    """Coupling whose shift is computed by a WaveNet."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.pre = FusedLinear(parameters.pre, device, stage)
        self.wavenet = WaveNet(parameters.wavenet, device, stage)

    def __call__(
        self,
        first: ttnn.Tensor,
        second: ttnn.Tensor,
        mask: ttnn.Tensor | None,
        biases: list[ttnn.Tensor],
        reverse: bool,
        batch: int,
    ) -> ttnn.Tensor:
        """Return the half `second` shifted by a function of `first`, both [1, 1, batch * T, C / 2].

        `reverse`: subtract the shift. `mask` [1, 1, batch * T, channels of `pre`] or None; `biases`: of a voice, one
        for each layer of the WaveNet.
        """
        h = self.pre(first, shard(self.device, first.shape[2], self.pre.channels))
        factor = None
        if mask is not None:
            h = ttnn.multiply(h, mask)
            factor = columns(mask, 0, second.shape[3])
        scale = -1.0 if reverse else 1.0
        return self.wavenet(h, mask, biases, batch, addend=second, factor=factor, scale=scale)


class TransformerCoupling:
    """Coupling whose shift is computed by a transformer."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.pre = FusedLinear(parameters.pre, device, stage)
        self.encoder = Encoder(parameters.encoder, device, stage)
        self.post = FusedLinear(parameters.post, device, stage)

    def __call__(
        self,
        first: ttnn.Tensor,
        second: ttnn.Tensor,
        tables: RelativeAttentionTables,
        mask: ttnn.Tensor | None,
        factor: ttnn.Tensor | None,
        speaker: ttnn.Tensor | None,
        reverse: bool,
        batch: int,
    ) -> ttnn.Tensor:
        """Return the half `second` shifted by a function of `first`, both [1, 1, batch * T, C / 2].

        `reverse`: subtract the shift. `mask` [1, 1, batch * T, 1] or None; `factor`: the same mask with the channels
        of `second`, or None; `speaker`: row of the speaker for `encoder`, or None.
        """
        rows = first.shape[2]
        h = self.pre(first, shard(self.device, rows, self.pre.channels))
        h = self.encoder(h, tables, mask, speaker, batch)
        placement = shard(self.device, rows, self.post.channels)
        return self.post(h, placement, addend=second, factor=factor, scale=-1.0 if reverse else 1.0)


def _in_turns(
    couplings: Sequence[ResidualCoupling] | Sequence[TransformerCoupling],
    halves: Sequence[ttnn.Tensor],
    voices: Sequence[Any],
    reverse: bool,
    step: Callable[..., ttnn.Tensor],
) -> tuple[ttnn.Tensor, ttnn.Tensor]:
    """Run all couplings, last one first if `reverse`, and return the two halves.

    `step(coupling, first, second, voice)` returns the new second half; `voices[i]` is the voice argument of coupling i.
    """
    halves = list(halves)
    order = range(len(couplings))
    for i in reversed(order) if reverse else order:
        first, second = halves[i % 2], halves[1 - i % 2]
        halves[1 - i % 2] = step(couplings[i], first, second, voices[i])
    return tuple(halves)


class ResidualCouplingBlock:
    """Flow of WaveNet couplings: that of the converter and of MeloTTS models without a transformer flow."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.couplings = [ResidualCoupling(coupling, device, stage) for coupling in parameters.couplings]
        self.identity = FusedLinear(parameters.identity, device, stage)

    def joined(self, halves: Sequence[ttnn.Tensor]) -> ttnn.Tensor:
        """Join the two halves to one tensor [1, 1, batch * T, C] by a product with the identity.

        The product truncates values to TF32, as the convolution that reads them would.
        """
        return self.identity(tuple(halves), shard(self.device, halves[0].shape[2], self.identity.channels))

    def __call__(
        self,
        halves: Sequence[ttnn.Tensor],
        biases: list[list[ttnn.Tensor]],
        mask: ttnn.Tensor | None = None,
        reverse: bool = False,
        batch: int = 1,
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Run the flow over the two halves and return them, each [1, 1, batch * T, C / 2].

        `biases` of a voice: for each coupling one for each layer. `mask` [1, 1, batch * T, 1] is 1 on valid frames.
        """
        if mask is not None:
            mask = self.couplings[0].pre.widened(mask)

        def step(
            coupling: ResidualCoupling, first: ttnn.Tensor, second: ttnn.Tensor, bias: list[ttnn.Tensor]
        ) -> ttnn.Tensor:
            return coupling(first, second, mask, bias, reverse, batch)

        return _in_turns(self.couplings, halves, biases, reverse, step)


class TransformerCouplingBlock:
    """Flow of transformer couplings (MeloTTS), which share the tables of attention."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.couplings = [TransformerCoupling(coupling, device, stage) for coupling in parameters.couplings]
        encoder = self.couplings[0].encoder
        self.relative_positions = RelativePositions(device, encoder.n_heads, encoder.channels)

    def __call__(
        self,
        halves: Sequence[ttnn.Tensor],
        speaker: list[ttnn.Tensor | None],
        mask: ttnn.Tensor | None = None,
        reverse: bool = False,
        batch: int = 1,
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Run the flow over the two halves and return them, each [1, 1, batch * T, C / 2].

        `speaker`: for each coupling a row or None (parameters/conditioning.py). `mask` [1, 1, batch * T, 1] is 1 on
        valid frames.
        """
        tables = self.relative_positions(halves[0].shape[2], mask, batch)
        factor = None if mask is None else self.couplings[0].post.widened(mask)

        def step(
            coupling: TransformerCoupling, first: ttnn.Tensor, second: ttnn.Tensor, row: ttnn.Tensor | None
        ) -> ttnn.Tensor:
            return coupling(first, second, tables, mask, factor, row, reverse, batch)

        return _in_turns(self.couplings, halves, speaker, reverse, step)
