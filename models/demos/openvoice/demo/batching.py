# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The thread that owns the model of a service or page, and the tasks that wait for it.

Requests -> [here] -> pipeline.py. Tasks run in the order in which they came, except that conversions that wait at the
same time share the backend's passes. A conversion that finds no other waiting waits a few milliseconds for one.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from models.demos.openvoice.pipeline import OpenVoice, Request
from models.tt_audio.host.errors import UserError

WINDOW_SECONDS = 0.005  # longer than requests sent together are apart, too short to be noticed
MOST_TOGETHER = 8

Value = TypeVar("Value")


@dataclass
class ModelTimes:
    """Seconds that the tasks of one request waited for the model and used it."""

    queued: float = 0.0
    computing: float = 0.0


# Times of the request that is being answered; tasks that it asks for add to them.
model_times: ContextVar[ModelTimes | None] = ContextVar("model_times", default=None)


@dataclass
class Task:
    """A conversion (`request`) or any other call (`work`); `result` will hold what it returns or raises."""

    request: Request | None = None
    work: Callable[[], Any] | None = None
    result: Future = field(default_factory=Future)
    times: ModelTimes = field(default_factory=lambda: model_times.get() or ModelTimes())
    entered: float = field(default_factory=time.perf_counter)
    begun: float = 0.0

    def begin(self) -> bool:
        """Start the task. Return False where it was cancelled while it waited."""
        self.begun = time.perf_counter()
        self.times.queued += self.begun - self.entered
        return self.result.set_running_or_notify_cancel()

    def finish(self, work: Callable[[], Any]) -> None:
        """Set the result to what `work` returns or raises."""
        try:
            value = work()
        except BaseException as error:  # noqa: B036 - the asker has to get any error, and the thread goes on
            self._add_time()
            self.result.set_exception(error)
        else:
            self._add_time()
            self.result.set_result(value)

    def _add_time(self) -> None:
        self.times.computing += time.perf_counter() - self.begun


class ThreadClosed(RuntimeError):
    """A task was entered after the end of the thread."""


class ModelThread:
    """Thread that opens the model by `open_model` and then runs tasks for any other thread."""

    def __init__(
        self,
        open_model: Callable[[], OpenVoice],
        window: float = WINDOW_SECONDS,
        most: int = MOST_TOGETHER,
        on_batch: Callable[[int], None] = lambda conversions: None,
    ):
        self.window, self.most = window, most
        self.on_batch = on_batch  # called with the number of conversions of each batch
        self._tasks: deque[Task] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)
        self._thread.start()
        try:
            self.model = self.call(open_model).result()
        except BaseException:
            self.close()
            raise

    @property
    def waiting(self) -> int:
        """Return the number of tasks that have not begun."""
        return len(self._tasks)

    def call(self, work: Callable[..., Value], *arguments: Any) -> Future[Value]:
        """Return the future result of `work(*arguments)`, called in the thread of the model."""
        return self._enter(Task(work=lambda: work(*arguments)))

    def convert(self, request: Request) -> Future[np.ndarray]:
        """Return the future result of `OpenVoice.convert`."""
        return self._enter(Task(request))

    async def ask(self, work: Callable[..., Value], *arguments: Any) -> Value:
        """Return the result of `work(*arguments)`, called in the thread of the model."""
        return await asyncio.wrap_future(self.call(work, *arguments))

    async def each(self, items: Iterator[Value]) -> AsyncIterator[Value]:
        """Yield the items of an iterator that uses the model. Each `next` is a task of its own.

        So other requests have their turn between two items, and a slow client keeps no one waiting. The iterator is
        closed at the end, also when the asker is cancelled.
        """
        try:
            while (item := await self.ask(next, items, None)) is not None:
                yield item
        finally:
            with suppress(ThreadClosed):
                self.call(items.close)

    def close(self) -> None:
        """Refuse new tasks and return when all others are done."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _enter(self, task: Task) -> Future:
        with self._changed:
            if self._closing:
                raise ThreadClosed("the thread of the model is closed")
            self._tasks.append(task)
            self._changed.notify_all()
        return task.result

    def _run(self) -> None:
        while tasks := self._next():
            tasks = [task for task in tasks if task.begin()]
            if tasks and tasks[0].request is None:
                tasks[0].finish(tasks[0].work)
            elif tasks:
                self._convert(tasks)

    def _next(self) -> list[Task]:
        """Wait for the next task and return it, or several conversions. Return an empty list once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._closing)
            if not self._tasks or self._tasks[0].request is None:
                return [self._tasks.popleft()] if self._tasks else []
            until = time.monotonic() + self.window
            while len(together := [task for task in self._tasks if task.request is not None]) < self.most:
                left = until - time.monotonic()
                if left <= 0 or self._closing:
                    break
                self._changed.wait(left)
            together = together[: self.most]
            taken = set(map(id, together))
            self._tasks = deque(task for task in self._tasks if id(task) not in taken)
            return together

    def _convert(self, tasks: list[Task]) -> None:
        self.on_batch(len(tasks))
        try:
            results = list(zip(tasks, self.model.convert_batch([task.request for task in tasks]), strict=True))
        except UserError:  # one of the requests cannot be met: each is tried alone
            for task in tasks:
                task.finish(lambda task=task: self.model.convert_batch([task.request])[0])
        except BaseException as error:  # noqa: B036 - as in Task.finish
            for task in tasks:
                task.finish(_raiser(error))
        else:
            for task, samples in results:
                task.finish(lambda samples=samples: samples)


def _raiser(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail
