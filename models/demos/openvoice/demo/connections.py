# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Close connections that make no progress. Uvicorn limits the time of an idle connection only between two requests.

Bodies of requests are limited in admission.py, which counts their bytes.
"""

import asyncio
import fcntl
import socket
import struct
import termios

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from models.tt_audio.host.errors import UsageError

MOST_CONNECTIONS = 512  # beyond this uvicorn answers with status 503; a process usually has 1,024 descriptors
DRAINED_BYTES = 1 << 14  # that a client has to read of an answer in each `stall_seconds`


class TimedConnection(H11Protocol):
    """HTTP connection that ends when headers do not arrive in time or when the client stops reading the answer.

    The first timer runs whenever no request is being answered: from the connection or the last answer on, until the
    next headers are complete. It also ends a client that goes on sending a body that was refused.
    The second timer runs while the write buffer is full.
    """

    stall_seconds: float  # set by a subclass
    _waiting: asyncio.TimerHandle | None = None
    _draining: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._time_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time_headers()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._time_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._waiting, self._draining):
            if timer is not None:
                timer.cancel()

    def _time_headers(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        elif not answering and self._waiting is None:
            self._waiting = self.loop.call_later(self.stall_seconds, self._headers_are_late, self._unread())

    def _headers_are_late(self, unread: int) -> None:
        self._waiting = None
        left = self._unread()
        if left and unread - left >= DRAINED_BYTES:  # the client still reads the last answer
            self._time_headers()
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._check_drained_later()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._draining is not None:
            self._draining.cancel()
            self._draining = None

    def _check_drained_later(self) -> None:
        left = self._unread()

        def check() -> None:
            if left - self._unread() < DRAINED_BYTES:
                self.transport.abort()
            else:
                self._check_drained_later()

        self._draining = self.loop.call_later(self.stall_seconds, check)

    def _unread(self) -> int:
        """Return the bytes of answers that the client has not received, those in the system's buffer included."""
        descriptor = self.transport.get_extra_info("socket").fileno()
        (queued,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, bytes(4)))
        return queued + self.transport.get_write_buffer_size()


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, so that a port in use is found out before the model is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise UsageError(f"port {port} of {host} cannot be used ({error.strerror}); choose another --port") from None
    return bound


def make_server(app: ASGIApp, stall_seconds: float, finish_seconds: float) -> uvicorn.Server:
    """Return a server that closes stalled connections, and that waits `finish_seconds` for answers when it ends."""
    config = uvicorn.Config(
        app,
        http=type("Connection", (TimedConnection,), {"stall_seconds": stall_seconds}),
        ws="none",
        log_level="warning",
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=finish_seconds,
    )
    return uvicorn.Server(config)
