# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Admit requests to the service: check access, receive the body, give the request a place, end it in time, log it.

connection -> [here] -> server.py. A place is one of `Limits.places`. A request takes it when its body is complete and
gives it up while its client is slow to read, so a place is only ever held for the model.
"""

import asyncio
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import anyio
from loguru import logger
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.batching import ModelTimes, model_times
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.measures import Measures
from models.demos.openvoice.demo.refusals import Refusal, error_response
from models.tt_audio.cli.terminal import counted

RETRY_SECONDS = 1
PROGRESS_BYTES = 1 << 14  # that a body has to bring in each `stall_seconds`
CLIENT_CLOSED = 499  # nginx's number, for log and metrics only
ID_HEADER = "X-Request-Id"


class Admission:
    """ASGI application around that of server.py."""

    def __init__(self, app: ASGIApp, limits: Limits, measures: Measures, access: Access):
        self.app, self.limits, self.measures, self.access = app, limits, measures, access
        self.held = 0  # places
        self.arriving = 0  # bytes of bodies that are not complete

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = Answer(send, _request_id(Headers(scope=scope)))
        times = ModelTimes()
        model_times.set(times)
        try:
            await self._answer(scope, receive, answer)
        except Refusal as refusal:
            await error_response(refusal)(scope, receive, answer.send)
        except ClientGone:
            pass
        finally:
            seconds = time.perf_counter() - started
            self.measures.answered(getattr(scope.get("route"), "path", "other"), answer.status, seconds)
            _log(scope, answer, seconds, times)

    async def _answer(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        if (refusal := self.access.refusal(scope)) is not None:
            raise refusal
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and float(length) > self.limits.upload_bytes:
            raise self._too_large()
        if scope["method"] != "POST":
            await self._run(scope, await self._body(receive), receive, answer, answer.send)
            return
        self._require_place()  # a client that cannot be served is told before it sends its recording
        body = await self._body(receive)
        self._require_place()

        async def send(message: Message) -> None:
            with self._place_given_up():
                await answer.send(message)

        with self._place():
            await self._run(scope, body, receive, answer, send)

    # ---- bodies

    async def _body(self, receive: Receive) -> bytes:
        """Receive the whole body of a request, if it is small enough and keeps coming."""
        body, counted_until = bytearray(), 0
        try:
            with anyio.move_on_after(self.limits.request_seconds), self._patience() as patience:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGone
                    part = message.get("body", b"")
                    self._set_arriving(self.arriving + len(part))
                    body += part
                    if len(body) > self.limits.upload_bytes:
                        raise self._too_large()
                    if not message.get("more_body", False):
                        return bytes(body)
                    if self.arriving > self.limits.arriving_bytes:
                        said = "too many recordings arrive at once; come again in a moment"
                        raise Refusal(429, said, "too_many_uploads", Retry_After=str(RETRY_SECONDS))
                    if len(body) - counted_until >= PROGRESS_BYTES:
                        counted_until = len(body)
                        patience.deadline = anyio.current_time() + self.limits.stall_seconds
            raise Refusal(408, "the request did not arrive in time; send it again", "request_timeout")
        finally:
            self._set_arriving(self.arriving - len(body))

    def _patience(self) -> anyio.CancelScope:
        return anyio.move_on_after(self.limits.stall_seconds)

    def _set_arriving(self, size: int) -> None:
        self.arriving = size
        self.measures.arriving.set(size)

    def _too_large(self) -> Refusal:
        size = self.limits.upload_bytes / (1 << 20)
        message = f"the request is larger than {size:g} MiB; send a shorter or compressed recording"
        return Refusal(413, message, "request_too_large")

    # ---- places

    def _require_place(self) -> None:
        if self.held >= self.limits.places:
            held = f"{counted(self.held, 'request')} {'is' if self.held == 1 else 'are'}"
            message = f"{held} being answered and no more may be sent at once; come again in a moment"
            raise Refusal(429, message, "too_many_requests", Retry_After=str(RETRY_SECONDS))

    @contextmanager
    def _place(self) -> Iterator[None]:
        self._set_held(self.held + 1)
        try:
            yield
        finally:
            self._set_held(self.held - 1)

    @contextmanager
    def _place_given_up(self) -> Iterator[None]:
        """Give up the place while a client reads, then take it back, even if others took all places meanwhile."""
        self._set_held(self.held - 1)
        try:
            yield
        finally:
            self._set_held(self.held + 1)

    def _set_held(self, held: int) -> None:
        self.held = held
        self.measures.held.set(held)

    # ---- the answer

    async def _run(self, scope: Scope, body: bytes, receive: Receive, answer: "Answer", send: Send) -> None:
        """Call the application until it is done, the time is over, or the client has gone."""
        unread = [body]

        async def replay() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await answer.gone.wait()
            return {"type": "http.disconnect"}

        with anyio.move_on_after(self.limits.request_seconds) as time_left:
            watcher = asyncio.create_task(_end_when_gone(receive, answer, time_left))
            try:
                await self.app(scope, replay, send)
            finally:
                watcher.cancel()
        # An answer that has begun is left unfinished, so the server cuts it off: the client notices a missing end.
        if time_left.cancelled_caught and not answer.gone.is_set() and not answer.started:
            message = f"the answer took longer than {self.limits.request_seconds:g} s; ask for less at once"
            raise Refusal(504, message, "timeout")


class Answer:
    """State of the answer to one request."""

    def __init__(self, send: Send, request_id: str):
        self._send, self.request_id = send, request_id
        self.status = CLIENT_CLOSED
        self.started = self.complete = False
        self.gone = asyncio.Event()  # the client

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
            MutableHeaders(scope=message)[ID_HEADER] = self.request_id
        elif not message.get("more_body", False):
            self.complete = True
        await self._send(message)
        # Uvicorn drops what is sent after the client has gone. Give the watcher its turn, or a stream might never end.
        await asyncio.sleep(0)


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


async def _end_when_gone(receive: Receive, answer: Answer, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    if not answer.complete:
        answer.gone.set()
        scope.cancel()


# ---- the access log


def _request_id(headers: Headers) -> str:
    """Return the id that a proxy or client gave the request, or a new one."""
    given = headers.get(ID_HEADER, "")
    return given if re.fullmatch(r"[\w.-]{1,64}", given, re.ASCII) else uuid.uuid4().hex[:16]


def _log(scope: Scope, answer: Answer, seconds: float, times: ModelTimes) -> None:
    path = quote(scope["path"], errors="replace")  # without the query; no control characters
    line = (
        f"{answer.request_id} {scope['method']} {path} {answer.status} {seconds:.3f} s "
        f"(queued {times.queued:.3f} s, computing {times.computing:.3f} s)"
    )
    logger.bind(access=True).info(line)
