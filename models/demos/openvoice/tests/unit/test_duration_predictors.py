# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Both duration predictors: the spline, compared with a bisection of its definition; padding; the draw of noise."""

import pytest
import torch

from models.demos.openvoice.constants import BINS, TAIL_BOUND
from models.demos.openvoice.reference.alignment import sequence_mask
from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.demos.openvoice.reference.stochastic_duration_predictor import (
    SplineCoupling,
    StochasticDurationPredictor,
    inverse_spline,
)
from models.demos.openvoice.tests.unit.test_attention import randn, randomised


def forward_spline(x: float, widths, heights, slopes) -> float:
    """Compute the curve as published (Durkan et al. 2019, equation 4), one number at a time."""
    if not -5 <= x <= 5:
        return x

    def edges(sizes):
        shares = [0.001 + (1 - 0.001 * 10) * share for share in sizes.softmax(0).tolist()]
        return [-5 + 10 * sum(shares[:count]) for count in range(11)]

    xs, ys = edges(widths), edges(heights)
    derivatives = [1.0, *(0.001 + torch.nn.functional.softplus(slopes)).tolist(), 1.0]
    k = max(index for index in range(10) if xs[index] <= x or index == 0)
    slope = (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k])
    t = (x - xs[k]) / (xs[k + 1] - xs[k])
    above = (ys[k + 1] - ys[k]) * (slope * t**2 + derivatives[k] * t * (1 - t))
    below = slope + (derivatives[k + 1] + derivatives[k] - 2 * slope) * t * (1 - t)
    return ys[k] + above / below


def solved(y: float, *curve) -> float:
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if forward_spline(middle, *curve) < y else (low, middle)
    return (low + high) / 2


@pytest.mark.parametrize("scale", [0.1, 1.0, 4.0])
def test_inverse_spline_solves_the_curve(scale):
    count = 40
    y = randn(count) * 3
    curve = [randn(count, size, seed=seed) * scale for seed, size in ((2, BINS), (3, BINS), (4, BINS - 1))]
    result = inverse_spline(y, *curve)
    expected = [solved(float(value), *(part[index] for part in curve)) for index, value in enumerate(y)]
    torch.testing.assert_close(result, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-9)
    single = inverse_spline(y.float(), *(part.float() for part in curve))
    torch.testing.assert_close(single.double(), result, rtol=0, atol=2e-4)


def test_inverse_spline_is_the_identity_outside_and_continuous_at_the_edges():
    y = torch.tensor([-7.0, -TAIL_BOUND, TAIL_BOUND, 9.0], dtype=torch.float64)
    curve = [randn(4, size, seed=size) for size in (BINS, BINS, BINS - 1)]
    torch.testing.assert_close(inverse_spline(y, *curve), y, rtol=0, atol=1e-12)


def test_inverse_spline_rises_through_every_bin():
    y = torch.linspace(-6, 6, 5000, dtype=torch.float64)
    curve = [randn(1, size, seed=size).expand(5000, -1) * 2 for size in (BINS, BINS, BINS - 1)]
    assert (inverse_spline(y, *curve).diff() > 0).all()


@pytest.mark.parametrize("predictor", [DurationPredictor, StochasticDurationPredictor])
def test_padding_changes_no_duration(predictor):
    model = randomised(predictor(8, 4))
    x, g, noise, lengths = randn(3, 8, 11), randn(3, 4, 1, seed=2), randn(3, 2, 11, seed=3), [4, 11, 7]

    def run(rows, length, mask):
        args = (x[rows, :, :length], mask, g[rows])
        return model(*args, noise[rows, :, :length]) if predictor is StochasticDurationPredictor else model(*args)

    result = run(slice(None), 11, sequence_mask(torch.tensor(lengths), max(lengths)).double())
    assert result.shape == (3, 1, 11)
    for row, length in enumerate(lengths):
        alone = run(slice(row, row + 1), length, torch.ones(1, 1, length).double())
        torch.testing.assert_close(result[row : row + 1, :, :length], alone, rtol=0, atol=1e-10)
        assert not result[row, :, length:].any()


def test_stochastic_durations_follow_the_noise():
    model = randomised(StochasticDurationPredictor(8, 4))
    args = randn(1, 8, 6), torch.ones(1, 1, 6).double(), randn(1, 4, 1, seed=2)
    first, again, other = (model(*args, randn(1, 2, 6, seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again) and (first != other).all()


def test_a_coupling_reads_its_curve_from_the_first_channel_and_the_text():
    coupling = randomised(SplineCoupling(8))
    z, text, mask = randn(1, 2, 6), randn(1, 8, 6, seed=2), torch.ones(1, 1, 6).double()
    curve = coupling.projection(coupling.convs(coupling.pre(z[:, :1]) + text, mask))[0].T
    widths, heights, slopes = curve[:, :10] / 8**0.5, curve[:, 10:20] / 8**0.5, curve[:, 20:]
    expected = [solved(float(z[0, 1, i]), widths[i], heights[i], slopes[i]) for i in range(6)]
    result = coupling(z, mask, text)
    assert torch.equal(result[:, :1], z[:, :1])
    torch.testing.assert_close(result[0, 1], torch.tensor(expected, dtype=torch.float64), rtol=0, atol=1e-9)


def test_the_flow_runs_from_its_last_coupling_to_its_affine_layer():
    model = randomised(StochasticDurationPredictor(8, 4))
    x, mask, g, noise = randn(1, 8, 6), torch.ones(1, 1, 6).double(), randn(1, 4, 1, seed=2), randn(1, 2, 6, seed=3)
    text = model.projection(model.convs(model.pre(x) + model.speaker(g), mask))
    z = noise[:, [1, 0]]
    for index in (2, 1, 0):
        z = model.couplings[index](z, mask, text)[:, [1, 0]]
    expected = (z[:, :1] - model.shift[0]) / model.log_scale[0].exp()
    torch.testing.assert_close(model(x, mask, g, noise), expected, rtol=0, atol=1e-10)
