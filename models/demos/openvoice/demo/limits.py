# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What stands between the network and the service's answers: who may ask, how much, how many at once, how long.

An ASGI application around the one of server.py. Every refusal is one sentence in the shape that OpenAI's clients read.
"""

import asyncio
import hmac
import json
import time
from dataclasses import dataclass
from http import HTTPStatus

import anyio
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PATHS = ("/health", "/openapi.json")  # no key is asked for: the one is for load balancers, the other is public
RETRY_SECONDS = 1
LATENCIES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)  # seconds; upper ends of the histogram


@dataclass(frozen=True)
class Limits:
    upload_bytes: int = 32 << 20
    recording_seconds: float = 300.0
    references: int = 8
    text_characters: int = 4096  # as OpenAI's
    result_seconds: float = 600.0
    request_seconds: float = 300.0
    places: int = 16  # requests that wait or run; one more is told to come again
    together_seconds: float = 15.0  # recordings up to this length are converted with others, longer ones in pieces


class Refusal(HTTPException):
    """An answer that is an error; `message` says what to do."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None, **headers: str):
        super().__init__(status, message, {name.replace("_", "-"): value for name, value in headers.items()})
        self.code, self.param = code, param


def error_response(error: HTTPException) -> Response:
    """In the shape of OpenAI's errors, which every client of this service may rely on."""
    status = HTTPStatus(error.status_code)
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status)
    content = {
        "message": str(error.detail),
        "type": kind or ("server_error" if status >= 500 else "invalid_request_error"),
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", status.name.lower()),
    }
    # ASCII: what a request carried may not be encodable
    return Response(json.dumps({"error": content}), status, error.headers, "application/json")


class Measures:
    """What /metrics shows. A registry of its own, so that a process may have several services."""

    def __init__(self):
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("openvoice_requests", "Requests answered", ["path", "status"], registry=registry)
        self.errors = Counter("openvoice_errors", "Requests answered with an error", ["path"], registry=registry)
        self.latency = Histogram(
            "openvoice_request_seconds", "From request to end of answer", ["path"], buckets=LATENCIES, registry=registry
        )
        self.audio = Counter("openvoice_audio_seconds", "Sound made", ["path"], registry=registry)
        self.conversions = Counter("openvoice_batched_conversions", "Conversions run in batches", registry=registry)
        self.batches = Counter("openvoice_batches", "Batches of conversions run", registry=registry)
        self.held = Gauge("openvoice_places_held", "Requests that wait or run", registry=registry)
        self.waiting = Gauge("openvoice_queue_depth", "Jobs that wait for the model", registry=registry)

    def batch(self, conversions: int) -> None:
        self.batches.inc()
        self.conversions.inc(conversions)

    def answered(self, path: str, status: int, seconds: float) -> None:
        self.requests.labels(path, status).inc()
        self.latency.labels(path).observe(seconds)
        if status >= 400:
            self.errors.labels(path).inc()


class Gate:
    """Checks the key, the size and the place of a request; ends one whose time is over or whose client has gone."""

    def __init__(self, app: ASGIApp, limits: Limits, measures: Measures, key: str | None = None):
        self.app, self.limits, self.measures = app, limits, measures
        self.key = key.encode() if key else None
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange, started = Exchange(receive, send, self.limits.upload_bytes), time.perf_counter()
        try:
            await self._admit(scope, exchange)
        except Refusal as refusal:
            await error_response(refusal)(scope, exchange.receive, exchange.send)
        finally:
            path = getattr(scope.get("route"), "path", "other")  # of the route: a label must not grow with requests
            self.measures.answered(path, exchange.status, time.perf_counter() - started)

    async def _admit(self, scope: Scope, exchange: "Exchange") -> None:
        headers = dict(scope["headers"])
        if self.key is not None and scope["path"] not in OPEN_PATHS:
            given = headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, b"Bearer " + self.key):
                message = "the API key is missing or wrong; send it as `Authorization: Bearer KEY`"
                raise Refusal(401, message, "invalid_api_key", WWW_Authenticate="Bearer")
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self.limits.upload_bytes:
            raise exchange.too_large()
        if scope["method"] != "POST":
            await self._run(scope, exchange)
            return
        if self.held >= self.limits.places:
            message = f"{self.held} requests are being answered and no more are taken at once; come again in a moment"
            raise Refusal(429, message, "too_many_requests", Retry_After=str(RETRY_SECONDS))
        self.held += 1
        self.measures.held.set(self.held)
        try:
            await self._run(scope, exchange)
        finally:
            self.held -= 1
            self.measures.held.set(self.held)

    async def _run(self, scope: Scope, exchange: "Exchange") -> None:
        with anyio.move_on_after(self.limits.request_seconds) as time_left:
            watcher = asyncio.create_task(exchange.until_gone(time_left))
            try:
                await self.app(scope, exchange.receive, exchange.send)
            finally:
                watcher.cancel()
        # An answer that has begun is left unfinished and so cut off by the server: the client sees that it has no end.
        if time_left.cancelled_caught and not exchange.gone and not exchange.status_sent:
            message = f"the answer took longer than {self.limits.request_seconds:g} s; ask for less at once"
            raise Refusal(504, message, "timeout")


class Exchange:
    """One request and its answer, watched."""

    CLIENT_CLOSED = 499  # nginx's number, for the metrics only

    def __init__(self, receive: Receive, send: Send, most: int):
        self._receive, self._send, self._most = receive, send, most
        self._bytes = 0
        self._complete = asyncio.Event()  # the request has arrived
        self.gone = self.status_sent = False
        self.status = self.CLIENT_CLOSED

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most:
                raise self.too_large()
            if not message.get("more_body", False):
                self._complete.set()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.status_sent = message["status"], True
        await self._send(message)

    async def until_gone(self, scope: anyio.CancelScope) -> None:
        await self._complete.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        scope.cancel()

    def too_large(self) -> Refusal:
        message = f"the request is larger than {self._most / (1 << 20):g} MiB; send a shorter or compressed recording"
        return Refusal(413, message, "request_too_large")
