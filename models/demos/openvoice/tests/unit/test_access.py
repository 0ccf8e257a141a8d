# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Access to service and page: host names, origins, and the options and variables that widen them."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from models.demos.openvoice.demo.access import Access, AccessCheck, api_key, given_access
from models.demos.openvoice.demo.app import make_parser as page_parser
from models.demos.openvoice.demo.server import main, make_parser
from models.demos.openvoice.tests.unit.service_fixtures import behind_a_port
from models.tt_audio.host.errors import UsageError


def code(access: Access, method: str = "POST", path: str = "/convert", **headers: str) -> str | None:
    """Return the code of the refusal of a request with these headers, None where it is allowed."""
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    refusal = access.refusal({"type": "http", "method": method, "path": path, "headers": raw})
    return refusal and refusal.code


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST", "localhost.", "127.0.0.1:8000", "[::1]", "[::1]:8000"]
)
def test_loopback_names_are_answered(host):
    assert code(Access(), Host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5"),
        *(
            "",
            "localhost:port",
            "localhost@evil.example",
            "evil.example@localhost",
            "localhost/evil",
            "[::1",
            "0.0.0.0",
        ),
        *("localhost:8000:9", " localhost", "localhost#x", "localhost?x", "::1"),
    ],
)
def test_other_names_are_refused(host):
    assert code(Access(), Host=host) == "host_not_allowed"
    assert code(Access(any_address=True), Host=host) == (
        None if host in ("192.168.1.5", "0.0.0.0") else "host_not_allowed"
    )
    # A key does not replace the name: it is checked first.
    assert code(Access(key="secret"), Host=host, Authorization="Bearer secret") == "host_not_allowed"


def test_a_request_has_one_host():
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    assert "for no name" in Access().refusal(scope).detail
    scope["headers"] = [(b"host", b"localhost"), (b"host", b"evil.example")]
    assert Access().refusal(scope).status_code == 403


@pytest.mark.parametrize(
    "origin, allowed",
    [
        ("http://localhost:8000", True),
        ("HTTP://LocalHost:8000", True),
        ("https://localhost:8000", True),  # a proxy with TLS
        ("http://localhost:3000", False),
        ("http://localhost", False),
        ("http://127.0.0.1:8000", False),
        ("https://evil.example", False),
        ("https://voice.example", True),
        ("https://voice.example:444", True),
        ("ftp://localhost:8000", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_pages_of_other_sites_are_refused_without_a_key(origin, allowed):
    access = Access(hosts=Access().hosts | {"voice.example"})
    for method in ("POST", "GET", "DELETE"):
        assert code(access, method, Host="localhost:8000", Origin=origin) == (None if allowed else "origin_not_allowed")
    keyed = Access(hosts=access.hosts, key="secret")
    assert code(keyed, Host="localhost:8000", Origin=origin, Authorization="bearer secret") is None
    assert code(keyed, Host="localhost:8000", Origin=origin) == "invalid_api_key"


@pytest.mark.parametrize(
    "method, site, mode, allowed",
    [
        ("GET", "none", "navigate", True),
        ("GET", "same-origin", "cors", True),
        ("POST", "same-origin", "cors", True),
        ("GET", "cross-site", "navigate", True),  # a link to the page
        ("HEAD", "same-site", "navigate", True),
        ("GET", "cross-site", "no-cors", False),  # an embedded sound
        ("GET", "same-site", "no-cors", False),
        ("POST", "cross-site", "navigate", False),  # a form
        ("POST", "same-site", "navigate", False),
        ("DELETE", "cross-site", "cors", False),
    ],
)
def test_browsers_that_tell_no_origin_tell_the_site(method, site, mode, allowed):
    headers = {"Host": "localhost", "Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode}
    assert code(Access(), method, **headers) == (None if allowed else "origin_not_allowed")


def test_paths_that_need_no_key():
    access = Access(key="secret")
    assert code(access, "GET", "/health", Host="localhost") is None
    assert code(access, "GET", "/openapi.json", Host="localhost") is None
    assert code(access, "GET", "/healthy", Host="localhost") == "invalid_api_key"


@pytest.mark.parametrize("parser", [make_parser, page_parser])
def test_the_options(parser, expect_error):
    def given(*arguments: str, key: str | None = None) -> Access:
        return given_access(parser().parse_args([*arguments]), key, "there is no key")

    local = Access().hosts
    assert given() == Access(local, False, None)
    assert given(key="secret") == Access(local, False, "secret")
    for host in ("localhost", "127.0.0.1", "127.0.0.2", "::1", "[::1]", "LOCALHOST"):
        assert given("--host", host).any_address is False
    assert given("--host", "127.0.0.2").hosts == local | {"127.0.0.2"}
    for host in ("0.0.0.0", "::", "192.168.1.5", "voice.example"):
        with expect_error(UsageError, f"^--host {host} lets other machines in, and there is no key$"):
            given("--host", host)
        for allowed in (given("--host", host, "--without-key"), given("--host", host, key="secret")):
            assert host in allowed.hosts and allowed.any_address is (host in ("0.0.0.0", "::"))
    named = given("--allow-host", "Voice.Example.", "--allow-host", "[fd00::1]")
    assert named.hosts == local | {"voice.example", "fd00::1"}
    with expect_error(UsageError, "OPENVOICE_API_KEY is set and --without-key is given; leave one of them out"):
        given("--without-key", key="secret")


def test_the_key_in_the_environment(expect_error):
    assert api_key({}) is None
    assert api_key({"OPENVOICE_API_KEY": "se cret"}) == "se cret"
    for key in ("", " ", "\n", " secret", "secret\n"):
        with expect_error(UsageError, "^OPENVOICE_API_KEY is empty or has spaces around it; unset it, or set a key$"):
            api_key({"OPENVOICE_API_KEY": key})


@pytest.mark.parametrize(
    "key, arguments, message",
    [
        ("", [], "OPENVOICE_API_KEY is empty"),
        (None, ["--host", "0.0.0.0"], "there is no API key; set OPENVOICE_API_KEY, or say --without-key"),
    ],
)
def test_an_open_service_does_not_start(key, arguments, message, monkeypatch, capsys):
    if key is None:
        monkeypatch.delenv("OPENVOICE_API_KEY", raising=False)
    else:
        monkeypatch.setenv("OPENVOICE_API_KEY", key)
    with pytest.raises(SystemExit) as end:  # allow-pytest.raises: an exit code is no message
        main([*arguments, "--model", "nowhere"])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and message in said and said.count("\n") == 1


async def _answers(scope, receive, send):
    if scope["type"] == "http":
        await PlainTextResponse("reached")(scope, receive, send)


def test_an_application_without_checks_of_its_own():
    with behind_a_port(AccessCheck(_answers, Access())) as address:
        assert httpx.get(address).text == "reached"
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            answer = httpx.post(address, headers=headers)
            assert answer.status_code == 403 and answer.json()["error"]["message"]


def test_websockets_are_checked():
    sent, reached = [], []

    async def app(scope, receive, send):
        reached.append(scope["type"])

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    def connect(**headers: str) -> None:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        call = AccessCheck(app, Access())({"type": "websocket", "path": "/", "headers": raw}, receive, send)
        with pytest.raises(StopIteration):  # allow-pytest.raises: a coroutine that never waits ends so
            call.send(None)

    connect(host="localhost", origin="http://evil.example")
    assert sent == [{"type": "websocket.close", "code": 1008}] and not reached
    connect(host="localhost", origin="http://localhost")
    assert reached == ["websocket"]
