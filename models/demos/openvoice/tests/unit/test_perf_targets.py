# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Performance tests without a card: the table of targets, thresholds broken on purpose, the CSVs, every case."""

import csv
import itertools
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.synthetic import SMALL_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tests.melo_checkpoints import SMALL
from models.demos.openvoice.tests.perf import test_e2e_perf_openvoice as e2e
from models.demos.openvoice.tests.perf.stages import STAGES
from models.demos.openvoice.tests.perf.stages import TARGETS as FILE
from models.demos.openvoice.tests.perf.test_device_perf_openvoice import TESTS
from models.tt_audio.testing import gates
from models.tt_audio.testing import targets as table
from models.tt_audio.testing.gates import identify
from models.tt_audio.testing.targets import KernelTime, Limit, TargetError, Targets

TARGETS = table.load(FILE)
FRAMES = {"upsample_rates": [8, 8, 8], "upsample_kernel_sizes": [16, 16, 16]}  # 512 samples a frame, as released


def test_the_table_has_what_is_asked_for():
    required = {(limit.metric, limit.level, limit.card): limit.value for limit in TARGETS.limits}
    assert required["conversion_rtf", "bounty", None] == required["speech_rtf", "bounty", None] == 0.6
    assert required["conversion_rtf", "stretch", None] == required["speech_rtf", "stretch", None] == 0.3
    assert required["clone_seconds", "bounty", None] == 2 and required["clone_seconds", "stretch", None] == 1
    assert required["tokens_per_second", "bounty", None] == 25 and required["tokens_per_second", "stretch", None] == 50
    assert required["concurrent_clones", "stretch", None] == 10
    assert required["conversion_rtf", "own", "n150"] == 0.05
    assert TARGETS.strictest("conversion_rtf", "n150") == 0.05 and TARGETS.strictest("conversion_rtf", "p150") == 0.3


@pytest.mark.parametrize("card", ["n150", "p150"])
def test_every_stage_has_a_kernel_time(card):
    for stage in STAGES:
        TARGETS.kernel_time(stage, card)
    assert {row.stage for row in TARGETS.kernel_times} == set(STAGES)
    assert len({identify(stage) for stage in STAGES}) == len(STAGES)


GOOD = "{metric: rtf, below: 0.6, level: bounty, provenance: required}"


@pytest.mark.parametrize(
    "limits, kernel_times, message",
    [
        (["{metric: rtf, below: 0.6, level: bounty}"], [], "limits, entry 1: provenance is missing or unknown"),
        ([GOOD, GOOD.replace("}", ", why: x}")], [], "limits, entry 2: why is missing or unknown"),
        ([GOOD, GOOD], [], "entry 2: rtf bounty is there twice"),
        ([GOOD.replace("required", "hoped")], [], "provenance 'hoped' is none of measured, forecast, required"),
        ([GOOD.replace("bounty", "best")], [], "level 'best' is none of bounty, stretch, own"),
        ([GOOD.replace("}", ", at_least: 2}")], [], "give either `below` or `at_least`"),
        ([GOOD.replace("0.6", "-1")], [], "-1 is no positive number"),
        ([GOOD.replace("0.6", "fast")], [], "'fast' is no positive number"),
        (
            [],
            ["{stage: flow, card: n150, us: 5, margin: 3, provenance: measured}"],
            "kernel_times, entry 1: margin 3 does not lie between 0 and 1",
        ),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, expect_error, limits, kernel_times, message):
    file = tmp_path / "targets.yaml"
    file.write_text(f"limits: [{', '.join(limits)}]\nkernel_times: [{', '.join(kernel_times)}]\n")
    with expect_error(TargetError, f"^targets.yaml, .*{message}"):
        table.load(file)


def test_a_table_is_missing(tmp_path, expect_error):
    (tmp_path / "targets.yaml").write_text("limits: []\n")
    with expect_error(TargetError, "has to hold `limits` and `kernel_times`"):
        table.load(tmp_path / "targets.yaml")


@pytest.mark.parametrize(
    "metric, measured, missed",
    [
        ("conversion_rtf", 0.049, []),
        ("conversion_rtf", 0.05, ["conversion_rtf is 0.05, expected below 0.05 (own, required)"]),
        ("clone_seconds", 1.5, ["clone_seconds is 1.5, expected below 1 (stretch, required)"]),
        ("tokens_per_second", 50, []),
        ("tokens_per_second", 20, ["expected at least 25 (bounty, required)", "at least 50 (stretch, required)"]),
        ("speech_rtf", float("nan"), ["expected below 0.6", "expected below 0.3"]),
    ],
)
def test_a_broken_target_names_case_card_target_and_measurement(metric, measured, missed):
    try:
        TARGETS.hold("speech", "n150", {metric: measured})
        lines = []
    except AssertionError as error:
        lines = str(error).splitlines()
    assert len(lines) == len(missed)
    for line, part in zip(lines, missed, strict=True):
        assert line.startswith(f"speech on n150: {metric} is ") and part in line


def test_what_has_no_target_fails(expect_error):
    with expect_error(TargetError, "no limit for mos on n150: enter one"):
        TARGETS.hold("speech", "n150", {"mos": 4})
    with expect_error(TargetError, "no kernel time for flow on n150: enter one"):
        TARGETS.kernel_time("flow", "n150")


def test_a_wall_time_is_the_first_call_and_the_median_of_the_others():
    clock = itertools.accumulate([0, 9, 0, 2, 0, 3, 0, 100])
    assert gates.wall_time(lambda: None, repeats=3, clock=lambda: next(clock)) == gates.Wall(9, 3)


# ---- every case, with a small model on a CPU instead of a card ----


def scaled(factor: float) -> Targets:
    """Return limits scaled by `factor`, so that a CPU breaks none or all of them."""

    def moved(limit: Limit) -> Limit:
        if limit.below is not None:
            return replace(limit, below=limit.below * factor)
        return limit if limit.metric == "concurrent_clones" else replace(limit, at_least=limit.at_least / factor)

    return Targets(tuple(moved(limit) for limit in TARGETS.limits), TARGETS.kernel_times)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return OpenVoice.from_pretrained(make_converter_checkpoint(tmp_path_factory.mktemp("small"), SMALL_CONFIG))


@pytest.fixture(autouse=True)
def as_on_a_card(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(e2e, "card_name", lambda: "n150")
    monkeypatch.setattr(e2e, "wall_time", lambda run: gates.wall_time(run, repeats=1))
    monkeypatch.setattr(e2e, "base_speaker", partial(e2e.base_speaker, bert_layers=3, **SMALL | FRAMES))


CASES = {
    "conversion": lambda *given: e2e.test_conversion(*given),
    "first_audio": lambda *given: e2e.test_first_audio(*given),
    "clone": lambda *given: e2e.test_clone(*given),
    "batch_of_10": lambda *given: e2e.test_batch(*given, 10),
    "speech": lambda *given: e2e.test_speech(*given, Path()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_case_leaves_its_report(model, tmp_path, case):
    CASES[case](model, scaled(1e6))
    (path,) = tmp_path.glob(f"perf_openvoice_{case}_n150_*.csv")
    with open(path) as file:
        header, values = csv.reader(file, skipinitialspace=True)
    row = dict(zip(header, values, strict=True))
    assert row["Model"] == f"openvoice_{case}" and row["Batch"] == ("10" if case == "batch_of_10" else "1")
    assert float(row["Expected Compile Time (sec)"]) == 300e6
    assert float(row["Inference Time (sec)"]) > 0 and float(row["Throughput (batch*inf/sec)"]) > 0


@pytest.mark.parametrize("case", ["clone"])
def test_a_case_that_misses_its_targets_fails_with_all_of_them_and_its_report(model, tmp_path, expect_error, case):
    with expect_error(
        AssertionError, r"^openvoice_clone on n150: clone_seconds is [\d.e-]+, expected below 2e-09 \(bounty, requ"
    ):
        CASES[case](model, scaled(1e-9))
    assert list(tmp_path.glob("perf_openvoice_clone_*.csv"))


# ---- device kernel times; a stand-in behaves as tt-metal's helper does when a time is off ----


@pytest.fixture
def helper(monkeypatch):
    calls = []

    def answer(outcome=None):
        def run(**arguments):
            calls.append(arguments)
            if outcome:
                gates.logger.error(outcome)
                raise AssertionError("Some performance metrics are outside of expected range, see above for details.")

        monkeypatch.setattr(gates, "run_model_device_perf_test", run)
        return calls

    return answer


@pytest.fixture
def kernel_times():
    row = KernelTime("converter, short window", "n150", us=5.0, margin=0.03, provenance="measured")
    return replace(TARGETS, kernel_times=(row,))


def test_device_time_of_a_stage_is_asked_for_as_tt_metal_does(helper, kernel_times):
    calls = helper()
    gates.hold_device_time(TESTS, "openvoice_short", "converter, short window", "n150", kernel_times)
    assert calls == [
        {
            "command": f"pytest {TESTS}::test_stage[converter-short-window]",
            "expected_device_perf_ns_per_iteration": 5000.0,
            "subdir": "openvoice_short",
            "model_name": "openvoice_short",
            "margin": 0.03,
            "comments": "n150",
        }
    ]


def test_a_device_time_outside_its_margin_names_stage_card_target_and_measurement(helper, kernel_times, expect_error):
    helper("AVG DEVICE KERNEL DURATION [ns] 6000 is outside of expected range (4850.0, 5150.0)")
    with expect_error(
        AssertionError,
        r"^converter, short window on n150: expected 5,000 ns \+- 3.0% \(measured\), "
        r"measured AVG DEVICE KERNEL DURATION \[ns\] 6000 is outside of expected range",
    ):
        gates.hold_device_time(TESTS, "openvoice_short", "converter, short window", "n150", kernel_times)
