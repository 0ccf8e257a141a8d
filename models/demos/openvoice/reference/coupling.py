# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow: an invertible map of latent frames that takes a voice out (forward) or puts a voice in (reverse).

Third room of the converter, passed twice: z with the source voice -> neutral frames -> reversed with the target voice.
MeloTTS passes one in reverse, between the repeated phones and the generator; its couplings look at the frames through a
transformer where the converter (and OpenVoice V1) has a WaveNet.
Channels are split in halves; the first half passes unchanged and decides what is added to the second, so the way back
subtracts the same. Between two couplings the channel order is reversed, which makes the halves take turns.
"""

from collections.abc import Iterable

from torch import Tensor, cat, nn

from models.demos.openvoice.config import ConverterConfig, MeloConfig
from models.demos.openvoice.reference.attention import Encoder
from models.demos.openvoice.reference.wavenet import WaveNet


class Coupling(nn.Module):
    """One step of a flow; what lies between `pre` and `post` is the subclass's."""

    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__()
        half = config.inter_channels // 2
        self.pre = nn.Conv1d(half, config.hidden_channels, 1)
        self.post = nn.Conv1d(config.hidden_channels, half, 1)

    def forward(self, x: Tensor, mask: Tensor | None, g: Tensor, reverse: bool = False) -> Tensor:
        first, second = x.chunk(2, dim=1)
        h = self.pre(first)
        shift = self.post(self.look(h if mask is None else h * mask, mask, g))
        second = second - shift if reverse else second + shift
        return cat((first, second if mask is None else second * mask), dim=1)

    def look(self, h: Tensor, mask: Tensor | None, g: Tensor) -> Tensor:
        raise NotImplementedError


class ResidualCoupling(Coupling):
    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__(config)
        self.wavenet = WaveNet(
            config.hidden_channels,
            config.wavenet_kernel_size,
            config.wavenet_dilation_rate,
            config.flow_layers,
            config.gin_channels,
        )

    def look(self, h: Tensor, mask: Tensor | None, g: Tensor) -> Tensor:
        return self.wavenet(h, mask, g)


class TransformerCoupling(Coupling):
    def __init__(self, config: MeloConfig):
        super().__init__(config)
        self.encoder = Encoder(
            config.hidden_channels,
            config.filter_channels,
            config.n_heads,
            config.flow_layers,
            config.flow_kernel_size,
            config.gin_channels,
        )

    def look(self, h: Tensor, mask: Tensor | None, g: Tensor) -> Tensor:
        return self.encoder(h, mask, g)


class CouplingBlock(nn.Module):
    """A whole flow: couplings with the channel order reversed in between."""

    def __init__(self, couplings: Iterable[Coupling]):
        super().__init__()
        self.couplings = nn.ModuleList(couplings)

    def forward(self, z: Tensor, mask: Tensor | None, g: Tensor, reverse: bool = False) -> Tensor:
        if not reverse:
            for coupling in self.couplings:
                z = coupling(z, mask, g).flip(1)
        else:
            for coupling in reversed(self.couplings):
                z = coupling(z.flip(1), mask, g, reverse=True)
        return z


class ResidualCouplingBlock(CouplingBlock):
    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__(ResidualCoupling(config) for _ in range(config.n_flows))

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


class TransformerCouplingBlock(CouplingBlock):
    """MeloTTS's flow; its attention sees the whole sentence, so it has no reach."""

    def __init__(self, config: MeloConfig):
        super().__init__(TransformerCoupling(config) for _ in range(config.n_flows))
