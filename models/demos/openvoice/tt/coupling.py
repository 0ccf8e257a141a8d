# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow on the device: mirrors reference/coupling.py.

z lies in two tensors, its channel halves, and stays there: the reversals between couplings are folded into the weights
(parameters.py), so coupling i reads one half and adds to the other, taking turns. Forward takes a voice out, reverse
puts a voice in; the voice enters as the biases of the convolutions.
"""

import ttnn
from models.demos.openvoice.tt.conv1d import Conv1d
from models.demos.openvoice.tt.precision import Stage
from models.demos.openvoice.tt.sharding import shard
from models.demos.openvoice.tt.wavenet import WaveNet


class ResidualCoupling:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.pre = Conv1d(parameters.pre, device, stage)
        self.wavenet = WaveNet(parameters.wavenet, device, stage)

    def __call__(self, first, second, mask, biases, reverse: bool, batch: int):
        """What `second` becomes; `first` passes unchanged."""
        h = self.pre(first, batch)
        h = ttnn.to_memory_config(h, shard(self.device, h.shape[2], h.shape[3]))
        if mask is not None:
            h = ttnn.multiply(h, mask)
        shift = self.wavenet(h, mask, biases, batch)
        if mask is not None:
            shift = ttnn.multiply(shift, mask)
        return (ttnn.subtract if reverse else ttnn.add)(second, shift)


class ResidualCouplingBlock:
    def __init__(self, parameters, device, stage: Stage):
        self.couplings = [ResidualCoupling(coupling, device, stage) for coupling in parameters.couplings]

    def __call__(self, halves, biases, mask=None, reverse: bool = False, batch: int = 1):
        """`biases`: a voice's, for each coupling one a layer."""
        halves = list(halves)
        order = range(len(self.couplings))
        for i in reversed(order) if reverse else order:
            first, second = halves[i % 2], halves[1 - i % 2]
            halves[1 - i % 2] = self.couplings[i](first, second, mask, biases[i], reverse, batch)
        return tuple(halves)
