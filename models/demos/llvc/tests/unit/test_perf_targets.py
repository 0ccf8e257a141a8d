# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Performance tests without a card: the table of targets, and the streams' case on a CPU with a small network."""

import csv

import pytest

from models.demos.llvc.pipeline import Llvc
from models.demos.llvc.synthetic import SHALLOW, make_checkpoint
from models.demos.llvc.tests.perf import test_e2e_perf_llvc as e2e
from models.demos.llvc.tests.perf.stages import STAGES, TARGETS
from models.tt_audio.testing import targets
from models.tt_audio.testing.gates import identify

TABLE = targets.load(TARGETS)


def test_the_table_has_the_bars_of_the_bounty_and_our_own():
    limits = {(limit.metric, limit.level): limit.value for limit in TABLE.limits}
    assert limits == {
        **{("stream_rtf", "bounty"): 0.3, ("stream_rtf", "stretch"): 0.1},
        **{("latency_seconds", "bounty"): 0.1, ("latency_seconds", "stretch"): 0.05, ("latency_seconds", "own"): 0.02},
        **{("tokens_per_second", "bounty"): 50, ("tokens_per_second", "stretch"): 100},
        **{("streams", "stretch"): 10, ("streams", "own"): 32, ("compile_seconds", "own"): 300},
    }


@pytest.mark.parametrize("card", ["n150", "p150"])
def test_every_stage_has_a_kernel_time(card):
    for stage in STAGES:
        TABLE.kernel_time(stage, card)
    assert {row.stage for row in TABLE.kernel_times} == set(STAGES)
    assert len({identify(stage) for stage in STAGES}) == len(STAGES)


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(e2e, "card_name", lambda: "n150")
    return Llvc.load(make_checkpoint(tmp_path, SHALLOW))


def test_streams_leave_their_report(model, tmp_path):
    e2e.measure(model, 2, targets.scaled(TABLE, 1e6))
    (path,) = tmp_path.glob("perf_llvc_factor_1_streams_2_n150_*.csv")
    with open(path) as file:
        header, values = csv.reader(file, skipinitialspace=True)
    row = dict(zip(header, values, strict=True))
    assert (row["Model"], row["Batch"]) == ("llvc_factor_1_streams_2", "2")


def test_streams_that_are_too_slow_are_named(model, expect_error):
    with expect_error(
        AssertionError, r"^llvc_factor_1_streams_1 on n150: stream_rtf is [\d.e-]+, expected below 3e-10"
    ):
        e2e.measure(model, 1, targets.scaled(TABLE, 1e-9))


def test_the_figures_of_streams(model):
    """Ten chunks of 208 samples at 16 kHz in 26 ms: a fifth of their time, five times as many frames as they have."""
    assert (model.runner.chunk, model.net.config.hop, model.sampling_rate) == (208, 16, 16000)
    found = e2e.figures(0.026, 10, 32, model)
    assert found == pytest.approx(
        {"stream_rtf": 0.2, "tokens_per_second": 5000, "latency_seconds": 0.013 + 0.001 + 0.0026, "streams": 32}
    )
    assert e2e.figures(0.14, 10, 32, model)["streams"] == 0  # slower than the sound
    assert "streams" not in e2e.figures(0.026, 10, 1, model)
