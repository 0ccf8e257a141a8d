# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HiFi-GAN vocoder: latent z [B, inter_channels, T] -> waveform [B, T * samples_per_frame].

It is the last part of the converter and of MeloTTS and takes nine tenths of their arithmetic. Each stage upsamples by a
transposed convolution, followed by the mean of three residual blocks with different kernel sizes.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from ..hifigan_config import END_KERNEL_SIZE, LAST_SLOPE, SLOPE, GeneratorConfig


def _conv(channels: int, kernel_size: int, dilation: int) -> nn.Conv1d:
    return nn.Conv1d(channels, channels, kernel_size, dilation=dilation, padding=(kernel_size - 1) // 2 * dilation)


def _masked(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x * mask


class ResBlock(nn.Module):
    """Residual block, [B, C, T] -> [B, C, T]: for each dilation a chain of convolutions and the residual around it.

    A chain of kind "1" is a dilated and a plain convolution, one of kind "2" is the dilated convolution alone.
    """

    def __init__(self, channels: int, kernel_size: int, dilations: tuple[int, ...], kind: str = "1"):
        super().__init__()
        plain = 1 if kind == "1" else 0  # plain convolutions in a chain
        self.convs1 = nn.ModuleList(_conv(channels, kernel_size, dilation) for dilation in dilations)
        self.convs2 = nn.ModuleList(_conv(channels, kernel_size, 1) for _ in plain * dilations)
        self.receptive_field = (kernel_size - 1) // 2 * sum(dilation + plain for dilation in dilations)

    @property
    def chains(self) -> list[tuple[nn.Conv1d, ...]]:
        """Return the convolutions of each chain, in the order in which they run."""
        return list(zip(self.convs1, self.convs2, strict=True) if self.convs2 else zip(self.convs1, strict=True))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Run the block on x [B, C, T]; `mask` [B, 1, T] is 1 on valid samples, None: all are. -> [B, C, T]"""
        for chain in self.chains:
            h = x
            for conv in chain:
                h = conv(_masked(leaky_relu(h, SLOPE), mask))
            x = x + h
        return x


class Generator(nn.Module):
    """HiFi-GAN generator; `g` is a speaker embedding. A config with gin_channels 0 takes none."""

    def __init__(self, config: GeneratorConfig, end_bias: bool = False, resblock: str = "1"):
        """`end_bias`: whether the last convolution has a bias; `resblock`: kind of the residual blocks."""
        super().__init__()
        channels = config.upsample_initial_channel
        padding = (END_KERNEL_SIZE - 1) // 2
        self.conv_pre = nn.Conv1d(config.inter_channels, channels, END_KERNEL_SIZE, padding=padding)
        self.cond = nn.Conv1d(config.gin_channels, channels, 1) if config.gin_channels else None
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        for rate, kernel_size in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
            self.ups.append(
                nn.ConvTranspose1d(channels, channels // 2, kernel_size, rate, padding=(kernel_size - rate) // 2)
            )
            channels //= 2
            for size, dilations in zip(config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True):
                self.resblocks.append(ResBlock(channels, size, dilations, resblock))
        self.conv_post = nn.Conv1d(channels, 1, END_KERNEL_SIZE, padding=padding, bias=end_bias)

    @property
    def stages(self) -> list[tuple[nn.ConvTranspose1d, nn.ModuleList]]:
        """Return each transposed convolution with the residual blocks after it."""
        n = len(self.resblocks) // len(self.ups)
        return [(up, self.resblocks[i * n : (i + 1) * n]) for i, up in enumerate(self.ups)]

    def forward(self, z: Tensor, g: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Return the waveform [B, T * samples_per_frame] of z [B, inter_channels, T].

        `g`: [B, gin_channels, 1], None for zeros; `mask`: [B, 1, T], needed only if items of a batch differ in length.
        """
        x = self.conv_pre(_masked(z, mask))
        if self.cond is not None:
            x = x + (self.cond.bias[None, :, None] if g is None else self.cond(g))
        for up, resblocks in self.stages:
            x = up(_masked(leaky_relu(x, SLOPE), mask))
            mask = None if mask is None else mask.repeat_interleave(up.stride[0], dim=2)
            x = sum(resblock(x, mask) for resblock in resblocks) / len(resblocks)
        x = self.conv_post(_masked(leaky_relu(x, LAST_SLOPE), mask))
        return _masked(torch.tanh(x), mask)[:, 0]

    @property
    def receptive_field(self) -> int:
        """Return the receptive field: the frames to each side on which the samples of a frame depend."""
        samples = 1
        for up in self.ups:
            samples *= up.stride[0]
        first, last = 0, samples - 1  # the samples of frame 0, traced back to the frames that they read
        first, last = first - self.conv_post.padding[0], last + self.conv_post.padding[0]
        for up, resblocks in reversed(self.stages):
            widest = max(resblock.receptive_field for resblock in resblocks)
            first, last = first - widest, last + widest
            # input i of a transposed convolution adds to the outputs i * stride - padding + (0 ... kernel - 1)
            (stride,), (padding,), (kernel_size,) = up.stride, up.padding, up.kernel_size
            first, last = -((kernel_size - 1 - padding - first) // stride), (last + padding) // stride
        return max(-first, last) + self.conv_pre.padding[0]
