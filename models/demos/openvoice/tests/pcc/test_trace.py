# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Replayed windows compared bit for bit with windows dispatched op by op, and what a device needs for a replay."""

import os

import numpy as np
import pytest

import ttnn
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import V2_CONFIG, make_converter_checkpoint, with_model
from models.demos.openvoice.tt.backend import TRACE_REGION_SIZE, DeviceBackend

MOCKED, SLOW = "TT_METAL_MOCK_CLUSTER_DESC_PATH", "TT_METAL_SLOW_DISPATCH_MODE"


def opened(**device_params):
    return pytest.mark.parametrize("device_params", [device_params], indirect=True, ids=[""])


can_replay = opened(trace_region_size=TRACE_REGION_SIZE, num_command_queues=2)
replay = pytest.mark.skipif(
    MOCKED in os.environ or SLOW in os.environ, reason="neither a mocked card nor slow dispatch can replay traces"
)

# Every kind of layer once or twice, and short hops, so that a simulator converts a window in seconds.
TINY = with_model(
    {**V2_CONFIG, "data": {**V2_CONFIG["data"], "filter_length": 128, "hop_length": 32, "win_length": 128}},
    inter_channels=64,
    hidden_channels=64,
    gin_channels=16,
    posterior_layers=2,
    n_flows=2,
    flow_layers=1,
    upsample_rates=[8, 4],
    upsample_kernel_sizes=[16, 8],
    upsample_initial_channel=64,
    resblock_kernel_sizes=[3, 5],
    resblock_dilation_sizes=[[1], [3]],
)
HOP = 32
WINDOW = 64  # frames


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("tiny"), TINY))


@pytest.fixture
def people(tiny):
    return np.random.default_rng(5).standard_normal((3, tiny.config.gin_channels), np.float32)


@pytest.fixture
def captures(monkeypatch):
    """Return the list of the traces captured so far."""
    numbers = []
    begin = ttnn.begin_trace_capture

    def counted(*arguments, **keywords):
        numbers.append(begin(*arguments, **keywords))
        return numbers[-1]

    monkeypatch.setattr(ttnn, "begin_trace_capture", counted)
    return numbers


def converted(runner, speech, source, targets):
    pieces = runner.convert([speech], source, targets, 0.3, 1)
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


@replay
@can_replay
def test_windows_of_one_bucket(device, tiny, people, samples, captures):
    """Convert a full window in two voices, a masked one in others, a full one in these; then all of it again."""
    full, shorter = samples[22050:][: WINDOW * HOP], samples[30000:][: 50 * HOP - 7]
    calls = [(full, people[0], people[1:]), (shorter, people[1], people[:1]), (full, people[1], people[:1])]
    eager = DeviceBackend(tiny, device, traced=False, window=WINDOW)
    expected = [converted(eager, *call) for call in calls]
    assert captures == []
    assert not np.array_equal(expected[0][0], expected[2][0])

    traced = DeviceBackend(tiny, device, window=WINDOW)
    for call, wanted in zip(calls, expected, strict=True):
        np.testing.assert_array_equal(converted(traced, *call), wanted)
    # The masked form drops the traces of the full one, because their replay could overwrite buffers of its first run.
    assert len(captures) == 2 + 2 + 2
    compiled = device.num_program_cache_entries()
    for call, wanted in zip(calls, expected, strict=True):
        np.testing.assert_array_equal(converted(traced, *call), wanted)
    assert len(captures) == 2 + 2 + 2
    assert device.num_program_cache_entries() == compiled


@replay
@can_replay
def test_windows_that_begin_before_the_last_one_is_awaited(device, tiny, people, samples, captures):
    """Convert a recording of three windows: masked at its beginning, full, masked at its end."""
    traced = DeviceBackend(tiny, device, window=WINDOW)
    speech = samples[22050:][: (2 * traced.converter.chunk + 20) * HOP - 9]
    eager = DeviceBackend(tiny, device, traced=False, window=WINDOW)
    expected = converted(eager, speech, people[0], people[1:2])
    np.testing.assert_array_equal(converted(traced, speech, people[0], people[1:2]), expected)
    # Cancel after the first window, while the second one runs; afterwards all traces are captured.
    pieces = traced.convert([speech], people[0], people[1:2], 0.3, 1)
    next(pieces)
    pieces.close()
    del captures[:]
    np.testing.assert_array_equal(converted(traced, speech, people[0], people[1:2]), expected)
    assert captures == []


@replay
@can_replay
def test_another_models_traces_beside_the_converters(device, tiny, people, samples, captures):
    """Run two traces as a sentence does: the second reads the output of the first from the device."""
    traced = DeviceBackend(tiny, device, window=WINDOW)
    call = samples[22050:][: WINDOW * HOP], people[0], people[1:2]
    traces = traced.traces
    traces.release()
    table = np.random.default_rng(3).integers(-8, 8, (1, 1, 64, 32)).astype(np.float32)

    def tiles(packed):
        return ttnn.to_layout(packed, ttnn.TILE_LAYOUT)

    def sentence(number, frames):
        text = traces.run(("beside", "text"), table + number, lambda packed: ttnn.multiply(tiles(packed), 2.0))
        packed = np.full((1, 1, 64, frames), number, np.float32)
        column = traces.run(
            ("beside", frames), packed, lambda packed: ttnn.add(text, ttnn.slice(tiles(packed), [0] * 4, [1, 1, 64, 1]))
        )
        np.testing.assert_array_equal(ttnn.to_torch(column).numpy(), 2 * (table + number) + number)
        return len(captures)

    assert [sentence(number, 32) for number in (1, 2, 3)] == [0, 2, 2]
    expected = converted(traced, *call)  # a first run drops every trace; its own two are captured after it
    assert len(captures) == 4
    assert [sentence(number, 32) for number in (4, 5)] == [6, 6]
    assert sentence(6, 96) == 6  # the text is replayed, then a first run drops its trace, too
    assert [sentence(number, 96) for number in (7, 8)] == [8, 8]
    np.testing.assert_array_equal(converted(traced, *call), expected)
    assert len(captures) == 10


def test_a_mocked_card_runs_op_by_op(device, monkeypatch, tiny, expect_error):
    monkeypatch.setenv(MOCKED, "n150.yaml")
    assert DeviceBackend(tiny, device, window=WINDOW).traces is None
    with expect_error(ValueError, "no traces here: a mocked card cannot replay"):
        DeviceBackend(tiny, device, traced=True, window=WINDOW)


def test_slow_dispatch_runs_op_by_op(device, monkeypatch, tiny, expect_error):
    monkeypatch.delenv(MOCKED, raising=False)
    monkeypatch.setenv(SLOW, "1")
    assert DeviceBackend(tiny, device, window=WINDOW).traces is None
    with expect_error(ValueError, f"no traces here: {SLOW} is set, and only fast dispatch can replay"):
        DeviceBackend(tiny, device, traced=True, window=WINDOW)


def test_a_device_without_a_trace_region_runs_op_by_op(device, monkeypatch, tiny, expect_error):
    monkeypatch.delenv(MOCKED, raising=False)
    monkeypatch.delenv(SLOW, raising=False)
    assert DeviceBackend(tiny, device, window=WINDOW).traces is None
    with expect_error(
        ValueError,
        "no traces here: the device was opened without a trace region: "
        f"open it with trace_region_size={TRACE_REGION_SIZE} and num_command_queues=2",
    ):
        DeviceBackend(tiny, device, traced=True, window=WINDOW)


@opened(trace_region_size=TRACE_REGION_SIZE)
def test_one_command_queue(device, monkeypatch, tiny, expect_error):
    monkeypatch.delenv(MOCKED, raising=False)
    monkeypatch.delenv(SLOW, raising=False)
    with expect_error(
        ValueError,
        "the device was opened with one command queue, and traces upload on a second one: "
        "open it with num_command_queues=2, or ask for traced=False",
    ):
        DeviceBackend(tiny, device, window=WINDOW)
    assert DeviceBackend(tiny, device, traced=False, window=WINDOW).traces is None
