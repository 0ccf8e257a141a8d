# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""HiFi-GAN on the device: mirrors ../reference/hifigan.py.

z [1, 1, T, C] -> waveform [1, 1, T * rate / phases, phases]. A residual chain keeps a = leaky_relu(x), not x. One
program computes the next a: add(a, t) with the inverse, leaky_relu(1 / slope), on a and leaky_relu(slope) on the sum.
All tensors between the upsampling of one stage and that of the next stay sharded in L1; a stage has one sharding.

A row holds one sample. Only the last stage of MeloTTS holds two, called phases, from the upsampling to the waveform,
because its samples have sixteen channels, half a tile (../parameters/hifigan.phased):

    channels of row q    0 .. 15         16 .. 31
    hold                 sample 2 q      sample 2 q + 1
"""

from collections.abc import Sequence

import ttnn
from ttnn.model_preprocessing import ParameterDict

from ..hifigan_config import LAST_SLOPE, SLOPE
from .activations import TANH, leaky_relu
from .conv import Conv1d
from .precision import Stage
from .sharding import shard


class ResBlock:
    """Residual block: chains of one or two convolutions, each chain with a residual."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        def conv(layer: ParameterDict, activation: ttnn.UnaryWithParam | None = None) -> Conv1d:
            return Conv1d(layer, device, stage, layer.dilation, activation=activation)

        # all convolutions of a chain but the last, which activate their result, and the last
        self.chains = [
            ([conv(layer, leaky_relu(SLOPE)) for layer in others], conv(last)) for *others, last in parameters.chains
        ]

    def __call__(
        self, a: ttnn.Tensor, mask: ttnn.Tensor | None = None, keep: bool = False, slope: float | None = None
    ) -> ttnn.Tensor:
        """Return the block's result [1, 1, T, C] for a = leaky_relu(x) [1, 1, T, C], and free a unless `keep`.

        `mask`: [1, 1, T, 1]; `slope`: of a leaky_relu applied to the result; None: not activated.
        """
        for i, (others, conv) in enumerate(self.chains):
            last = i == len(self.chains) - 1
            following_slope = slope if last else SLOPE
            h = a
            for activated in others:
                h = activated(h, consume=h is not a)
                if mask is not None:
                    h = ttnn.multiply(h, mask, output_tensor=h)
            t = conv(h, consume=h is not a)
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
    """Transposed convolution as a polyphase convolution, whose output rows are split into `rate` rows each."""

    def __init__(self, parameters: ParameterDict, rate: int, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.rate = rate
        self.pointwise = parameters.weight.shape[2] == 1  # runs as a matmul, which cannot fuse leaky_relu
        self.conv = Conv1d(parameters, device, stage, activation=None if self.pointwise else leaky_relu(SLOPE))

    def __call__(self, a: ttnn.Tensor) -> ttnn.Tensor:
        """Return leaky_relu of the upsampled a: [1, 1, T, C] -> [1, 1, T * rate, C'], sharded in L1. Free a."""
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


def _least_memory(resblocks: list[ParameterDict]) -> list[ParameterDict]:
    """Return the parameters of a stage's residual blocks in the order that needs the least L1.

    Of three blocks the second one gets the smallest kernel, because only there both the stage's input and the sum of
    results are in L1 from start to end.
    """
    by_size = sorted(resblocks, key=lambda block: block.chains[0][0].weight.shape[2])
    return [*by_size[1:-1], by_size[0], by_size[-1]] if len(by_size) > 2 else by_size


class Generator:
    """HiFi-GAN generator: convolution, stages of an upsampling and residual blocks, convolution, tanh."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
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

    def __call__(
        self, z: ttnn.Tensor, masks: Sequence[ttnn.Tensor] | None = None, bias: ttnn.Tensor | None = None
    ) -> ttnn.Tensor:
        """Return the waveform [1, 1, T * rate / phases, phases] of z [1, 1, T, C].

        `masks`: the result of `Generator.masks` if the recording ends inside the window, else None.
        `bias`: a voice's for conv_pre (V1), [1, 1, 1, channels]; None: that of the parameters.
        """
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
                # the last addition applies leaky_relu; a single block has no addition and applies it itself
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

    def _placed(self, mask: ttnn.Tensor) -> ttnn.Tensor:
        """Return a row-major mask [1, 1, T, 1] in tiles, sharded in L1.

        Only the running stage has its mask in tiles, because there it is as large as an activation of 32 channels.
        """
        return ttnn.to_layout(mask, ttnn.TILE_LAYOUT, memory_config=shard(self.device, mask.shape[2], 1))

    def masks(self, mask: ttnn.Tensor) -> list[ttnn.Tensor]:
        """Return the mask of frames [1, 1, T, 1] and for each stage a row-major mask [1, 1, T', 1] of its T' rows.

        The value of a frame is repeated for all rows that the stage makes of it.
        """
        masks, rate = [mask], 1
        rows = ttnn.to_layout(mask, ttnn.ROW_MAJOR_LAYOUT)
        for up, _ in self.stages:
            rate *= up.rate
            repeated = ttnn.repeat(rows, (1, 1, 1, rate))
            masks.append(ttnn.reshape(repeated, (1, 1, rows.shape[2] * rate, 1)))
        return masks
