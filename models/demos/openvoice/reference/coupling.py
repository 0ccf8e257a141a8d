# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow: an invertible map of latent frames that takes a voice out (forward) or puts a voice in (reverse).

Third room of the converter, passed twice: z with the source voice -> neutral frames -> reversed with the target voice.
Channels are split in halves; the first half passes unchanged and decides what is added to the second, so the way back
subtracts the same. Between two couplings the channel order is reversed, which makes the halves take turns.
"""

from collections.abc import Iterable

from torch import Tensor, cat, nn

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.wavenet import WaveNet


class ResidualCoupling(nn.Module):
    def __init__(self, config: ConverterConfig):
        super().__init__()
        half = config.inter_channels // 2
        self.pre = nn.Conv1d(half, config.hidden_channels, 1)
        self.wavenet = WaveNet(
            config.hidden_channels,
            config.wavenet_kernel_size,
            config.wavenet_dilation_rate,
            config.flow_layers,
            config.gin_channels,
        )
        self.post = nn.Conv1d(config.hidden_channels, half, 1)

    def forward(self, x: Tensor, mask: Tensor | None, g: Tensor, reverse: bool = False) -> Tensor:
        first, second = x.chunk(2, dim=1)
        h = self.pre(first)
        shift = self.post(self.wavenet(h if mask is None else h * mask, mask, g))
        second = second - shift if reverse else second + shift
        return cat((first, second if mask is None else second * mask), dim=1)


class ResidualCouplingBlock(nn.Module):
    def __init__(self, config: ConverterConfig):
        super().__init__()
        self.couplings = nn.ModuleList(ResidualCoupling(config) for _ in range(config.n_flows))

    def forward(self, z: Tensor, mask: Tensor | None, g: Tensor, reverse: bool = False) -> Tensor:
        if not reverse:
            for coupling in self.couplings:
                z = coupling(z, mask, g).flip(1)
        else:
            for coupling in reversed(self.couplings):
                z = coupling(z.flip(1), mask, g, reverse=True)
        return z

    def reach(self, halves: tuple[int, int], reverse: bool = False) -> tuple[int, int]:
        """How far the halves of the result see, in frames, when the halves of z see as far as `halves` says."""
        first, second = halves
        couplings: Iterable[ResidualCoupling] = reversed(self.couplings) if reverse else self.couplings
        for coupling in couplings:
            if reverse:
                first, second = second, first
            second = max(second, first + coupling.wavenet.reach)
            if not reverse:
                first, second = second, first
        return first, second
