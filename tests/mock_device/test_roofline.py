# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The roofline against arithmetic by hand. No number here was measured on a card."""

from types import SimpleNamespace

import pytest

from mock_device.roofline import estimate

LAUNCH = 1.6e-6


def operation(flops=0, fidelity=None, dram_bytes=0, l1_bytes=0):
    return SimpleNamespace(name="any", flops=flops, fidelity=fidelity, dram_bytes=dram_bytes, l1_bytes=l1_bytes)


@pytest.mark.parametrize("fidelity, phases", [("LoFi", 1), ("HiFi2", 2), ("HiFi3", 3), ("HiFi4", 4), (None, 4)])
def test_matrix_rate_of_each_fidelity(fidelity, phases):
    assert estimate([operation(flops=10**9, fidelity=fidelity)], "n150").seconds == pytest.approx(
        10**9 * phases / (64 * 1.0e9 * 4096) + LAUNCH
    )


@pytest.mark.parametrize(
    "card, work, bound, seconds",
    [
        ("n150", {"dram_bytes": 288_000_000}, "dram", 1e-3),
        ("p150", {"dram_bytes": 512_000_000}, "dram", 1e-3),
        ("n150", {"l1_bytes": 64 * 144 * 1000_000}, "l1", 1e-3),
        ("p150", {"flops": 110 * 4096 * 1_350_000, "fidelity": "LoFi"}, "matrix", 1e-3),
        ("n150", {}, "launch", 0),
    ],
)
def test_the_slowest_resource_bounds_an_operation(card, work, bound, seconds):
    result = estimate([operation(**work)], card)
    assert result.operations[0].bound == bound
    assert result.seconds == pytest.approx(seconds + LAUNCH)


def test_operations_add_up_by_what_bounds_them():
    result = estimate([operation(dram_bytes=288_000_000), operation(), operation()], "n150")
    assert result.seconds_by_bound() == pytest.approx({"dram": 1e-3 + LAUNCH, "launch": 2 * LAUNCH})
    assert result.to_json()["estimated_seconds"] == pytest.approx(1e-3 + 3 * LAUNCH)


def test_it_says_that_it_is_an_estimate():
    result = estimate([operation()], "n150")
    assert str(result) == "1.6 us on n150 (estimate, not measured; launch-bound 1.6)"
    assert result.to_json()["kind"] == "estimate, not measured"


def test_an_unknown_card_is_named(expect_error):
    with expect_error(ValueError, "no peak rates for card 'h100': choose one of n150, p150"):
        estimate([], "h100")
