# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/team.py: two processes train as one."""

import torch

from training import corpus as corpora
from training.team import Team, gathered
from training.train import Training


def answer(team: Team, folder) -> None:
    numbers = [torch.full((2, 3), float(team.rank)), torch.tensor(10.0 * team.rank)]
    team.share(numbers)
    answers = [team.any(False), team.any(team.rank == 1), team.any(True)]
    torch.save((numbers, answers), folder / f"{team.rank}.pt")


def test_all_get_the_mean_and_the_answers_of_each_other(tmp_path):
    with gathered(2, answer, tmp_path) as team:
        answer(team, tmp_path)
    for rank in range(2):
        (matrix, number), answers = torch.load(tmp_path / f"{rank}.pt")
        assert (matrix.unique().tolist(), matrix.shape, number.item()) == ([0.5], (2, 3), 5.0)
        assert answers == [False, True, True]


def train(team: Team, config, folder, settings, results) -> None:
    torch.set_num_threads(1)
    training = Training(config, corpora.load(folder), settings, team=team)
    for _ in range(2):
        training.step()
    training.save(results / str(team.rank))


def test_two_processes_take_the_same_steps(corpus, settings, tiny, tmp_path, expect_error):
    arguments = (tiny, corpus.folder, settings, tmp_path)
    with gathered(2, train, *arguments) as team:
        train(team, *arguments)
    states = [torch.load(tmp_path / str(rank) / "state.pt") for rank in range(2)]
    for part in ("model", "average"):
        different = [name for name, value in states[0][part].items() if not torch.equal(value, states[1][part][name])]
        assert not different
    assert states[0]["history"] == states[1]["history"]

    alone = Training(tiny, corpus, settings)
    alone.step()
    assert alone.history[0]["mel"] != states[0]["history"][0]["mel"], "the second process heard nothing of its own"
    with expect_error(Exception, r"was trained with other settings \(processes\)"):
        alone.resume(tmp_path / "0")


def fail(team: Team) -> None:
    raise RuntimeError("a helper broke")


def test_a_helper_that_fails_is_reported(expect_error):
    with expect_error(Exception, "a helper broke"):
        with gathered(2, fail):
            pass
