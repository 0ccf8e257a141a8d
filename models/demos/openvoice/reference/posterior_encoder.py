# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The posterior encoder: spectrogram -> mean and deviation of each latent frame, sampled with the caller's noise."""

from torch import Tensor, nn

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.wavenet import WaveNet


class PosteriorEncoder(nn.Module):
    """WaveNet between two projections."""

    def __init__(self, config: ConverterConfig):
        super().__init__()
        self.pre = nn.Conv1d(config.spec_channels, config.hidden_channels, 1)
        self.wavenet = WaveNet(
            config.hidden_channels,
            config.wavenet_kernel_size,
            config.wavenet_dilation_rate,
            config.posterior_layers,
            config.gin_channels,
        )
        self.proj = nn.Conv1d(config.hidden_channels, 2 * config.inter_channels, 1)

    @property
    def receptive_field(self) -> int:
        """Return the receptive field, in frames to each side."""
        return self.wavenet.receptive_field

    def forward(self, spec: Tensor, mask: Tensor | None, noise: Tensor, tau: float, g: Tensor | None = None) -> Tensor:
        """Return latent frames [B, inter_channels, T] of a spectrogram [B, bins, T].

        `mask` [B, 1, T] is None if all frames are valid; `noise` is [B, inter_channels, T]. `tau` scales the deviation:
        0 gives the mean, 1 the distribution the model was trained with. `g` [B, G, 1] is a voice, None for zeros.
        """
        mean, log_deviation = self.distribution(spec, mask, g)
        z = mean + noise * tau * log_deviation.exp()
        return z if mask is None else z * mask

    def distribution(self, spec: Tensor, mask: Tensor | None = None, g: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the mean and the log deviation of every frame, both [B, inter_channels, T]."""
        x = self.pre(spec)
        x = self.wavenet(x if mask is None else x * mask, mask, g)
        mean, log_deviation = self.proj(x).chunk(2, dim=1)
        return mean, log_deviation
