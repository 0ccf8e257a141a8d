# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The flow: an invertible map of latent frames that removes a voice (forward) or adds a voice (reverse).

The converter runs it twice: forward with the source voice, then reversed with the target voice. MeloTTS runs one in
reverse, between the repeated phones and the generator; its couplings have a transformer where those of the converter
(and of OpenVoice V1) have a WaveNet.

A coupling splits the channels in halves. The first half is unchanged and decides the shift of the second; the reverse
subtracts the same shift. Between two couplings the order of the channels is reversed, so the halves take turns.
"""

from collections.abc import Iterable

from torch import Tensor, cat, nn

from models.demos.openvoice.config import ConverterConfig, MeloConfig
from models.demos.openvoice.reference.attention import Encoder
from models.demos.openvoice.reference.wavenet import WaveNet


class Coupling(nn.Module):
    """One step of a flow; the subclass defines the network between `pre` and `post`."""

    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__()
        half = config.inter_channels // 2
        self.pre = nn.Conv1d(half, config.hidden_channels, 1)
        self.post = nn.Conv1d(config.hidden_channels, half, 1)

    def forward(self, x: Tensor, mask: Tensor | None, g: Tensor | None, reverse: bool = False) -> Tensor:
        """Shift the second half of the channels of x [B, I, T] for a voice g [B, G, 1]; `mask` [B, 1, T] or None."""
        first, second = x.chunk(2, dim=1)
        h = self.pre(first)
        shift = self.post(self.transform(h if mask is None else h * mask, mask, g))
        second = second - shift if reverse else second + shift
        return cat((first, second if mask is None else second * mask), dim=1)

    def transform(self, h: Tensor, mask: Tensor | None, g: Tensor | None) -> Tensor:
        """Apply the network between `pre` and `post` to h [B, C, T]; arguments as of `forward`. -> [B, C, T]"""
        raise NotImplementedError


class ResidualCoupling(Coupling):
    """Coupling with a WaveNet."""

    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__(config)
        self.wavenet = WaveNet(
            config.hidden_channels,
            config.wavenet_kernel_size,
            config.wavenet_dilation_rate,
            config.flow_layers,
            config.gin_channels,
        )

    def transform(self, h: Tensor, mask: Tensor | None, g: Tensor | None) -> Tensor:
        """Run the WaveNet on h [B, C, T] with a voice g [B, G, 1]; `mask` [B, 1, T] or None. -> [B, C, T]"""
        return self.wavenet(h, mask, g)


class TransformerCoupling(Coupling):
    """Coupling with a transformer."""

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

    def transform(self, h: Tensor, mask: Tensor | None, g: Tensor | None) -> Tensor:
        """Run the transformer on h [B, C, T] with a voice g [B, G, 1]; `mask` [B, 1, T]. -> [B, C, T]"""
        return self.encoder(h, mask, g)


class CouplingBlock(nn.Module):
    """Flow: couplings with the channel order reversed between them."""

    def __init__(self, couplings: Iterable[Coupling]):
        super().__init__()
        self.couplings = nn.ModuleList(couplings)

    def forward(self, z: Tensor, mask: Tensor | None, g: Tensor | None, reverse: bool = False) -> Tensor:
        """Map latent frames z [B, I, T] with a voice g [B, G, 1]; `mask` [B, 1, T] is None if all frames are valid.

        `g` is None for a model without speakers.
        """
        if not reverse:
            for coupling in self.couplings:
                z = coupling(z, mask, g).flip(1)
        else:
            for coupling in reversed(self.couplings):
                z = coupling(z.flip(1), mask, g, reverse=True)
        return z


class ResidualCouplingBlock(CouplingBlock):
    """Flow of the converter, of OpenVoice V1's base speakers and of Piper's voices."""

    def __init__(self, config: ConverterConfig | MeloConfig):
        super().__init__(ResidualCoupling(config) for _ in range(config.n_flows))

    def receptive_field(self, halves: tuple[int, int], reverse: bool = False) -> tuple[int, int]:
        """Return the receptive fields of both halves of the result, in frames, from those of both halves of z."""
        first, second = halves
        couplings: Iterable[ResidualCoupling] = reversed(self.couplings) if reverse else self.couplings
        for coupling in couplings:
            if reverse:
                first, second = second, first
            second = max(second, first + coupling.wavenet.receptive_field)
            if not reverse:
                first, second = second, first
        return first, second


class TransformerCouplingBlock(CouplingBlock):
    """Flow of MeloTTS. Its attention covers the whole sentence, so it has no finite receptive field."""

    def __init__(self, config: MeloConfig):
        super().__init__(TransformerCoupling(config) for _ in range(config.n_flows))
