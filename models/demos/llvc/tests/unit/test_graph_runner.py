# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams as on a GPU, without one: with the stand-in for graphs on the CPU, and with tensors that have no values."""

import numpy as np
import pytest
import torch

from models.demos.llvc.pipeline import Llvc
from models.demos.llvc.state import StreamState
from models.demos.llvc.streams import Stream, StreamError, push_all
from models.demos.llvc.torch_backend.graph_runner import GraphRunner
from models.demos.llvc.torch_backend.net import FastNet
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.testing.device_checks import on_fake_gpu
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.stages import IEEE

CLOSE = {"rtol": 0, "atol": 5e-6}
HOP = 16


def runner(net, factor=1, streams=3) -> GraphRunner:
    return GraphRunner(net, GraphCache(torch.device("cpu"), RecordedGraphs()), IEEE, factor, streams)


@pytest.mark.parametrize("factor", [1, 2])
def test_streams_of_every_length_of_a_chunk_are_the_offline_pass(small, noise, factor, logged_warnings):
    """The last step of a stream has from one hop to a whole chunk; each runs the one graph."""
    graphed = runner(small, factor, 2)
    for hops in range(1, factor * 13 + 2, factor):
        samples = noise(HOP * hops + 5, hops)
        stream = Stream(graphed, HOP)
        result = np.concatenate((stream.push(samples[0].numpy()), stream.finish()))
        np.testing.assert_allclose(result, small(samples)[0].numpy(), **CLOSE)
    stats = graphed.graphs.stats()
    assert (stats.graphs, stats.eager) == (1, 0) and not logged_warnings


def test_streams_that_join_pause_and_leave_do_not_touch_each_other(small, noise):
    graphed = runner(small)
    own = [noise(HOP + 6 * 208, seed)[0].numpy() for seed in range(4)]
    results: list[list[np.ndarray]] = [[] for _ in own]
    streams: dict[int, Stream] = {}
    position = [0] * 4

    def push(*numbers: int) -> None:
        for number in numbers:
            streams.setdefault(number, Stream(graphed, HOP))
        blocks = []
        for number in numbers:
            count = 208 + (HOP if not position[number] else 0)
            blocks.append(own[number][position[number] : position[number] + count])
            position[number] += count
        for number, piece in zip(numbers, push_all([streams[number] for number in numbers], blocks), strict=True):
            results[number].append(piece)

    push(0), push(0, 1), push(1, 2), push(2), push(2, 0)
    results[1].append(streams[1].finish())  # leaves; the fourth takes its row, which another stream has used
    push(3, 0), push(3)
    for number in (0, 2, 3):
        results[number].append(streams[number].finish())
    for number, pieces in enumerate(results):
        expected = small(torch.from_numpy(own[number][: position[number]])[None])[0].numpy()
        np.testing.assert_allclose(np.concatenate(pieces), expected, **CLOSE)
    assert graphed.graphs.stats().graphs == 1


def test_a_state_moves_between_the_paths(small, noise):
    samples = noise(HOP + 4 * 208, 9)[0].numpy()
    graphed, other = runner(small), runner(small, streams=1)
    key = graphed.begin(samples[:HOP])
    first = graphed.step({key: samples[HOP : HOP + 208]})[key]
    state = graphed.state(key)
    assert isinstance(state, StreamState) and state.batch == 1
    again = other.resume(state)
    second = other.step({again: samples[HOP + 208 : HOP + 416]})[again]
    expected = small(torch.from_numpy(samples)[None])[0].numpy()
    np.testing.assert_allclose(np.concatenate((first, second)), expected[:416], **CLOSE)


def test_more_streams_than_rows_and_ended_streams_are_one_sentence(small, expect_error):
    graphed = runner(small, streams=1)
    key = graphed.begin(np.zeros(HOP, np.float32))
    with expect_error(UsageError, "1 streams are open, as many as this model was opened for: end one"):
        graphed.begin(np.zeros(HOP, np.float32))
    graphed.end(key)
    with expect_error(StreamError, f"stream {key} has ended or never began"):
        graphed.step({key: np.zeros(208, np.float32)})
    graphed.begin(np.zeros(HOP, np.float32))
    with expect_error(UsageError, "0 streams in chunks of 1 windows cannot be"):
        runner(small, streams=0)


def test_a_step_runs_on_a_gpu_without_waiting_for_it(small):
    net = FastNet(small)
    with on_fake_gpu() as gpu:
        graphed = GraphRunner.__new__(GraphRunner)  # no warm-up: its inputs are real tensors
        graphed.net = gpu.move(net)
        graphed.state_of_rows = graphed.net.begin(gpu.tensor(2, HOP))
        assert graphed.step_rows(gpu.tensor(2, 416), gpu.tensor(2, 26)).shape == (2, 416)


def test_a_gpu_that_is_not_there_is_one_sentence(small, expect_error, monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    with expect_error(DeviceError, "was built without CUDA"):
        Llvc(small, device="cuda")
    with expect_error(UsageError, "the backend torch has no option streams on cpu"):
        Llvc(small, streams=2)
