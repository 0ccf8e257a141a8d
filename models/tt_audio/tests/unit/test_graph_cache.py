# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rules of graphs, checked with a stand-in that replays recorded ops into the same tensors."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.graph_cache import GraphCache, GraphStats, open_graphs

CPU = torch.device("cpu")


@pytest.fixture
def graphs():
    return GraphCache(CPU, RecordedGraphs())


def network(x: Tensor) -> Tensor:
    return (2 * x + 1).relu_().cumsum(0)


def run(graphs: GraphCache, *values: float) -> Tensor:
    return graphs.run(("owner", len(values)), [torch.tensor(values)], network)


def expect(result: Tensor, *values: float) -> None:
    torch.testing.assert_close(result, network(torch.tensor(values)), atol=0, rtol=0)


def test_a_replay_reads_the_new_input(graphs):
    expect(run(graphs, 1.0, 2.0), 1.0, 2.0)
    expect(run(graphs, 5.0, -7.0), 5.0, -7.0)
    assert graphs.stats() == GraphStats(graphs=1, replays=2, eager=0, input_bytes=8)


def test_a_result_survives_later_replays_of_the_same_and_of_other_graphs(graphs):
    first, other = run(graphs, 1.0, 2.0), run(graphs, 3.0)
    run(graphs, 8.0, 9.0), run(graphs, 4.0)
    expect(first, 1.0, 2.0)
    expect(other, 3.0)


def test_the_callers_tensor_is_neither_read_later_nor_written(graphs):
    given = torch.tensor([1.0, 2.0])
    graphs.run(("owner",), [given], Tensor.relu_)
    given.fill_(-3.0)
    result = graphs.run(("owner",), [torch.tensor([-1.0, 2.0])], Tensor.relu_)
    assert result.tolist() == [0.0, 2.0]
    assert given.tolist() == [-3.0, -3.0]


def test_several_outputs(graphs):
    def both(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return x + y, x - y

    one = graphs.run(("owner",), [torch.tensor([5.0]), torch.tensor([3.0])], both)
    graphs.run(("owner",), [torch.tensor([0.0]), torch.tensor([0.0])], both)
    assert [output.item() for output in one] == [8.0, 2.0]


def test_python_numbers_belong_to_the_form(graphs):
    """The stand-in keeps the number of the capture, as a GPU does; so a form without it gives an old result."""
    for factor, expected in ((2, 6.0), (5, 15.0)):
        assert graphs.run(("owner", factor), [torch.tensor([3.0])], lambda x, f=factor: x * f).item() == expected
    assert graphs.run(("owner", 2), [torch.tensor([3.0])], lambda x: x * 99).item() == 6.0


def test_state_is_updated_in_place_by_each_replay(graphs):
    state = torch.zeros(2)

    def step(x: Tensor, mask: Tensor) -> Tensor:
        return state.copy_(torch.where(mask > 0, state + x, state)).clone()

    idle = torch.zeros(2)
    graphs.run(("owner",), [idle, idle], step)
    assert state.tolist() == [0.0, 0.0]
    for total in (1.0, 2.0, 3.0):
        result = graphs.run(("owner",), [torch.ones(2), torch.tensor([1.0, 0.0])], step)
        assert result.tolist() == state.tolist() == [total, 0.0]


def test_an_unseen_form_after_the_seal_runs_op_by_op_and_is_logged_once(graphs, logged_warnings):
    run(graphs, 1.0)
    graphs.seal()
    expect(run(graphs, 1.0, 2.0), 1.0, 2.0)
    expect(run(graphs, 1.0, 2.0, 3.0), 1.0, 2.0, 3.0)
    expect(run(graphs, 4.0), 4.0)
    assert graphs.stats() == GraphStats(graphs=1, replays=2, eager=2, input_bytes=4)
    (message,) = logged_warnings
    assert message == (
        "no CUDA graph for ('str', 2), because it was not captured when the model opened: it runs op by op, like all "
        "forms without one"
    )


def test_the_number_of_graphs_is_bounded(logged_warnings):
    graphs = GraphCache(CPU, RecordedGraphs(), most=3)
    for length in range(1, 9):
        expect(run(graphs, *range(length)), *range(length))
    assert graphs.stats().graphs == 3
    assert len(logged_warnings) == 1 and "because 3 graphs are held" in logged_warnings[0]


def test_another_thread_is_refused(graphs, expect_error):
    run(graphs, 1.0)
    with ThreadPoolExecutor(1) as pool, expect_error(DeviceError, "open it in the thread that uses it"):
        pool.submit(run, graphs, 2.0).result()
    for other in (graphs.reset, lambda: graphs.eager([], tuple), lambda: graphs.release("owner")):
        with ThreadPoolExecutor(1) as pool, expect_error(DeviceError, "open it in the thread that uses it"):
            pool.submit(other).result()
    expect(run(graphs, 3.0), 3.0)


def test_an_input_of_another_shape_or_type_is_refused(graphs, expect_error):
    graphs.run(("owner",), [torch.zeros(3)], network)
    with expect_error(ValueError, r"shape \[4\] and type torch.float32, .* captured for \[3\]"):
        graphs.run(("owner",), [torch.zeros(4)], network)
    with expect_error(ValueError, "type torch.float64"):
        graphs.run(("owner",), [torch.zeros(3, dtype=torch.float64)], network)


def test_reset_releases_graphs_and_inputs_and_captures_again(graphs):
    run(graphs, 1.0)
    graphs.seal()
    held = weakref.ref(next(iter(graphs._graphs.values())).inputs[0])
    graphs.reset()
    gc.collect()
    assert held() is None and graphs._api.graphs == []
    assert graphs.stats() == GraphStats(0, 0, 0, 0)
    expect(run(graphs, 2.0), 2.0)
    assert graphs.stats().graphs == 1


def test_release_takes_one_owners_graphs(graphs):
    one, other = object(), object()
    for owner in (one, other):
        graphs.run((owner, 1), [torch.zeros(1)], network)
    graphs.release(one)
    assert list(graphs._graphs) == [(other, 1)]


def test_without_graphs_everything_runs_op_by_op_in_silence(logged_warnings):
    graphs = open_graphs(CPU)
    expect(run(graphs, 1.0, 2.0), 1.0, 2.0)
    assert graphs.stats() == GraphStats(0, 0, 1, 0)
    assert not logged_warnings


def test_graphs_on_a_cpu_are_refused(expect_error):
    with expect_error(UsageError, "there are no CUDA graphs on cpu: choose device cuda, or leave graphs out"):
        open_graphs(CPU, graphs=True)


def test_full_memory_is_a_sentence_and_the_cache_survives_it(graphs, expect_error):
    def too_large(x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    with expect_error(DeviceError, "the memory of cpu is full: send fewer or shorter recordings at once"):
        graphs.run(("large",), [torch.zeros(1)], too_large)
    expect(run(graphs, 1.0, 2.0), 1.0, 2.0)
    assert graphs.stats().graphs == 1
