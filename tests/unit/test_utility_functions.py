# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The comparisons, the profiler and the skip marks of models/common/utility_functions.py."""

import math

import numpy as np
import pytest
import torch

import ttnn
from models.common import utility_functions as utilities
from models.common.utility_functions import comp_allclose, comp_pcc, torch_random

NAN, INF = math.nan, math.inf


@pytest.fixture
def noisy():
    """(values, the same values with noise): correlation 1 / sqrt(1 + 0.1**2) = 0.995."""
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(4, 5000, generator=generator)
    return values, values + 0.1 * torch.randn(4, 5000, generator=generator)


# ---- comp_pcc ----


def test_pcc_is_the_correlation_coefficient(noisy):
    passed, value = comp_pcc(*noisy)
    assert passed is True
    assert value == pytest.approx(np.corrcoef(noisy[0].flatten(), noisy[1].flatten())[0, 1], abs=1e-12)


def test_pcc_below_the_bar_fails_and_tells_the_value(noisy):
    passed, value = comp_pcc(*noisy, pcc=0.999)
    assert passed is False
    assert value == pytest.approx(1 / math.sqrt(1.01), abs=1e-3)


def test_pcc_does_not_see_scale_but_sees_sign(noisy):
    values, _ = noisy
    assert comp_pcc(values, 3 * values + 1) == (True, pytest.approx(1.0))
    assert comp_pcc(values, -values) == (False, pytest.approx(-1.0))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.int32, torch.bool])
def test_pcc_takes_other_dtypes(dtype):
    values = torch.tensor([0, 1, 0, 1, 1, 0, 1, 1]).to(dtype)
    assert comp_pcc(values, values.float()) == (True, 1.0)
    assert comp_pcc(values, 1 - values.float())[0] is False


def test_pcc_ignores_layout_but_not_the_number_of_values(noisy, expect_error):
    values, _ = noisy
    assert comp_pcc(values, values.reshape(1, 2, 2, 5000)) == (True, 1.0)
    with expect_error(ValueError, r"\[4, 5000\] and \[4, 4999\] differ in the number of values"):
        comp_pcc(values, values[:, 1:])


@pytest.mark.parametrize(
    "golden, calculated, passes",
    [
        ([NAN, NAN], [NAN, NAN], True),
        ([1.0, 2.0], [NAN, NAN], False),
        ([1.0, NAN, 2.0, 4.0], [1.0, NAN, 2.0, 4.0], True),
        ([1.0, NAN, 2.0, 4.0], [1.0, 0.0, 2.0, 4.0], False),
        ([1.0, INF, 2.0, 4.0], [1.0, INF, 2.0, 4.0], True),
        ([1.0, INF, 2.0, 4.0], [1.0, -INF, 2.0, 4.0], False),
        ([1.0, INF, 2.0, 4.0], [4.0, INF, 2.0, 1.0], False),
    ],
)
def test_pcc_of_non_finite_values(golden, calculated, passes):
    assert comp_pcc(golden, calculated)[0] is passes


def test_one_nan_among_many_good_values_fails(noisy):
    values, _ = noisy
    broken = values.clone()
    broken[2, 17] = NAN
    assert comp_pcc(values, broken) == (False, 0.0)


@pytest.mark.parametrize(
    "golden, calculated, passes",
    [
        ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0], True),
        ([0.1, 0.1, 0.1], torch.full((3,), 0.1, dtype=torch.bfloat16), True),
        ([2.0, 2.0, 2.0], [3.0, 3.0, 3.0], False),
        ([2.0, 2.0, 2.0], [1.0, 2.0, 3.0], False),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], True),
        ([0.0, 0.0, 0.0], [0.0, 1e-9, 0.0], False),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], False),
        ([5.0], [5.0], True),
        ([5.0], [6.0], False),
    ],
)
def test_constant_tensors_are_compared_by_value(golden, calculated, passes):
    assert comp_pcc(golden, calculated) == (passes, float(passes))


# ---- comp_allclose ----


def test_allclose_reports_the_largest_errors():
    passed, message = comp_allclose(torch.tensor([1.0, 2.0, 8.0]), torch.tensor([1.0, 2.5, 8.0]), rtol=0, atol=0.5)
    assert passed is True
    assert message == "Max ATOL Delta: 0.5, Max RTOL Delta: 0.2"


def test_allclose_fails_beyond_its_tolerance():
    golden, calculated = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.1])
    assert comp_allclose(golden, calculated)[0] is False
    assert comp_allclose(golden, calculated, rtol=0.06)[0] is True


def test_allclose_takes_equal_nan_for_close():
    assert comp_allclose(torch.tensor([NAN, 1.0]), torch.tensor([NAN, 1.0]))[0] is True
    assert comp_allclose(torch.tensor([NAN, 1.0]), torch.tensor([0.0, 1.0]))[0] is False


# ---- torch_random ----


def test_random_floats_fill_their_range_and_follow_the_seed():
    torch.manual_seed(0)
    values = torch_random((100, 100), -2, 3, torch.float32)
    assert values.dtype == torch.float32 and values.shape == (100, 100)
    assert -2 <= values.min() < -1.9 and 2.9 < values.max() <= 3
    torch.manual_seed(0)
    assert torch.equal(values, torch_random((100, 100), -2, 3, torch.float32))


def test_random_integers_are_whole_and_below_the_upper_end():
    values = torch_random((1000,), -2, 3, torch.int32)
    assert values.dtype == torch.int32
    assert set(values.tolist()) == {-2, -1, 0, 1, 2}


# ---- profiler ----


@pytest.fixture
def clock(monkeypatch):
    """A profiler whose clock shows what the test says."""
    times = []
    monkeypatch.setattr(utilities.time, "perf_counter", lambda: times.pop(0))
    return utilities.Profiler(), times


def test_profiler_averages_the_runs_of_a_key(clock):
    profiler, times = clock
    times += [0.0, 2.0, 10.0, 14.0]
    for _ in range(2):
        profiler.start("run")
        profiler.end("run")
    assert profiler.get("run") == 3.0


def test_profiler_divides_a_run_by_its_iterations(clock):
    profiler, times = clock
    times += [0.0, 8.0]
    profiler.start("run")
    profiler.end("run", PERF_CNT=4)
    assert profiler.get("run") == 2.0


def test_profiler_knows_nothing_of_keys_without_a_pair(clock):
    profiler, times = clock
    times += [0.0]
    profiler.start("started")
    profiler.end("never started")
    assert profiler.get("started") == profiler.get("never started") == 0


def test_disabled_profiler_records_only_what_is_forced(clock):
    profiler, times = clock
    times += [0.0, 5.0]
    profiler.disable()
    profiler.start("run")
    profiler.end("run")
    profiler.start("forced", force_enable=True)
    profiler.end("forced", force_enable=True)
    assert (profiler.get("run"), profiler.get("forced")) == (0, 5.0)
    profiler.clear()
    assert profiler.get("forced") == 0 and not profiler.disabled


# ---- skip marks ----


@pytest.mark.parametrize(
    "mark, skipped_on",
    [
        (utilities.run_for_wormhole_b0, "blackhole"),
        (utilities.run_for_blackhole, "wormhole_b0"),
        (utilities.skip_for_wormhole_b0, "wormhole_b0"),
        (utilities.skip_for_blackhole, "blackhole"),
    ],
)
@pytest.mark.parametrize("arch", ["wormhole_b0", "blackhole"])
def test_architecture_marks(monkeypatch, mark, skipped_on, arch):
    monkeypatch.setattr(ttnn, "get_arch_name", lambda: arch)
    skipif = mark("because").mark
    assert skipif.args == (arch == skipped_on,)
    assert skipif.kwargs["reason"].endswith("because")


@pytest.mark.parametrize("value, skips", [("1", True), ("0", False), (None, False)])
def test_slow_dispatch_mark(monkeypatch, value, skips):
    if value is None:
        monkeypatch.delenv("TT_METAL_SLOW_DISPATCH_MODE", raising=False)
    else:
        monkeypatch.setenv("TT_METAL_SLOW_DISPATCH_MODE", value)
    assert utilities.skip_for_slow_dispatch().mark.args == (skips,)
