# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HiFi-GAN generator for a CPU or a GPU: same weights and result as ../reference/hifigan.py, in a faster layout.

A sequence is an image of height one with the channels last: oneDNN's convolutions are faster with it by a fifth in fp32
and by a half in bfloat16. The number of frames is padded to one of a few sizes, because oneDNN keeps compiled kernels
and buffers for every size. The padding is set to zero before each convolution, so that valid frames do not depend on
it: by a slice where the length is a Python number, by a mask where it is data (a CUDA graph keeps Python numbers).
"""

import torch
from torch import Tensor
from torch.nn import Conv1d, ConvTranspose1d
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu, leaky_relu_, pad

from ..hifigan_config import LAST_SLOPE, SLOPE
from ..reference.hifigan import Generator


def padded_size(frames: int) -> int:
    """Return `frames` rounded up to the next size: eight sizes for each octave, multiples of 8.

    So there is little padding, and few shapes for all lengths.
    """
    step = max(8, 1 << max(0, (frames - 1).bit_length() - 4))
    return -(-frames // step) * step


class _Conv:
    """Convolution over time, [B, C, 1, T] -> [B, C', 1, T'], with the weights of a 1 x K image convolution.

    If `dtype` is that of `conv`, the weights of `conv` become a view of these, so memory holds them once.
    """

    def __init__(self, conv: Conv1d | ConvTranspose1d, dtype: torch.dtype, bias: Tensor | None = None):
        bias = conv.bias if bias is None else bias
        self.weight = conv.weight.detach()[:, :, None].to(dtype).contiguous(memory_format=torch.channels_last)
        if dtype == conv.weight.dtype:
            conv.weight.data = self.weight[:, :, 0]
        self.bias = None if bias is None else bias.detach().to(dtype)
        self.padding = (0, conv.padding[0])
        self.stride = (1, conv.stride[0])
        self.dilation = (1, conv.dilation[0])

    def __call__(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight, self.bias, 1, self.padding, self.dilation)

    def transposed(self, x: Tensor) -> Tensor:
        """Apply the weights as a transposed convolution."""
        return conv_transpose2d(x, self.weight, self.bias, self.stride, self.padding)


class FastGenerator:
    """Generator with its weights in `dtype` and channels last; `Generator` defines the computation."""

    def __init__(self, generator: Generator, dtype: torch.dtype):
        self.dtype = dtype
        # The bias of `cond`, if there is one, is folded into the first convolution. Without a speaker embedding that is
        # all of the conditioning.
        self.cond = generator.cond
        conditioning = 0 if generator.cond is None else generator.cond.bias
        self.conv_pre = _Conv(generator.conv_pre, dtype, generator.conv_pre.bias + conditioning)
        self.stages = [
            (
                _Conv(up, dtype),
                [[[_Conv(conv, dtype) for conv in chain] for chain in block.chains] for block in resblocks],
            )
            for up, resblocks in generator.stages
        ]
        self.conv_post = _Conv(generator.conv_post, dtype)

    def __call__(self, z: Tensor, g: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Return the waveform [B, T * samples_per_frame] in fp32 of z [B, C, T]; g: [B, G, 1], or None for zeros.

        `mask` [B, 1, T] is 1 on valid frames, None if all are valid. With a mask T is not padded further, and the
        samples after an item's last valid frame have any values.
        """
        frames = z.shape[2]
        if mask is None:
            x = pad(z, (0, padded_size(frames) - frames))[:, :, None]
        else:
            x = (z * mask)[:, :, None]
            mask = mask[:, :, None].to(self.dtype)
        x = self.conv_pre(x.to(self.dtype, memory_format=torch.channels_last))
        if g is not None:
            if self.cond is None:
                raise ValueError("this generator takes no speaker embedding")
            x += torch.nn.functional.conv1d(g, self.cond.weight)[:, :, None].to(self.dtype)
        valid: int | Tensor = frames if mask is None else mask
        for up, resblocks in self.stages:
            x = up.transposed(_silenced(leaky_relu_(x, SLOPE), valid))
            frames *= up.stride[1]
            valid = frames if isinstance(valid, int) else valid.repeat_interleave(up.stride[1], dim=3)
            activated = _silenced(leaky_relu(x, SLOPE), valid)
            total = self._block(resblocks[0], x, activated, valid)
            for block in resblocks[1:]:
                total.add_(self._block(block, x, activated, valid))
            x = total.div_(len(resblocks))
        x = self.conv_post(_silenced(leaky_relu_(x, LAST_SLOPE), valid))
        return torch.tanh(x[:, 0, 0, :frames].float())

    @staticmethod
    def _block(chains: list[list[_Conv]], x: Tensor, activated: Tensor, valid: int | Tensor) -> Tensor:
        for i, (first, *others) in enumerate(chains):
            h = first(activated if i == 0 else _silenced(leaky_relu(x, SLOPE), valid))
            for conv in others:
                h = conv(_silenced(leaky_relu_(h, SLOPE), valid))
            x = h.add_(x)
        return x


def _silenced(x: Tensor, valid: int | Tensor) -> Tensor:
    """Set the padding of x [B, C, 1, T] to zero, in place, and return x.

    `valid`: the number of valid positions, or a mask [B, 1, 1, T] of them. A convolution then reads the same zeros that
    it reads after the end of an input without padding.
    """
    if isinstance(valid, Tensor):
        return x.mul_(valid)
    if valid < x.shape[3]:
        x[..., valid:].zero_()
    return x
