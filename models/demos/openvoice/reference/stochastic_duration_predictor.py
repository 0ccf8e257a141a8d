# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The stochastic duration predictor of MeloTTS and of Piper: text encoding and noise -> log durations.

It is a normalizing flow over two channels, the log duration and a helper, run from noise to durations. In each coupling
one channel, with the text, decides a monotonic curve of ten rational-quadratic pieces; the inverse of the curve is
applied to the other channel.
"""

from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.demos.openvoice.constants import BINS, EDGE_SLOPE, MIN_BIN, MIN_SLOPE, TAIL_BOUND
from models.tt_audio.reference.layer_norm import LayerNorm

# Constants of upstream's code that the device's twin reads off the weights.
KERNEL_SIZE = 3
DILATED_LAYERS = 3
N_COUPLINGS = 3  # of the four that were trained: the first one's output is the helper channel, which inference drops


class DilatedSeparableConv(nn.Module):
    """Residual layers, each a depthwise dilated and a pointwise convolution, [B, C, N] -> [B, C, N]."""

    def __init__(self, channels: int):
        super().__init__()
        self.depthwise = nn.ModuleList(
            nn.Conv1d(
                channels,
                channels,
                KERNEL_SIZE,
                groups=channels,
                dilation=KERNEL_SIZE**layer,
                padding=KERNEL_SIZE**layer,
            )
            for layer in range(DILATED_LAYERS)
        )
        self.depthwise_norm = nn.ModuleList(LayerNorm(channels) for _ in range(DILATED_LAYERS))
        self.pointwise = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in range(DILATED_LAYERS))
        self.pointwise_norm = nn.ModuleList(LayerNorm(channels) for _ in range(DILATED_LAYERS))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the result [B, C, N] for x [B, C, N], zero where the mask [B, 1, N] is 0."""
        for depthwise, norm_1, pointwise, norm_2 in zip(
            self.depthwise, self.depthwise_norm, self.pointwise, self.pointwise_norm, strict=True
        ):
            y = F.gelu(norm_1(depthwise(x * mask)))
            x = x + F.gelu(norm_2(pointwise(y)))
        return x * mask


def _knots(shares: Tensor) -> Tensor:
    """Return the BINS + 1 bin edges from -TAIL_BOUND to TAIL_BOUND of unnormalised bin sizes [..., BINS]."""
    shares = MIN_BIN + (1 - MIN_BIN * BINS) * shares.softmax(-1)
    inner = 2 * TAIL_BOUND * shares.cumsum(-1)[..., :-1] - TAIL_BOUND
    return F.pad(F.pad(inner, (1, 0), value=-TAIL_BOUND), (0, 1), value=TAIL_BOUND)


def inverse_spline(y: Tensor, widths: Tensor, heights: Tensor, slopes: Tensor) -> Tensor:
    """Return the x at which a monotonic rational-quadratic curve has the value y, element by element.

    widths, heights [..., BINS] and slopes [..., BINS - 1] (at the inner bin edges) are unnormalised. With t the
    position inside the bin (0 at its left edge, 1 at its right), h its height, s its mean slope and d0, d1 the slopes
    at its edges, the curve is y = bottom + h (s t^2 + d0 t (1 - t)) / (s + (d0 + d1 - 2 s) t (1 - t)). Solved for t
    this is a quadratic, a t^2 + b t + c = 0.
    """
    x_knots, y_knots = _knots(widths), _knots(heights)
    slopes = MIN_SLOPE + F.softplus(F.pad(slopes, (1, 1), value=EDGE_SLOPE))

    inside = y.abs() <= TAIL_BOUND
    target = y.clamp(-TAIL_BOUND, TAIL_BOUND).unsqueeze(-1)
    bin_index = (target >= y_knots[..., 1:-1]).sum(-1, keepdim=True)

    def pick(knots: Tensor) -> tuple[Tensor, Tensor]:
        """Return the values at the left and at the right edge of each element's bin."""
        return knots.gather(-1, bin_index).squeeze(-1), knots.gather(-1, bin_index + 1).squeeze(-1)

    (left, right), (bottom, top), (d0, d1) = pick(x_knots), pick(y_knots), pick(slopes)
    width, height = right - left, top - bottom
    s = height / width
    rise = target.squeeze(-1) - bottom
    bend = d0 + d1 - 2 * s
    a = rise * bend + height * (s - d0)
    b = height * d0 - rise * bend
    c = -s * rise
    # A monotonic curve has a real root; at a bin's edge rounding may leave the discriminant just below zero.
    discriminant = (b.square() - 4 * a * c).clamp_min(0)
    t = 2 * c / (-b - discriminant.sqrt())
    return torch.where(inside, t * width + left, y)


class SplineCoupling(nn.Module):
    """One step of the flow, from noise towards durations: the first channel decides the curve for the second."""

    def __init__(self, channels: int):
        super().__init__()
        self.scale = 1 / sqrt(channels)
        self.pre = nn.Conv1d(1, channels, 1)
        self.convs = DilatedSeparableConv(channels)
        self.projection = nn.Conv1d(channels, 3 * BINS - 1, 1)

    def forward(self, z: Tensor, mask: Tensor, text: Tensor) -> Tensor:
        """Map z [B, 2, N] with the text [B, C, N] -> [B, 2, N]; mask [B, 1, N]."""
        fixed, moved = z.chunk(2, 1)
        curve = self.projection(self.convs(self.pre(fixed) + text, mask)) * mask
        widths, heights, slopes = curve.transpose(1, 2).unsqueeze(1).split([BINS, BINS, BINS - 1], -1)
        moved = inverse_spline(moved, widths * self.scale, heights * self.scale, slopes)
        return torch.cat([fixed, moved], 1) * mask


class StochasticDurationPredictor(nn.Module):
    """Text network, spline couplings and an affine layer."""

    def __init__(self, channels: int, gin_channels: int):
        super().__init__()
        self.pre = nn.Conv1d(channels, channels, 1)
        self.speaker = nn.Conv1d(gin_channels, channels, 1) if gin_channels else None
        self.convs = DilatedSeparableConv(channels)
        self.projection = nn.Conv1d(channels, channels, 1)
        self.couplings = nn.ModuleList(SplineCoupling(channels) for _ in range(N_COUPLINGS))
        self.shift = nn.Parameter(torch.zeros(2, 1))
        self.log_scale = nn.Parameter(torch.zeros(2, 1))

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None, noise: Tensor) -> Tensor:
        """Return log durations [B, 1, N] of text x [B, C, N]; mask [B, 1, N], noise [B, 2, N].

        `g`: speaker [B, G, 1], or None for a model without speakers.
        """
        text = self.pre(x)
        if self.speaker is not None:
            text = text + self.speaker(g)
        text = self.projection(self.convs(text, mask)) * mask
        z = noise
        for coupling in reversed(self.couplings):
            z = coupling(z.flip(1), mask, text)
        z = (z.flip(1) - self.shift) * torch.exp(-self.log_scale) * mask
        return z[:, :1]
