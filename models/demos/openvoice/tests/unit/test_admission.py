# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Admission of requests to the service, over real sockets: places, bodies, time limits, slow clients, access log."""

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import anyio
import httpx
import pytest
from loguru import logger
from prometheus_client import generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, StreamingResponse

from models.demos.openvoice.demo.access import Access
from models.demos.openvoice.demo.admission import Admission
from models.demos.openvoice.demo.batching import model_times
from models.demos.openvoice.demo.endpoints import ClosingStream
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.measures import Measures
from models.demos.openvoice.demo.refusals import Refusal, error_response
from models.demos.openvoice.tests.unit.service_fixtures import behind_a_port
from models.tt_audio.cli.terminal import counted

WAIT = 60  # seconds that nothing here should take; a test that takes them has failed
HEADERS = "POST /convert HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
MEBIBYTE = 1 << 20


class Held:
    """Application whose answers wait until the test releases them."""

    def __init__(self):
        self.inside = threading.Semaphore(0)
        self.cancelled = threading.Event()
        self.go_on: Future[None] = Future()

    async def __call__(self, scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        self.inside.release()
        try:
            while not self.go_on.done():
                await anyio.sleep(0.005)
        except BaseException:
            self.cancelled.set()
            raise
        await PlainTextResponse("done")(scope, receive, send)


async def echo(scope, receive, send):
    """Answer with the length of the body."""
    size = 0
    while True:
        message = await receive()
        size += len(message["body"])
        if not message["more_body"]:
            break
    await PlainTextResponse(str(size))(scope, receive, send)


def admission(app, measures: Measures | None = None, **limits) -> Admission:
    return Admission(app, Limits(**limits), measures or Measures(), Access())


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), WAIT) as connection:
        yield connection


def answer_of(connection: socket.socket) -> bytes:
    """Return all that the server sends until it closes the connection."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def until(condition) -> None:
    """Wait until the condition holds."""
    for _ in range(WAIT * 100):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")


# ---- places


@pytest.mark.parametrize("places, said", [(1, "1 request is being answered"), (2, "2 requests are being answered")])
def test_when_all_places_are_taken(places, said):
    app, measures = Held(), Measures()
    gate = admission(app, measures, places=places)
    with behind_a_port(gate) as address, ThreadPoolExecutor(places) as threads:
        inside = [threads.submit(httpx.post, address, content=b"x", timeout=WAIT) for _ in range(places)]
        assert all(app.inside.acquire(timeout=WAIT) for _ in inside)
        refused = httpx.post(address, content=b"x")
        assert refused.status_code == 429 and refused.headers["retry-after"] == "1"
        assert refused.json()["error"]["code"] == "too_many_requests"
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert said in refused.json()["error"]["message"]
        assert f"openvoice_places_held {places}.0".encode() in generate_latest(measures.registry)
        app.go_on.set_result(None)
        assert [answer.result().text for answer in inside] == ["done"] * places
        assert httpx.post(address, content=b"x").text == "done"
        assert b"openvoice_places_held 0.0" in generate_latest(measures.registry)
    assert gate.held == 0


def test_what_needs_no_place_is_answered_when_all_are_taken():
    app = Held()
    with behind_a_port(admission(app, places=1)) as address, ThreadPoolExecutor(2) as threads:
        inside = threads.submit(httpx.post, address, content=b"x", timeout=WAIT)
        assert app.inside.acquire(timeout=WAIT)
        other = threads.submit(httpx.get, address, timeout=WAIT)
        assert app.inside.acquire(timeout=WAIT)
        app.go_on.set_result(None)
        assert (inside.result().text, other.result().text) == ("done", "done")


def test_a_client_that_leaves_frees_its_place():
    app = Held()
    gate = admission(app, places=1)
    with behind_a_port(gate) as address:
        with connected(address) as connection:
            connection.sendall(f"{HEADERS}Content-Length: 1\r\n\r\nx".encode())
            assert app.inside.acquire(timeout=WAIT)
        assert app.cancelled.wait(WAIT)
        app.go_on.set_result(None)
        until(lambda: gate.held == 0)
        assert httpx.post(address, content=b"x").text == "done"


def test_half_sent_uploads_take_no_place():
    """Let forty clients send half a recording and stop; the service answers the next, and then those that go on."""
    gate = admission(echo, places=1)
    with behind_a_port(gate) as address:
        connections = [socket.create_connection(address.removeprefix("http://").split(":"), WAIT) for _ in range(40)]
        try:
            for connection in connections:
                connection.sendall(f"{HEADERS}Content-Length: 200000\r\n\r\n".encode() + bytes(100_000))
            until(lambda: gate.arriving == 40 * 100_000)
            assert gate.held == 0
            assert httpx.post(address, content=bytes(1000)).text == "1000"
            connections[0].sendall(bytes(100_000))
            assert connections[0].recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
            assert gate.arriving == 39 * 100_000
        finally:
            for connection in connections:
                connection.close()
        until(lambda: gate.arriving == 0)


def test_a_place_may_be_taken_while_a_body_arrives():
    """Refuse the request when its body is complete and all places are taken."""
    app = Held()
    gate = admission(app, places=1)
    with behind_a_port(gate) as address, connected(address) as slow, ThreadPoolExecutor(1) as threads:
        slow.sendall(f"{HEADERS}Content-Length: 2\r\n\r\nx".encode())
        until(lambda: gate.arriving == 1)
        inside = threads.submit(httpx.post, address, content=b"x", timeout=WAIT)
        assert app.inside.acquire(timeout=WAIT)
        slow.sendall(b"x")
        assert slow.recv(1 << 16).startswith(b"HTTP/1.1 429 Too Many Requests")
        app.go_on.set_result(None)
        assert inside.result().text == "done"


# ---- bodies


def test_a_body_that_stops_ends():
    gate = admission(echo, stall_seconds=0.1)
    with behind_a_port(gate, stall_seconds=0.3) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 10\r\n\r\nhalf".encode())
        answer = answer_of(connection)  # the connection is closed, too
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
        assert b"the request did not arrive in time; send it again" in answer


def sent_until_answered(connection: socket.socket, part: bytes) -> bytes:
    """Send the part again and again. Return the beginning of the answer."""
    connection.settimeout(0.01)
    for _ in range(WAIT * 100):
        try:
            return connection.recv(1 << 16)
        except TimeoutError:
            connection.sendall(part)
    raise AssertionError("there is no answer")


def test_a_body_that_trickles_ends():
    """Send a byte now and then, which does not count as progress."""
    gate = admission(echo, stall_seconds=0.3)
    with behind_a_port(gate) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 100000\r\n\r\n".encode())
        assert sent_until_answered(connection, b"x").startswith(b"HTTP/1.1 408 Request Timeout")


def test_a_large_body_has_more_time_than_a_stall():
    """Restart the time limit after every 16 KiB; only a body without progress is ended."""
    gate = admission(echo, stall_seconds=1.0)
    pauses = threading.Event()

    def parts():
        for _ in range(30):
            pauses.wait(0.1)
            yield bytes(1 << 14)

    with behind_a_port(gate) as address:
        assert httpx.post(address, content=parts(), timeout=WAIT).text == str(30 << 14)


def test_a_body_has_to_be_complete_within_the_time_of_a_request():
    with behind_a_port(admission(echo, request_seconds=0.3)) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 30000000\r\n\r\n".encode())
        answer = sent_until_answered(connection, bytes(1 << 10))
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout")


@pytest.mark.parametrize("size, status", [(MEBIBYTE, 200), (MEBIBYTE + 1, 413)])
@pytest.mark.parametrize("told", [True, False])
def test_the_size_of_a_request(size, status, told):
    def parts():
        for start in range(0, size, 1 << 16):
            yield bytes(min(1 << 16, size - start))

    gate = admission(echo, upload_bytes=MEBIBYTE)
    with behind_a_port(gate) as address:
        answer = httpx.post(address, content=bytes(size) if told else parts())
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["error"]["message"].startswith("the request is larger than 1 MiB; send a shorter")
        assert answer.json()["error"]["code"] == "request_too_large"
    assert gate.arriving == 0


def test_a_size_that_is_told_is_refused_before_it_is_sent():
    with behind_a_port(admission(echo, upload_bytes=10)) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 11\r\n\r\n".encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 413 ")


def test_all_bodies_together_are_limited():
    measures = Measures()
    gate = admission(echo, measures, arriving_bytes=300_000)
    with behind_a_port(gate) as address, connected(address) as first, connected(address) as second:
        for connection in (first, second):
            connection.sendall(f"{HEADERS}Content-Length: 200000\r\n\r\n".encode())
        first.sendall(bytes(150_000))
        until(lambda: gate.arriving == 150_000)
        second.sendall(bytes(150_000))
        until(lambda: gate.arriving == 300_000)
        assert b"openvoice_arriving_bytes 300000.0" in generate_latest(measures.registry)
        second.sendall(b"x")
        answer = second.recv(1 << 16)
        assert answer.startswith(b"HTTP/1.1 429 Too Many Requests") and b"retry-after: 1" in answer
        assert b"too_many_uploads" in answer + second.recv(1 << 16)
        until(lambda: gate.arriving == 150_000)
        first.sendall(bytes(50_000))
        assert first.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
        assert gate.arriving == 0


def test_a_client_that_leaves_while_it_sends():
    measures = Measures()
    gate = admission(echo, measures)
    with behind_a_port(gate) as address:
        with connected(address) as connection:
            connection.sendall(f"{HEADERS}Content-Length: 10\r\n\r\nhalf".encode())
            until(lambda: gate.arriving == 4)
        until(lambda: b'openvoice_requests_total{path="other",status="499"} 1.0' in generate_latest(measures.registry))
        assert gate.arriving == 0


# ---- connections


def test_headers_that_do_not_come_end_the_connection():
    with behind_a_port(admission(echo), stall_seconds=0.2) as address:
        for sent in (b"", b"POST / HTTP/1.1\r\nHost: loc"):
            with connected(address) as connection:
                connection.sendall(sent)
                assert answer_of(connection) == b""


def test_headers_that_trickle_after_an_answer_end_the_connection():
    with behind_a_port(admission(echo), stall_seconds=0.2) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 1\r\n\r\nx".encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
        connection.settimeout(0.01)
        for _ in range(WAIT * 100):
            try:
                if not connection.recv(1 << 16):
                    break
            except TimeoutError:
                connection.sendall(b"X")
            except ConnectionError:
                break
        else:
            raise AssertionError("the connection stays open")


def test_an_answer_may_take_longer_than_headers():
    app = Held()
    with behind_a_port(admission(app), stall_seconds=0.2) as address, ThreadPoolExecutor(1) as threads:
        answer = threads.submit(httpx.post, address, content=b"x", timeout=WAIT)
        assert app.inside.acquire(timeout=WAIT)
        with connected(address) as other:  # a connection opened after the request ends by its time limit
            assert answer_of(other) == b""
        app.go_on.set_result(None)
        assert answer.result().text == "done"


class Fountain:
    """Application that streams without end; `sent` is released after each piece that the server accepted."""

    def __init__(self):
        self.sent = threading.Semaphore(0)
        self.ended = threading.Event()

    async def __call__(self, scope, receive, send):
        async def pieces():
            try:
                while True:
                    yield bytes(MEBIBYTE)
                    self.sent.release()
            finally:
                self.ended.set()

        if scope["method"] == "GET":
            await PlainTextResponse("free")(scope, receive, send)
        elif scope["path"] == "/short":
            await PlainTextResponse("short")(scope, receive, send)
        else:
            await ClosingStream(pieces())(scope, receive, send)


def test_a_client_that_reads_nothing_holds_no_place():
    app = Fountain()
    gate = admission(app, places=1)
    with behind_a_port(gate) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 1\r\n\r\nx".encode())
        assert app.sent.acquire(timeout=WAIT)
        until(lambda: gate.held == 0)
        assert httpx.post(f"{address}/short", content=b"x").text == "short"
        assert not app.ended.is_set()
    assert app.ended.wait(WAIT)
    until(lambda: gate.held == 0)


def test_a_client_that_reads_nothing_is_let_go():
    app = Fountain()
    gate = admission(app)
    with behind_a_port(gate, stall_seconds=0.2) as address, connected(address) as connection:
        connection.sendall(f"{HEADERS}Content-Length: 1\r\n\r\nx".encode())
        assert app.ended.wait(WAIT)
        until(lambda: gate.held == 0)


def test_a_client_that_reads_slowly_gets_all():
    size = 24 * MEBIBYTE

    async def app(scope, receive, send):
        await PlainTextResponse(bytes(size))(scope, receive, send)

    pauses = threading.Event()
    with behind_a_port(admission(app), stall_seconds=0.3) as address, connected(address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        connection.sendall(f"{HEADERS}Connection: close\r\nContent-Length: 1\r\n\r\nx".encode())
        read = 0
        while part := connection.recv(1 << 20):
            read += len(part)
            if read < 4 * MEBIBYTE:  # one second in all, longer than a stall
                pauses.wait(0.02)
    assert read > size


# ---- time


def test_an_answer_that_takes_too_long():
    app = Held()
    with behind_a_port(admission(app, request_seconds=0.05)) as address:
        answer = httpx.post(address, content=b"x")
        assert answer.status_code == 504 and "longer than 0.05 s" in answer.json()["error"]["message"]
        assert answer.json()["error"]["type"] == "server_error" and answer.json()["error"]["code"] == "timeout"
        assert app.cancelled.wait(WAIT)


def test_a_stream_that_takes_too_long_has_no_end(expect_error):
    async def app(scope, receive, send):
        async def pieces():
            yield b"begun"
            await anyio.sleep_forever()

        await receive()
        await StreamingResponse(pieces())(scope, receive, send)

    with behind_a_port(admission(app, request_seconds=0.2)) as address:
        with expect_error(httpx.RemoteProtocolError, "incomplete chunked read"):
            httpx.post(address, content=b"x")


# ---- the access log


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Lines of the access log."""
    written: list[str] = []
    number = logger.add(lambda line: written.append(line.rstrip("\n")), format="{message}", filter=_is_access)
    yield written
    logger.remove(number)


def _is_access(record) -> bool:
    return record["extra"].get("access", False)


def test_each_request_has_a_line(lines):
    async def app(scope, receive, send):
        times = model_times.get()
        times.queued, times.computing = 1.25, 2.5
        await PlainTextResponse("done", 201)(scope, receive, send)

    with behind_a_port(admission(app)) as address:
        answer = httpx.post(f"{address}/voices/a%0ab%1b?key=secret", headers={"Authorization": "Bearer secret"})
        given = httpx.get(address, headers={"X-Request-Id": "proxy-1.a_B"}).headers["x-request-id"]
        refused = httpx.get(address, headers={"Host": "evil.example", "X-Request-Id": "two\tparts"})
    identity = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", identity)
    until(lambda: len(lines) == 3)
    pattern = rf"{identity} POST /voices/a%0Ab%1B 201 \d+\.\d{{3}} s \(queued 1\.250 s, computing 2\.500 s\)"
    assert re.fullmatch(pattern, lines[0]), lines[0]
    assert given == "proxy-1.a_B" and lines[1].startswith("proxy-1.a_B GET / 201 ")
    assert refused.headers["x-request-id"] in lines[2] and re.match("[0-9a-f]{16} GET / 403 ", lines[2])
    assert "secret" not in "".join(lines)


def test_an_id_that_is_too_long_or_not_plain_is_replaced():
    with behind_a_port(admission(echo)) as address:
        for given, kept in (("a" * 64, True), ("a" * 65, False), ("a b", False), ("ä".encode(), False), ("", False)):
            answer = httpx.post(address, content=b"", headers={b"X-Request-Id": given if kept else given})
            assert (answer.headers["x-request-id"] == given) is kept


def test_failures_of_the_application_are_logged_as_failed(lines):
    async def app(scope, receive, send):
        raise ZeroDivisionError

    with behind_a_port(admission(app)) as address:
        assert httpx.post(address, content=b"").status_code == 500
    until(lambda: len(lines) == 1)


# ---- errors


@pytest.mark.parametrize(
    "status, kind, code",
    [
        (400, "invalid_request_error", "bad_request"),
        (401, "authentication_error", "unauthorized"),
        (404, "invalid_request_error", "not_found"),
        (429, "rate_limit_error", "too_many_requests"),
        (499 + 1, "server_error", "internal_server_error"),
        (503, "server_error", "service_unavailable"),
    ],
)
def test_the_shape_of_an_error(status, kind, code):
    plain = error_response(HTTPException(status, "said \ud800", {"x-more": "yes"}))
    assert plain.status_code == status and plain.headers["x-more"] == "yes"
    assert plain.headers["content-type"] == "application/json"
    assert plain.body.decode() == (
        f'{{"error": {{"message": "said \\ud800", "type": "{kind}", "param": null, "code": "{code}"}}}}'
    )
    own = error_response(Refusal(status, "said", "own_code", "field", X_More="yes"))
    assert own.headers["x-more"] == "yes"
    assert own.body.decode() == (
        f'{{"error": {{"message": "said", "type": "{kind}", "param": "field", "code": "own_code"}}}}'
    )


def test_the_figures():
    measures = Measures()
    measures.batch(3)
    measures.batch(1)
    measures.answered("/convert", 399, 0.3)
    measures.answered("/convert", 400, 0.7)
    text = generate_latest(measures.registry).decode()
    for line in (
        "openvoice_batches_total 2.0",
        "openvoice_batched_conversions_total 4.0",
        'openvoice_requests_total{path="/convert",status="399"} 1.0',
        'openvoice_errors_total{path="/convert"} 1.0',
        'openvoice_request_seconds_bucket{le="0.25",path="/convert"} 0.0',
        'openvoice_request_seconds_bucket{le="0.5",path="/convert"} 1.0',
        'openvoice_request_seconds_sum{path="/convert"} 1.0',
    ):
        assert line in text.splitlines(), line


def test_the_bounds_of_the_histogram():
    bounds = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
    measures = Measures()
    measures.answered("/convert", 200, 0.0)
    text = generate_latest(measures.registry).decode()
    found = re.findall(r'openvoice_request_seconds_bucket{le="([0-9.]+)"', text)
    assert tuple(map(float, found)) == bounds


def test_the_limits_of_a_service():
    """Compare the limits with those in README and --help."""
    assert Limits() == Limits(
        upload_bytes=32 * MEBIBYTE,
        arriving_bytes=256 * MEBIBYTE,
        recording_seconds=300,
        references=8,
        text_characters=4096,
        result_seconds=600,
        request_seconds=300,
        stall_seconds=20,
        places=16,
        together_seconds=15,
    )


def test_numbers_of_things():
    assert [counted(number, "request") for number in (0, 1, 2)] == ["0 requests", "1 request", "2 requests"]
