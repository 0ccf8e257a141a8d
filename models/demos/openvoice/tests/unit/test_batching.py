# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Thread of the model: order, batches, errors, cancelling, times, and its end."""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from models.demos.openvoice.demo.batching import MOST_TOGETHER, WINDOW_SECONDS, ModelThread, ModelTimes, model_times
from models.tt_audio.host.audio import AudioError

WAIT = 60  # seconds that nothing here should take; a test that takes them has failed


class Doubles:
    """Model that doubles a number, refuses negative ones, and records its batches."""

    def __init__(self):
        self.batches = []

    def convert_batch(self, requests):
        self.batches.append(list(requests))
        if any(request < 0 for request in requests):
            raise AudioError("negative")
        if any(request > 100 for request in requests):
            raise MemoryError
        return [2 * request for request in requests if request != 50]


@pytest.fixture
def thread():
    thread = ModelThread(Doubles, window=0.0, most=4)
    yield thread
    thread.close()


def occupied(thread: ModelThread) -> threading.Event:
    """Keep the thread busy until the event is set."""
    begun, go_on = threading.Event(), threading.Event()
    thread.call(lambda: begun.set() or go_on.wait(WAIT))
    assert begun.wait(WAIT)
    return go_on


def test_conversions_that_wait_at_the_same_time_share_a_batch():
    together = []
    thread = ModelThread(Doubles, window=0.0, most=4, on_batch=together.append)
    go_on = occupied(thread)
    answers = [thread.convert(number) for number in range(6)]
    assert thread.waiting == 6
    go_on.set()
    assert [answer.result(WAIT) for answer in answers] == [0, 2, 4, 6, 8, 10]
    assert thread.model.batches == [[0, 1, 2, 3], [4, 5]]  # at most four
    assert together == [4, 2] and thread.waiting == 0
    thread.close()


def test_conversions_overtake_other_tasks_only_to_share_a_batch(thread):
    go_on, order = occupied(thread), []
    answers = [thread.convert(1), thread.call(order.append, "call"), thread.convert(2)]
    answers[0].add_done_callback(lambda done: order.append("first"))
    answers[2].add_done_callback(lambda done: order.append("second"))
    go_on.set()
    for answer in answers:
        answer.result(WAIT)
    assert order == ["first", "second", "call"] and thread.model.batches == [[1, 2]]


def test_a_conversion_waits_for_others_within_the_window():
    thread = ModelThread(Doubles, window=WAIT, most=2)
    answers = [thread.convert(number) for number in (1, 2)]
    assert [answer.result(WAIT) for answer in answers] == [2, 4]
    assert thread.model.batches == [[1, 2]]
    thread.close()


def test_a_call_does_not_fill_the_window():
    thread = ModelThread(Doubles, window=WAIT, most=2)
    first = thread.convert(1)
    called = thread.call(int)
    second = thread.convert(2)
    assert (first.result(WAIT), second.result(WAIT), called.result(WAIT)) == (2, 4, 0)
    assert thread.model.batches == [[1, 2]]
    thread.close()


def test_the_end_does_not_wait_for_the_window():
    thread = ModelThread(Doubles, window=10 * WAIT, most=2)
    answer = thread.convert(1)
    thread.close()
    assert answer.result(0) == 2


def test_the_defaults():
    """Compare them with README."""
    assert (MOST_TOGETHER, WINDOW_SECONDS) == (8, 0.005)
    thread = ModelThread(Doubles)
    assert (thread.most, thread.window) == (8, 0.005)
    assert thread.convert(1).result(WAIT) == 2
    thread.close()


def test_a_request_that_is_refused_spoils_no_other(thread, expect_error):
    go_on = occupied(thread)
    good, bad, other = (thread.convert(number) for number in (1, -1, 2))
    go_on.set()
    assert (good.result(WAIT), other.result(WAIT)) == (2, 4)
    with expect_error(AudioError, "negative"):
        bad.result(WAIT)
    assert thread.model.batches == [[1, -1, 2], [1], [-1], [2]]


def test_a_failure_reaches_all_askers_and_the_thread_goes_on(thread, expect_error):
    go_on = occupied(thread)
    answers = [thread.convert(101), thread.convert(1)]
    go_on.set()
    for answer in answers:
        with expect_error(MemoryError, "^$"):
            answer.result(WAIT)
    with expect_error(ZeroDivisionError, "division"):
        thread.call(lambda: 1 // 0).result(WAIT)
    with expect_error(ValueError, "zip"):  # a backend that returns too few results
        thread.convert(50).result(WAIT)
    assert thread.convert(3).result(WAIT) == 6


def test_a_task_that_is_cancelled_while_it_waits_is_not_begun(thread, expect_error):
    go_on = occupied(thread)
    gone, stays = thread.convert(1), thread.convert(2)
    called = []
    call = thread.call(called.append, "x")
    assert gone.cancel() and call.cancel()
    go_on.set()
    assert stays.result(WAIT) == 4
    assert thread.model.batches == [[2]] and not called
    with expect_error(CancelledError, "^$"):
        gone.result(WAIT)
    assert thread.convert(5).result(WAIT) == 10


def test_the_end_waits_for_tasks_and_refuses_new_ones(expect_error):
    thread = ModelThread(Doubles)
    go_on = occupied(thread)
    answer = thread.convert(1)
    closing = threading.Thread(target=thread.close)
    closing.start()
    go_on.set()
    closing.join(WAIT)
    assert answer.result(0) == 2
    with expect_error(RuntimeError, "^the thread of the model is closed$"):
        thread.convert(2)


def test_a_model_that_does_not_open(expect_error):
    def fails():
        raise AudioError("no model")

    before = threading.active_count()
    with expect_error(AudioError, "no model"):
        ModelThread(fails)
    assert threading.active_count() == before


# ---- from the event loop


class Items:
    """Iterator that records its thread for the test; `gate` lets it go on after the first item."""

    def __init__(self):
        self.threads, self.gate, self.begun, self.closed = (
            set(),
            threading.Event(),
            threading.Event(),
            threading.Event(),
        )

    def __call__(self):
        try:
            self.threads.add(threading.current_thread().name)
            yield "first"
            self.begun.set()
            assert self.gate.wait(WAIT)
            yield "second"
        finally:
            self.closed.set()


def test_items_come_from_the_thread_of_the_model(thread):
    items = Items()
    items.gate.set()

    async def read() -> list[str]:
        return [item async for item in thread.each(items())]

    assert asyncio.run(read()) == ["first", "second"]
    assert items.threads == {"model"} and items.closed.is_set()


def test_other_tasks_have_their_turn_between_two_items(thread):
    items = Items()
    items.gate.set()

    async def read() -> list[str]:
        seen = []
        async for item in thread.each(items()):
            seen.append(item)
            seen.append(await thread.ask(str.upper, "other"))
        return seen

    assert asyncio.run(read()) == ["first", "OTHER", "second", "OTHER"]


def test_cancelling_closes_the_items(thread):
    items = Items()

    async def read() -> None:
        async for _ in thread.each(items()):
            pass

    async def cancelled() -> None:
        reading = asyncio.create_task(read())
        await asyncio.to_thread(items.begun.wait, WAIT)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)  # returns at once, although the model still works
        assert not items.closed.is_set()
        items.gate.set()

    asyncio.run(cancelled())
    assert items.closed.wait(WAIT)


def test_items_may_be_left_when_the_thread_is_closed():
    thread = ModelThread(Doubles)
    items = Items()

    async def read() -> None:
        each = thread.each(items())
        assert await anext(each) == "first"
        thread.close()
        await each.aclose()

    asyncio.run(read())


def test_the_times_of_a_request(thread):
    """Add each task of a request, also a failed one, to the times of that request alone."""
    mine, other = ModelTimes(), ModelTimes()
    go_on = occupied(thread)
    model_times.set(mine)
    answers = [thread.convert(1), thread.call(lambda: 1 // 0)]
    model_times.set(other)
    thread.call(int).cancel()
    model_times.set(None)
    answers.append(thread.convert(2))
    pause = threading.Event()
    pause.wait(0.05)
    go_on.set()
    for answer in answers:
        answer.exception(WAIT)
    assert mine.queued >= 0.1 and mine.computing > 0  # two tasks waited 0.05 s and more
    thread.call(int).result(WAIT)
    assert other.queued >= 0.05 and other.computing == 0
