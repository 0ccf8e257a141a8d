# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-in for tt-metal's module of this name: comparisons, the wall-clock profiler and the skip marks that tests use.

Names, signatures and results are tt-metal's, so that a model folder meets the real helpers when it is dropped into
tt-metal. comp_pcc is stricter in two places where a correlation says nothing, see there: what passes here passes there.
"""

import os
import time

import pytest
import torch
from loguru import logger

import ttnn

# Constant tensors have no correlation, their values are compared instead. Two steps of bfloat16 (8 significant bits).
CONSTANT_RTOL = 2**-7


# ---- comparisons ----


def _as_float64(values):
    return torch.as_tensor(values).detach().to(torch.float64)


def _same_non_finite(golden, calculated):
    """Whether NaN, +inf and -inf stand at the same places of both."""
    return all(torch.equal(test(golden), test(calculated)) for test in (torch.isnan, torch.isposinf, torch.isneginf))


def comp_pcc(golden, calculated, pcc=0.99):
    """(passed, value): Pearson correlation of the flattened values against the bar.

    A value that is finite on one side only fails, and constant tensors pass only when their values agree; tt-metal's
    version counts a non-finite value as zero and any constant tensor as a pass.
    """
    golden, calculated = _as_float64(golden), _as_float64(calculated)
    if golden.numel() != calculated.numel():
        raise ValueError(f"comp_pcc: {list(golden.shape)} and {list(calculated.shape)} differ in the number of values")
    golden, calculated = golden.flatten(), calculated.flatten()

    if not _same_non_finite(golden, calculated):
        logger.error("NaN or infinity in one tensor where the other has none")
        return False, 0.0
    finite = torch.isfinite(golden)
    golden, calculated = golden[finite], calculated[finite]
    if torch.equal(golden, calculated):
        return True, 1.0

    golden_deviation, calculated_deviation = golden - golden.mean(), calculated - calculated.mean()
    norm = golden_deviation.norm() * calculated_deviation.norm()
    if norm == 0:
        agree = torch.allclose(calculated, golden, rtol=CONSTANT_RTOL, atol=0.0)
        return agree, float(agree)
    value = float(golden_deviation @ calculated_deviation / norm)
    return value >= pcc, value


def comp_allclose(golden, calculated, rtol=1e-05, atol=1e-08):
    """(passed, message): torch.allclose with NaN equal to NaN; the message gives the largest errors."""
    golden, calculated = _as_float64(golden), _as_float64(calculated)
    delta = (golden - calculated).abs()
    largest, largest_relative = (
        float(values.max()) if values.numel() else 0.0 for values in (delta, delta / calculated.abs())
    )
    return (
        torch.allclose(golden, calculated, rtol=rtol, atol=atol, equal_nan=True),
        f"Max ATOL Delta: {largest}, Max RTOL Delta: {largest_relative}",
    )


def torch_random(shape, low, high, dtype):
    """Uniform values in [low, high); integers for an integer dtype. Seeded by torch.manual_seed."""
    if dtype in (torch.int64, torch.int32, torch.int16, torch.int8):
        return torch.randint(low, high, shape, dtype=dtype)
    return torch.zeros(shape, dtype=dtype).uniform_(low, high)


# ---- wall-clock time ----


class Profiler:
    """Named stop watches; get() answers the mean of all start/end pairs of a key in seconds, 0 for an unknown key."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.start_times = {}
        self.times = {}
        self.disabled = False

    def enable(self):
        self.disabled = False

    def disable(self):
        self.disabled = True

    def start(self, key, force_enable=False):
        if force_enable or not self.disabled:
            self.start_times[key] = time.perf_counter()

    def end(self, key, PERF_CNT=1, force_enable=False):
        if key in self.start_times and (force_enable or not self.disabled):
            self.times.setdefault(key, []).append((time.perf_counter() - self.start_times[key]) / PERF_CNT)

    def get(self, key):
        times = self.times.get(key)
        return sum(times) / len(times) if times else 0


profiler = Profiler()


# ---- which machine ----


def is_wormhole_b0():
    return "wormhole_b0" in ttnn.get_arch_name()


def is_blackhole():
    return "blackhole" in ttnn.get_arch_name()


def is_slow_dispatch():
    return os.environ.get("TT_METAL_SLOW_DISPATCH_MODE") == "1"


def _skip_if(condition, reason):
    return pytest.mark.skipif(condition, reason=f"Skipping unsupported case: {reason}")


def run_for_wormhole_b0(reason_str="only runs for Wormhole B0"):
    return _skip_if(not is_wormhole_b0(), reason_str)


def run_for_blackhole(reason_str="only runs for Blackhole"):
    return _skip_if(not is_blackhole(), reason_str)


def skip_for_wormhole_b0(reason_str="not a wormhole test"):
    return _skip_if(is_wormhole_b0(), reason_str)


def skip_for_blackhole(reason_str="not a blackhole test"):
    return _skip_if(is_blackhole(), reason_str)


def skip_for_slow_dispatch(reason_str="not working for slow dispatch"):
    return _skip_if(is_slow_dispatch(), reason_str)
