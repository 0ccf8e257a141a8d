# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Hooks run around every top-level operation, in their order, whatever the operation does."""

from threading import Thread

import pytest
import torch

import ttnn
from mock_device import hooks
from mock_device.hooks import OperationHooks


class Log(OperationHooks):
    """Hooks that note what they are called with; `inside` is called in `before`."""

    def __init__(self, name="", calls=None, inside=lambda: None):
        self.name, self.calls, self.inside = name, [] if calls is None else calls, inside

    def before(self, operation, args, kwargs):
        self.inside()
        self.calls.append((f"{self.name}before", operation.python_fully_qualified_name, kwargs))

    def after(self, operation, args, kwargs, output):
        self.calls.append((f"{self.name}after", operation.python_fully_qualified_name, kwargs))


@pytest.fixture
def x(device):
    return ttnn.from_torch(torch.ones(32, 32), dtype=ttnn.bfloat16, layout=ttnn.TILE_LAYOUT, device=device)


def test_before_and_after_with_the_arguments_but_without_the_queue(x):
    with Log() as log:
        ttnn.multiply(x, 0.3, queue_id=0, activations=[])
    ttnn.relu(x)
    given = {"activations": []}
    assert log.calls == [("before", "ttnn.multiply", given), ("after", "ttnn.multiply", given)]


def test_in_the_order_in_which_they_were_entered(x):
    with Log("outer ") as outer, Log("inner ", outer.calls):
        ttnn.relu(x)
    assert [name for name, *_ in outer.calls] == ["outer before", "inner before", "outer after", "inner after"]


def test_what_an_operation_or_a_hook_calls_has_none(x):
    with Log(inside=lambda: ttnn.relu(x)) as log:
        ttnn.to_torch(x)  # in TTNN a Python function that calls other operations
    assert [name for _, name, _ in log.calls] == ["ttnn.to_torch"] * 2


def test_suspended(x):
    with Log() as log:
        with hooks.suspended():
            ttnn.relu(x)
        ttnn.neg(x)
    assert [name for _, name, _ in log.calls] == ["ttnn.neg"] * 2


def test_an_operation_that_fails_has_no_after_and_disturbs_no_other(x, expect_error):
    with Log() as log:
        with expect_error(TypeError, "add"):
            ttnn.add(x)
        ttnn.relu(x)
    calls = [(when, name) for when, name, _ in log.calls]
    assert calls == [("before", "ttnn.add"), ("before", "ttnn.relu"), ("after", "ttnn.relu")]


def test_operations_of_two_threads_do_not_mix(x):
    with Log() as log:
        threads = [Thread(target=lambda: [ttnn.relu(x) for _ in range(20)]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [when for when, *_ in log.calls] == ["before", "after"] * 40
