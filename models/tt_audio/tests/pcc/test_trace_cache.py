# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""When the trace cache runs op by op, captures, replays and releases.

A mocked card has no events and cannot capture, so those calls are replaced by lists of what was called. All else is
real: allocations, uploads and the ops of a first run.
"""

import numpy as np
import pytest

import ttnn
from models.tt_audio.tt.tensors import download
from models.tt_audio.tt.trace_cache import TraceCache, TraceError

REGION = 1 << 20
two_queues = pytest.mark.parametrize(
    "device_params", [{"trace_region_size": REGION, "num_command_queues": 2}], indirect=True, ids=[""]
)
PACKED = np.arange(64 * 32, dtype=np.float32).reshape(1, 1, 64, 32)


@pytest.fixture
def calls(monkeypatch):
    """The captures, replays and releases so far; a trace is called by the order of its capture."""
    calls = []
    captured = iter(range(100))
    monkeypatch.setattr(ttnn, "begin_trace_capture", lambda device, cq_id: next(captured))
    monkeypatch.setattr(ttnn, "end_trace_capture", lambda device, number, cq_id: calls.append(f"capture {number}"))
    monkeypatch.setattr(ttnn, "execute_trace", lambda device, number, cq_id, blocking: calls.append(f"replay {number}"))
    monkeypatch.setattr(ttnn, "release_trace", lambda device, number: calls.append(f"release {number}"))
    return calls


@pytest.fixture
def events(monkeypatch):
    """The events recorded on a queue, and those that a queue was told to wait for."""
    events = []
    recorded = iter(range(100))

    def record(device, queue):
        events.append(f"record {(number := next(recorded))} on {queue}")
        return number

    monkeypatch.setattr(ttnn, "record_event", record)
    monkeypatch.setattr(ttnn, "wait_for_event", lambda queue, event: events.append(f"{queue} waits for {event}"))
    return events


@pytest.fixture
def traces(device, calls, events):
    return TraceCache(device)


def doubled(tensor: ttnn.Tensor) -> ttnn.Tensor:
    return ttnn.multiply(ttnn.to_layout(tensor, ttnn.TILE_LAYOUT), 2.0)


@two_queues
def test_a_form_runs_op_by_op_then_is_captured_then_replayed(traces, calls):
    first = traces.run(("model", "form"), PACKED, doubled)
    np.testing.assert_array_equal(download(first), 2 * PACKED)
    assert calls == []
    traces.run(("model", "form"), PACKED, doubled)
    assert calls == ["capture 0", "replay 0"]
    traces.run(("model", "form"), PACKED, doubled)
    assert calls == ["capture 0", "replay 0", "replay 0"]


@two_queues
def test_a_new_form_releases_all_traces_which_are_captured_again(traces, calls):
    for form in ("one", "one", "other", "one", "other"):
        traces.run(("model", form), PACKED, doubled)
    assert calls == ["capture 0", "replay 0", "release 0", "capture 1", "replay 1", "capture 2", "replay 2"]


@two_queues
def test_a_limit_holds_for_one_owner(traces, calls):
    for form in (("a", 1), ("a", 2), ("b", 1)):
        traces.register_shape(form)
    for form in (("a", 1), ("a", 2), ("b", 1)):
        traces.run(form, PACKED, doubled)
    del calls[:]
    traces.keep_at_most(3, "a")
    assert calls == []
    traces.keep_at_most(2, "a")
    assert calls == ["release 0", "release 1"]
    traces.release()
    assert calls == ["release 0", "release 1", "release 2"]


@two_queues
def test_inputs_of_one_shape_share_an_address(traces):
    assert traces.input(PACKED.shape) is traces.input(PACKED.shape)
    assert traces.input((1, 1, 32, 32)) is not traces.input(PACKED.shape)
    traces.input(PACKED.shape).check()


@two_queues
def test_an_upload_waits_for_the_last_read_and_the_ops_wait_for_the_upload(traces, events):
    traces.run(("model", "form"), PACKED, doubled)
    traces.run(("model", "form"), PACKED, doubled)
    assert events == [
        "record 0 on 1",  # whether there is a second queue
        "record 1 on 0",  # the new input is free
        *("1 waits for 1", "record 2 on 1", "0 waits for 2"),
        "record 3 on 0",  # read
        *("1 waits for 3", "record 4 on 1", "0 waits for 4"),
        "record 5 on 0",
    ]


@two_queues
def test_an_upload_replaces_the_one_before(traces, calls):
    for factor in (1, 3):
        place = traces.input(PACKED.shape)
        place.upload(factor * PACKED)
        np.testing.assert_array_equal(download(place.tensor), factor * PACKED)
        place.release()


@pytest.mark.parametrize("device_params", [{"trace_region_size": REGION}], indirect=True, ids=[""])
def test_one_command_queue(device, expect_error):
    with expect_error(
        TraceError,
        "the device was opened with one command queue, and traces upload on a second one: "
        "open it with num_command_queues=2, or ask for traced=False",
    ):
        TraceCache(device)
