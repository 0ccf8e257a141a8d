# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Limits of the service, its error answers, and its figures for Prometheus.

admission.py enforces the limits of a request, service.py those of recordings, texts and results.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.exceptions import HTTPException
from starlette.responses import Response

LATENCIES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)  # seconds; upper ends of the histogram


@dataclass(frozen=True)
class Limits:
    """Limits of one request, and of all requests together."""

    upload_bytes: int = 32 << 20
    arriving_bytes: int = 256 << 20  # of all request bodies that have not arrived completely
    recording_seconds: float = 300.0
    references: int = 8
    text_characters: int = 4096  # as OpenAI's
    result_seconds: float = 600.0
    request_seconds: float = 300.0  # for the body to arrive, and again for the answer
    stall_seconds: float = 20.0  # without progress of a body, after which the request ends
    places: int = 16  # requests that wait for the model or use it; one more is refused with status 429
    together_seconds: float = 15.0  # recordings up to this length are converted with others, longer ones in pieces


class Refusal(HTTPException):
    """Error answer with a status, a message that says what to do, and a code for programs."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None, **headers: str):
        super().__init__(status, message, {name.replace("_", "-"): value for name, value in headers.items()})
        self.code, self.param = code, param


def error_response(error: HTTPException) -> Response:
    """Return the error in the shape of OpenAI's errors, which every client of this service may rely on."""
    status = HTTPStatus(error.status_code)
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status)
    content = {
        "message": str(error.detail),
        "type": kind or ("server_error" if status >= 500 else "invalid_request_error"),
        "param": getattr(error, "param", None),
        "code": getattr(error, "code", status.name.lower()),
    }
    # json.dumps writes ASCII, so lone surrogates from a request cannot fail to encode.
    return Response(json.dumps({"error": content}), status, error.headers, "application/json")


class Measures:
    """Figures that /metrics shows. Each has a registry of its own, so that a process may have several services."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("openvoice_requests", "Requests answered", ["path", "status"], registry=registry)
        self.errors = Counter("openvoice_errors", "Requests answered with an error", ["path"], registry=registry)
        self.latency = Histogram(
            "openvoice_request_seconds", "From request to end of answer", ["path"], buckets=LATENCIES, registry=registry
        )
        self.audio = Counter("openvoice_audio_seconds", "Sound made", ["path"], registry=registry)
        self.conversions = Counter("openvoice_batched_conversions", "Conversions run in batches", registry=registry)
        self.batches = Counter("openvoice_batches", "Batches of conversions run", registry=registry)
        self.held = Gauge("openvoice_places_held", "Requests that wait for the model or use it", registry=registry)
        self.arriving = Gauge("openvoice_arriving_bytes", "Bytes of incomplete request bodies", registry=registry)
        self.waiting = Gauge("openvoice_queue_depth", "Tasks that wait for the model", registry=registry)

    def batch(self, conversions: int) -> None:
        """Count one batch of that many conversions."""
        self.batches.inc()
        self.conversions.inc(conversions)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count one answer. `path` is that of the route, so that the number of labels stays small."""
        self.requests.labels(path, status).inc()
        self.latency.labels(path).observe(seconds)
        if status >= 400:
            self.errors.labels(path).inc()


def counted(number: int, noun: str) -> str:
    """Return "1 request" or "2 requests"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
