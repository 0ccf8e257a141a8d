# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stochastic duration predictor on the device: mirrors reference/stochastic_duration_predictor.py.

Text encoding [1, 1, batch * N, C] and two columns of noise [1, 1, batch * N, 1] -> logarithms of the frames per phone
[1, 1, batch * N, 1]. Rows after a sentence's end hold anything. The flow has two channels, each a tensor of its own:
reversing their order between two couplings swaps two Python names and takes no program. The depthwise convolutions run
as dense ones with diagonal weights (parameters/stochastic_duration_predictor.py).
"""

from collections.abc import Sequence

import ttnn
from models.demos.openvoice.constants import BINS, MIN_BIN, MIN_SLOPE, TAIL_BOUND
from models.tt_audio.tt.activations import EXACT_GELU, RECIPROCAL, RELU, SOFTPLUS, SQRT, SQUARE, add, clamp_to, multiply
from models.tt_audio.tt.conv import Conv1d
from models.tt_audio.tt.linear import Linear
from models.tt_audio.tt.normalization import PreciseLayerNorm
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.sharding import TILE, shard
from models.tt_audio.tt.tensors import add_by_item
from ttnn.model_preprocessing import ParameterDict

ADD_ONE = add(1.0)
DOUBLE = multiply(2.0)
TO_UNIT_RANGE = clamp_to(1.0)
# Turn the softmax of a bin into its size (all sizes add up to 2 * TAIL_BOUND) minus 1, the size of equal bins.
SHARE_TO_EXCESS = [
    multiply(2 * TAIL_BOUND * (1 - BINS * MIN_BIN)),
    add(2 * TAIL_BOUND * MIN_BIN - 1),
]


class DilatedSeparableConv:
    """Residual layers of a depthwise dilated and a pointwise convolution.

    A layer takes nine programs, and one for the mask.
    """

    def __init__(self, parameters: list[ParameterDict], device: ttnn.MeshDevice, stage: Stage):
        self.layers = [
            (
                Conv1d(layer.depthwise, device, stage, dilation=layer.dilation),
                PreciseLayerNorm(layer.depthwise_norm, device, stage),
                Conv1d(layer.pointwise, device, stage),
                PreciseLayerNorm(layer.pointwise_norm, device, stage),
            )
            for layer in parameters
        ]

    def __call__(self, x: ttnn.Tensor, mask: ttnn.Tensor, batch: int) -> ttnn.Tensor:
        """Overwrite x [1, 1, batch * N, C], which is sharded, with the masked result and return it.

        `mask`: [1, 1, batch * N, 1]. The layers work in place, because the L1 has no space for a second result of a
        whole batch.
        """
        ttnn.multiply(x, mask, output_tensor=x)
        for depthwise, norm_1, pointwise, norm_2 in self.layers:
            y = norm_1(depthwise(x, batch))
            y = norm_2(pointwise(ttnn.gelu(y, output_tensor=y), batch))
            ttnn.add(x, y, input_tensor_b_activations=[EXACT_GELU], output_tensor=x)
            ttnn.multiply(x, mask, output_tensor=x)
        return x


class InverseSpline:
    """Inverse of a monotonic spline, as reference/stochastic_duration_predictor.inverse_spline, without choosing a bin.

    Every bin is computed, one in each column. Let r be the part of the bin's height that is below y, clamped to 0 .. 1:
    r = 1 for the bins below y, r = 0 for those above it, and 0 .. 1 for the bin that contains y. Then

        x = y + sum over bins of h r (2 / (u + sqrt(u^2 + 4 s r (s - u))) - 1),    u = d0 (1 - r) + (2 s - d1) r

    in the reference's names. The sum is x - y. It is 0 below the first bin and above the last one, where the curve is
    the identity. The matrix unit truncates each term by a fraction of its size; the terms are small, so the error is
    small, too. For the same reason bins are stored as their size minus 1, the size of equal bins, and exponentials as
    e^x - 1.
    """

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.totals = Linear(parameters.totals, device, stage)
        self.bottoms = Linear(parameters.bottoms, device, stage)
        self.sum = Linear(parameters.sum, device, stage, whole_grid=False)

    def __call__(
        self, y: ttnn.Tensor, sizes: ttnn.Tensor, slopes: ttnn.Tensor, after: Sequence[ttnn.UnaryWithParam] = ()
    ) -> ttnn.Tensor:
        """Return x [1, 1, rows, 1] for y [1, 1, rows, 1], with the activations `after` applied to it.

        `sizes` and `slopes` [1, 1, rows, 2 * TILE] are unnormalised, one column for each bin:

            column    0 .. BINS - 1           TILE .. TILE + BINS - 1       others
            sizes     widths                  heights                       0
            slopes    at the left edges       at the right edges            0
        """
        powers = ttnn.expm1(sizes)
        excess = ttnn.divide(
            powers,
            self.totals(powers, ttnn.L1_MEMORY_CONFIG),
            input_tensor_a_activations=[ADD_ONE],
            activations=SHARE_TO_EXCESS,
        )
        wider, higher = ttnn.split(excess, TILE, 3)  # 1 + wider, 1 + higher: a bin's width and height, h
        d0, d1 = ttnn.split(ttnn.add(slopes, MIN_SLOPE, input_tensor_a_activations=[SOFTPLUS]), TILE, 3)
        s = ttnn.divide(higher, wider, input_tensor_a_activations=[ADD_ONE], input_tensor_b_activations=[ADD_ONE])
        rise = ttnn.subtract(y, self.bottoms(excess, ttnn.L1_MEMORY_CONFIG))
        r = ttnn.divide(rise, higher, input_tensor_b_activations=[ADD_ONE], activations=[TO_UNIT_RANGE])
        u = ttnn.lerp(d0, ttnn.subtract(s, d1, input_tensor_a_activations=[DOUBLE]), r)
        bend = ttnn.multiply(ttnn.multiply(s, r), ttnn.subtract(s, u), activations=[DOUBLE, DOUBLE])
        root = ttnn.add(u, bend, input_tensor_a_activations=[SQUARE], activations=[RELU, SQRT])
        gain = ttnn.add(u, root, activations=[RECIPROCAL, DOUBLE, add(-1.0)])
        height = ttnn.multiply(r, higher, input_tensor_b_activations=[ADD_ONE])
        distance = self.sum(ttnn.multiply(height, gain), ttnn.L1_MEMORY_CONFIG)
        return ttnn.add(y, distance, activations=list(after))


class SplineCoupling:
    """Coupling that transforms one channel by a spline, whose shape depends on the other channel and the text."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage, spline: InverseSpline):
        self.spline = spline
        self.pre_weight = ttnn.to_device(parameters.pre.weight, device)
        self.pre_bias = ttnn.to_device(parameters.pre.bias, device)
        self.convs = DilatedSeparableConv(parameters.convs, device, stage)
        self.sizes = Linear(parameters.sizes, device, stage)
        self.slopes = Linear(parameters.slopes, device, stage)

    def __call__(
        self,
        fixed: ttnn.Tensor,
        moved: ttnn.Tensor,
        text: ttnn.Tensor,
        mask: ttnn.Tensor,
        batch: int,
        after: Sequence[ttnn.UnaryWithParam] = (),
    ) -> ttnn.Tensor:
        """Return the transformed channel `moved` [1, 1, rows, 1], with the activations `after` applied to it.

        `fixed` [1, 1, rows, 1] is the other channel, which does not change; `text` [1, 1, rows, C]; `mask` [1, 1, rows,
        1]; rows = batch * N.
        """
        h = ttnn.addcmul(ttnn.add(text, self.pre_bias), fixed, self.pre_weight)
        h = self.convs(h, mask, batch)
        sizes, slopes = self.sizes(h, ttnn.L1_MEMORY_CONFIG), self.slopes(h, ttnn.L1_MEMORY_CONFIG)
        return self.spline(moved, sizes, slopes, after)


class StochasticDurationPredictor:
    """Normalizing flow from noise to log durations, conditioned on the text encoding."""

    def __init__(self, parameters: ParameterDict, device: ttnn.MeshDevice, stage: Stage):
        self.device = device
        self.pre = Conv1d(parameters.pre, device, stage)
        self.convs = DilatedSeparableConv(parameters.convs, device, stage)
        self.projection = Conv1d(parameters.projection, device, stage)
        spline = InverseSpline(parameters.spline, device, stage)
        self.couplings = [SplineCoupling(coupling, device, stage, spline) for coupling in parameters.couplings]
        self.after = [add(-parameters.shift), multiply(parameters.scale)]

    def __call__(
        self, x: ttnn.Tensor, mask: ttnn.Tensor, bias: ttnn.Tensor, noise: Sequence[ttnn.Tensor], batch: int = 1
    ) -> ttnn.Tensor:
        """Return log durations [1, 1, batch * N, 1] for the text encoding x [1, 1, batch * N, C].

        `mask`: [1, 1, batch * N, 1]; `bias`: a speaker's [1, 1, 1, C] or [batch, 1, 1, C]; `noise`: scaled columns
        [1, 1, batch * N, 1], first that of the log durations, then that of the helper channel.
        """
        x = ttnn.to_memory_config(x, shard(self.device, x.shape[2], x.shape[3]))
        text = add_by_item(self.pre(x, batch), bias, batch)
        text = self.projection(self.convs(text, mask, batch), batch)
        log_durations, helper = noise
        for coupling in self.couplings[:0:-1]:
            log_durations, helper = helper, coupling(helper, log_durations, text, mask, batch)
        return self.couplings[0](helper, log_durations, text, mask, batch, self.after)
