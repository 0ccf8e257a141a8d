# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow on the device: mirrors reference/coupling.py.

z is two tensors, its channel halves. The reversals of channels between couplings are folded into the weights
(parameters/coupling.py), so the couplings take turns: an even one reads half 0 and adds to half 1, an odd one the other
way round. Forward removes the source voice, reversed adds the target voice. A voice comes as the biases of the
convolutions, a speaker of MeloTTS as those of norms.
"""

import ttnn
from models.demos.openvoice.tt.attention import Distances, Encoder
from models.demos.openvoice.tt.wavenet import WaveNet
from models.tt_audio.tt.linear import FusedLinear
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import columns, shard


class ResidualCoupling:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.pre = FusedLinear(parameters.pre, device, stage)
        self.wavenet = WaveNet(parameters.wavenet, device, stage)

    def __call__(self, first, second, mask, biases, reverse: bool, batch: int):
        """What `second` becomes; `first` passes unchanged. `mask`: [1, 1, T, hidden channels] or None."""
        h = self.pre(first, shard(self.device, first.shape[2], self.pre.channels))
        factor = None
        if mask is not None:
            h = ttnn.multiply(h, mask)
            factor = columns(mask, 0, second.shape[3])
        scale = -1.0 if reverse else 1.0
        return self.wavenet(h, mask, biases, batch, addend=second, factor=factor, scale=scale)


class TransformerCoupling:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.pre = FusedLinear(parameters.pre, device, stage)
        self.encoder = Encoder(parameters.encoder, device, stage)
        self.post = FusedLinear(parameters.post, device, stage)

    def __call__(self, first, second, sight, mask, factor, speaker, reverse: bool, batch: int):
        """What `second` becomes; `first` passes unchanged. `factor`: the mask in as many channels, or None."""
        rows = first.shape[2]
        h = self.pre(first, shard(self.device, rows, self.pre.channels))
        h = self.encoder(h, sight, mask, speaker, batch)
        placement = shard(self.device, rows, self.post.channels)
        return self.post(h, placement, addend=second, factor=factor, scale=-1.0 if reverse else 1.0)


def _in_turns(couplings, halves, voices, reverse: bool, step):
    """The halves after every coupling; `voices` holds what each of them takes of a voice."""
    halves = list(halves)
    order = range(len(couplings))
    for i in reversed(order) if reverse else order:
        first, second = halves[i % 2], halves[1 - i % 2]
        halves[1 - i % 2] = step(couplings[i], first, second, voices[i])
    return tuple(halves)


class ResidualCouplingBlock:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.couplings = [ResidualCoupling(coupling, device, stage) for coupling in parameters.couplings]
        self.identity = FusedLinear(parameters.identity, device, stage)

    def joined(self, halves):
        """z in one tensor. The product cuts it to TF32, as the convolution that reads it would."""
        return self.identity(tuple(halves), shard(self.device, halves[0].shape[2], self.identity.channels))

    def __call__(self, halves, biases, mask=None, reverse: bool = False, batch: int = 1):
        """`biases`: a voice's, for each coupling one a layer."""
        if mask is not None:
            mask = self.couplings[0].pre.widened(mask)

        def step(coupling, first, second, bias):
            return coupling(first, second, mask, bias, reverse, batch)

        return _in_turns(self.couplings, halves, biases, reverse, step)


class TransformerCouplingBlock:
    """MeloTTS's flow. Its couplings look at frames through a transformer, and share what attention knows of them."""

    def __init__(self, parameters, device, stage: Stage):
        self.couplings = [TransformerCoupling(coupling, device, stage) for coupling in parameters.couplings]
        encoder = self.couplings[0].encoder
        self.distances = Distances(device, encoder.n_heads, encoder.channels)

    def __call__(self, halves, speaker, mask=None, reverse: bool = False, batch: int = 1):
        """`speaker`: a row for each coupling (parameters/conditioning.py)."""
        sight = self.distances(halves[0].shape[2], mask, batch)
        factor = None if mask is None else self.couplings[0].post.widened(mask)

        def step(coupling, first, second, row):
            return coupling(first, second, sight, mask, factor, row, reverse, batch)

        return _in_turns(self.couplings, halves, speaker, reverse, step)
