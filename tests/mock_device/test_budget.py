# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rule of the budgets: worse fails, a little better passes, much better asks; and how the file is rewritten."""

from types import SimpleNamespace

import pytest
import yaml

import ttnn
from mock_device import budget

CARD = "blackhole"
BUDGETS = {
    "generator": {"programs": {CARD: 500, "wormhole_b0": 400}, "uploads": {CARD: 0}, "estimated_us": {CARD: 80.0}}
}


def judge(programs=500, uploads=0, estimated_us=80.0):
    measured = {"programs": programs, "uploads": uploads, "estimated_us": estimated_us}
    budget.judge("generator", CARD, measured, BUDGETS)


@pytest.mark.parametrize("measured", [{}, {"programs": 491}, {"estimated_us": 78.5}, {"programs": 491, "uploads": 0}])
def test_on_budget_or_a_little_better_passes(measured):
    judge(**measured)


@pytest.mark.parametrize(
    "measured, line",
    [
        ({"programs": 501}, "programs: 501 where 500 are budgeted"),
        ({"uploads": 1}, "uploads: 1 where 0 are budgeted"),
        ({"estimated_us": 80.1}, "estimated_us: 80.1 where 80.0 are budgeted"),
        ({"estimated_us": float("nan")}, "estimated_us: nan where 80.0"),
        ({"programs": 501, "estimated_us": 1.0}, "programs: 501 where 500 are budgeted$"),  # a gain excuses no loss
    ],
)
def test_worse_by_anything_fails_and_names_stage_card_and_figure(expect_error, measured, line):
    with expect_error(AssertionError, f"^generator on blackhole is over budget:\n  {line}"):
        judge(**measured)


@pytest.mark.parametrize("measured", [{"programs": 490}, {"programs": 1}, {"estimated_us": 78.4}])
def test_two_per_cent_better_asks_for_a_tighter_budget_with_the_command(expect_error, measured):
    ((name, value),) = measured.items()
    asks = r"^generator on blackhole is better than its budget.*python -m mock_device\.budget --write"
    with expect_error(AssertionError, rf"{asks}\):\n  {name}: {value} where"):
        judge(**measured)


@pytest.mark.parametrize(
    "stage, card, odd",
    [("flow", CARD, "programs"), ("generator", "3 x blackhole", "programs"), ("generator", "wormhole_b0", "uploads")],
    ids=["stage", "card", "figure"],
)
def test_what_has_no_budget_fails_and_says_how_to_write_one(expect_error, stage, card, odd):
    with expect_error(
        AssertionError, f"^{stage} on {card}: budgets.yaml and the measurement differ in {odd}; write it"
    ):
        budget.judge(stage, card, {"programs": 1, **({"uploads": 0} if odd == "uploads" else {})}, BUDGETS)


def test_a_budgeted_figure_that_is_measured_no_more_fails(expect_error):
    with expect_error(AssertionError, "differ in estimated_us, uploads; write it"):
        budget.judge("generator", CARD, {"programs": 500}, BUDGETS)


def test_a_stage_is_measured_warm_and_held_to_the_file(device, tmp_path, expect_error):
    file = tmp_path / "budgets.yaml"
    arch = device.arch().name.lower()

    def inputs():
        return (ttnn.zeros((1, 1, 64, 64), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device),)

    def stage(x):
        ttnn.matmul(x, ttnn.relu(x))

    def measure(run=stage):
        return budget.Budget(file)("square", device, run, inputs, minimum_flops=64**3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(budget._RECORD, str(file))
        measure()
    held = {name: of_card[arch] for name, of_card in budget.read(file)["square"].items()}
    assert held["programs"] == 2 and held["cache_misses"] == held["uploads"] == 0
    assert held["flops"] == 2 * 64**3 and held["flops_by_minimum"] == 2
    assert measure().num_programs == 2

    def longer(x):
        stage(ttnn.relu(x))

    # the message carries the ledger, so that what is new can be read off it
    with expect_error(AssertionError, r"(?s)programs: 3 where 2 are budgeted.*programs +3: Unary 2, Matmul 1"):
        measure(longer)


# ---- the file ----


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The command on a file of this test, with a stand-in for pytest that finds the given figures, card by card."""
    monkeypatch.setattr(budget, "FILE", tmp_path / "budgets.yaml")
    called = []

    def prepare(found: dict, status=0):
        def run(words, env, **_):
            arch = words[words.index("--arch") + 1]
            called.append(words)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(budget._RECORD, env[budget._RECORD])
                for stage, value in found.get(arch, {}).items():
                    budget.Budget().hold(stage, arch, {"programs": value})
            return SimpleNamespace(returncode=status if arch in found else 5)

        monkeypatch.setattr(budget.subprocess, "run", run)

    prepare.called = called
    return prepare


def programs():
    return {stage: names["programs"] for stage, names in budget.read(budget.FILE).items()}


def test_writing_measures_every_card_and_replaces_the_file(runs, capsys):
    budget.write(budget.FILE, {"gone": {"programs": {CARD: 3}}, "flow": {"programs": {CARD: 9}}})
    runs({"wormhole_b0": {"flow": 10}, "blackhole": {"flow": 8}, "t3k": {"chips": 4}})
    budget.main(["--write"])
    assert programs() == {"flow": {"wormhole_b0": 10, "blackhole": 8}, "chips": {"t3k": 4}}
    assert [words[words.index("--arch") + 1] for words in runs.called] == ["wormhole_b0", "blackhole", "n300", "t3k"]
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "gone, blackhole, programs: 3 -> none",
        "flow, blackhole, programs: 9 -> 8",
        "flow, wormhole_b0, programs: none -> 10",
        "chips, t3k, programs: none -> 4",
    ]


def test_writing_a_selection_leaves_the_rest(runs, capsys):
    budget.write(budget.FILE, {"kept": {"programs": {CARD: 3}}, "flow": {"programs": {CARD: 9}, "old": {CARD: 1}}})
    runs({"blackhole": {"flow": 9}})
    budget.main(["--write", "-k", "flow and not warm"])
    assert programs() == {"kept": {CARD: 3}, "flow": {CARD: 9}}
    assert all(words[-2:] == ["-k", "flow and not warm"] for words in runs.called)
    assert capsys.readouterr().out.startswith("flow, blackhole, old: 1 -> none\n")


def test_a_failing_test_leaves_the_file_as_it_was(runs, expect_error):
    budget.write(budget.FILE, BUDGETS)
    runs({"wormhole_b0": {"flow": 10}}, status=1)
    with expect_error(SystemExit, "tests/budgets fail on wormhole_b0: budgets.yaml is left as it was"):
        budget.main(["--write"])
    assert budget.read(budget.FILE) == BUDGETS and list(budget.FILE.parent.iterdir()) == [budget.FILE]


def test_the_file_reads_well(tmp_path):
    file = tmp_path / "budgets.yaml"
    budget.write(file, {"generator, short window": {"programs": {"wormhole_b0": 5, "2 x wormhole_b0": 6}}})
    assert file.read_text() == budget._HEADING + (
        "generator, short window:\n  programs: {wormhole_b0: 5, 2 x wormhole_b0: 6}\n"
    )
    assert yaml.safe_load(file.read_text())
