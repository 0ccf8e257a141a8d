# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The one thread that owns the model of a service, and what waits for it.

Requests -> [here] -> pipeline.py. Jobs run in the order they came in, but for conversions: those that wait together
share the backend's passes, and one that finds nothing waiting waits a few milliseconds for others.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.demos.openvoice.pipeline import OpenVoice, Request
from models.tt_audio.host.errors import UserError

WINDOW_SECONDS = 0.005  # less than anybody hears, more than requests sent together are apart
MOST_TOGETHER = 8


@dataclass(frozen=True)
class Job:
    """Either a conversion or anything else; `result` is the answer to come."""

    request: Request | None = None
    work: Callable[[], Any] | None = None
    result: Future = field(default_factory=Future)


class Worker:
    """Opens the model by `open_model` in its own thread, and does there what is asked of it from any other."""

    def __init__(
        self,
        open_model: Callable[[], OpenVoice],
        window: float = WINDOW_SECONDS,
        most: int = MOST_TOGETHER,
        seen: Callable[[int], None] = lambda together: None,
    ):
        self.window, self.most = window, most
        self.seen = seen  # told how many conversions each batch has
        self._jobs: deque[Job] = deque()
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
        return len(self._jobs)

    def call(self, work: Callable[..., Any], *arguments: Any) -> Future:
        """What `work` returns or raises."""
        return self._enter(Job(work=lambda: work(*arguments)))

    def convert(self, request: Request) -> Future[np.ndarray]:
        """What `OpenVoice.convert` returns or raises."""
        return self._enter(Job(request))

    def close(self) -> None:
        """Returns when everything asked for is done; nothing may be asked for after that."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _enter(self, job: Job) -> Future:
        with self._changed:
            if self._closing:
                raise RuntimeError("the worker is closed")
            self._jobs.append(job)
            self._changed.notify_all()
        return job.result

    def _run(self) -> None:
        while jobs := self._next():
            # A job whose asker has gone is not begun.
            jobs = [job for job in jobs if job.result.set_running_or_notify_cancel()]
            if jobs and jobs[0].request is None:
                _answer(jobs[0], jobs[0].work)
            elif jobs:
                self._convert(jobs)

    def _next(self) -> list[Job]:
        """What comes next: one job or several conversions; nothing when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing)
            if not self._jobs or self._jobs[0].request is None:
                return [self._jobs.popleft()] if self._jobs else []
            until = time.monotonic() + self.window
            while len(together := [job for job in self._jobs if job.request is not None]) < self.most:
                left = until - time.monotonic()
                if left <= 0 or self._closing:
                    break
                self._changed.wait(left)
            together = together[: self.most]
            taken = set(map(id, together))
            self._jobs = deque(job for job in self._jobs if id(job) not in taken)
            return together

    def _convert(self, jobs: list[Job]) -> None:
        self.seen(len(jobs))
        try:
            results = self.model.convert_batch([job.request for job in jobs])
        except UserError:  # one of them asks for what cannot be: each gets its own answer
            for job in jobs:
                _answer(job, lambda job=job: self.model.convert_batch([job.request])[0])
        except BaseException as error:  # noqa: B036 - whatever it is, who asked has to hear it, and the thread goes on
            for job in jobs:
                job.result.set_exception(error)
        else:
            for job, samples in zip(jobs, results, strict=True):
                job.result.set_result(samples)


def _answer(job: Job, work: Callable[[], Any]) -> None:
    try:
        job.result.set_result(work())
    except BaseException as error:  # noqa: B036 - as above
        job.result.set_exception(error)
