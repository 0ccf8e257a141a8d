# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HiFi-GAN on the device: mirrors reference/generator.py.

z [1, 1, T, C] -> waveform [1, 1, T * rate / phases, phases]. Only a = leaky_relu(x) is kept of a residual chain: the
next a comes from one program, add(a, t) with leaky_relu(1 / slope) on a, the inverse, and leaky_relu(slope) on the sum.
Everything between the upsampling of one stage and that of the next stays sharded in L1, one placement a stage.

A row holds one sample, but for MeloTTS's last stage: its samples have sixteen channels, half a tile, so two of them
share a row, as its phases, from the upsampling to the waveform (parameters.phased).
"""

import ttnn

from ..reference.hifigan import LAST_SLOPE, SLOPE
from .activations import TANH, leaky_relu
from .conv import Conv1d
from .precision import Stage
from .sharding import shard


class ResBlock:
    def __init__(self, parameters, device, stage: Stage):
        self.pairs = [
            (Conv1d(first, device, stage, dilation, activation=leaky_relu(SLOPE)), Conv1d(second, device, stage))
            for first, second, dilation in zip(parameters.convs1, parameters.convs2, parameters.dilations, strict=True)
        ]

    def __call__(self, a, mask=None, keep: bool = False, slope: float | None = None):
        """a = leaky_relu(x) -> the block's x, activated with `slope` if given; `keep`: the caller still needs a."""
        for i, (conv1, conv2) in enumerate(self.pairs):
            last = i == len(self.pairs) - 1
            following_slope = slope if last else SLOPE
            h = conv1(a)
            if mask is not None:
                h = ttnn.multiply(h, mask, output_tensor=h)
            t = conv2(h, consume=True)
            following = ttnn.add(
                a,
                t,
                input_tensor_a_activations=[leaky_relu(1 / SLOPE)],
                activations=[] if following_slope is None else [leaky_relu(following_slope)],
                output_tensor=t,
            )
            if mask is not None and not last:
                following = ttnn.multiply(following, mask, output_tensor=following)
            if not (keep and i == 0):
                ttnn.deallocate(a)
            a = following
        return a


class Upsampling:
    """A transposed convolution as polyphase convolution: each row of several samples becomes `rate` rows."""

    def __init__(self, parameters, rate: int, device, stage: Stage):
        self.device = device
        self.rate = rate
        self.pointwise = parameters.weight.shape[2] == 1  # a matmul, and those fuse no leaky_relu
        self.conv = Conv1d(parameters, device, stage, activation=None if self.pointwise else leaky_relu(SLOPE))

    def __call__(self, a):
        phases = self.conv(a, consume=True)
        if self.pointwise:
            phases = ttnn.leaky_relu(phases, negative_slope=SLOPE, output_tensor=phases)
        if self.rate == 1:
            return phases
        rows = ttnn.to_layout(phases, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.L1_MEMORY_CONFIG)
        ttnn.deallocate(phases)
        samples, channels = rows.shape[2] * self.rate, rows.shape[3] // self.rate
        rows = ttnn.reshape(rows, (1, 1, samples, channels))
        placed = ttnn.to_layout(rows, ttnn.TILE_LAYOUT, memory_config=shard(self.device, samples, channels))
        ttnn.deallocate(rows)
        return placed


def _least_memory(resblocks):
    """In the order that needs the least L1: the block in the middle runs beside the stage's input and a sum."""
    by_size = sorted(resblocks, key=lambda block: block.convs1[0].weight.shape[2])
    return [*by_size[1:-1], by_size[0], by_size[-1]] if len(by_size) > 2 else by_size


class Generator:
    def __init__(self, parameters, device, stage: Stage):
        self.device = device
        self.conv_pre = Conv1d(parameters.conv_pre, device, stage, activation=leaky_relu(SLOPE))
        self.stages = [
            (
                Upsampling(stage_parameters.up, stage_parameters.rate, device, stage),
                [ResBlock(block, device, stage) for block in _least_memory(stage_parameters.resblocks)],
            )
            for stage_parameters in parameters.stages
        ]
        self.conv_post = Conv1d(parameters.conv_post, device, stage, activation=TANH)

    def __call__(self, z, masks=None, bias=None):
        """`masks` of frames and of every stage (see `masks`), where the recording ends inside the window, else None.

        `bias`: of conv_pre, a voice's (V1)."""
        placement = shard(self.device, z.shape[2], z.shape[3], self.conv_pre.out_channels)
        a = self.conv_pre(ttnn.to_memory_config(z, placement), bias=bias)
        if masks is not None:
            a = ttnn.multiply(a, masks[0], output_tensor=a)
        for i, (up, resblocks) in enumerate(self.stages):
            a = up(a)
            mask = None
            if masks is not None:
                mask = self._placed(masks[i + 1])
                a = ttnn.multiply(a, mask, output_tensor=a)
            slope = LAST_SLOPE if i == len(self.stages) - 1 else SLOPE
            total = None
            for resblock in resblocks:
                last = resblock is resblocks[-1]
                # the last sum activates; a single block has no sum
                x = resblock(a, mask, keep=not last, slope=slope if len(resblocks) == 1 else None)
                if total is None:
                    total = x
                    continue
                total = ttnn.add(total, x, activations=[leaky_relu(slope)] if last else [], output_tensor=total)
                ttnn.deallocate(x)
            a = total
            if mask is not None:
                a = ttnn.multiply(a, mask, output_tensor=a)
                ttnn.deallocate(mask)
        return self.conv_post(a)

    def _placed(self, mask):
        """In tiles a mask is as large as an activation of 32 channels: one at a time in L1, the others as bare rows."""
        return ttnn.to_layout(mask, ttnn.TILE_LAYOUT, memory_config=shard(self.device, mask.shape[2], 1))

    def masks(self, mask):
        """A mask of frames [1, 1, T, 1] -> it and one a stage, each value repeated for the samples that come of it."""
        masks, rate = [mask], 1
        rows = ttnn.to_layout(mask, ttnn.ROW_MAJOR_LAYOUT)
        for up, _ in self.stages:
            rate *= up.rate
            repeated = ttnn.repeat(rows, (1, 1, 1, rate))
            masks.append(ttnn.reshape(repeated, (1, 1, rows.shape[2] * rate, 1)))
        return masks
