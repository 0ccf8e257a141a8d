# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Decide who may use the service (server.py) or the page (app.py): by host name, by origin, by API key.

Without these checks any web page that the user visits could use a service on the user's machine: a name that resolves
to 127.0.0.1 reaches it by DNS rebinding, and a form of another site reaches it without asking. So a request has to name
one of the service's own hosts, and without an API key it must not come from a page of another site.
"""

import argparse
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.demos.openvoice.demo.arguments.hosting import KEY_VARIABLE
from models.demos.openvoice.demo.refusals import Refusal, error_response
from models.tt_audio.host.errors import UsageError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN_PATHS = ("/health", "/openapi.json")  # need no key: load balancers read the one, and the other is public
POLICY_VIOLATION = 1008  # close code of a websocket


@dataclass(frozen=True)
class Access:
    """Rules for requests: the host names they may use, and the key they have to send."""

    hosts: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False  # also accept numeric addresses as hosts; no DNS name can be rebound to them
    key: str | None = None

    def refusal(self, scope: Scope) -> Refusal | None:
        """Return why this request is not answered, or None."""
        headers = Headers(scope=scope)
        return self._host_refusal(headers) or self._origin_refusal(scope, headers) or self._key_refusal(scope, headers)

    def _host_refusal(self, headers: Headers) -> Refusal | None:
        given = headers.getlist("host")
        name = _host_name(given[0]) if len(given) == 1 else None
        if name is not None and (name in self.hosts or self.any_address and _is_address(name)):
            return None
        shown = ascii(given[0][:80]) if given else "no name"
        message = f"the request is for {shown}, which is not a name of this server; start it with --allow-host NAME"
        return Refusal(403, message, "host_not_allowed")

    def _origin_refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Refuse requests that a page of another site makes. A key makes the check needless: no such page has it."""
        if self.key is not None:
            return None
        origin = headers.get("origin")
        if origin is not None:
            own = self._is_own(origin, headers["host"])
        elif headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            # Following a link from another site is fine; embedding or posting from there is not.
            own = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") in ("GET", "HEAD")
        else:
            own = True  # no browser, or the server's own page
        if own:
            return None
        message = "the request comes from a page of another site, which may not use this server without an API key"
        return Refusal(403, message, "origin_not_allowed")

    def _is_own(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https"):  # "null" has no scheme
            return False
        if parts.netloc.lower() == host.lower():
            return True
        # A proxy may put its own name into Host; the names that the user allowed stay valid as origins.
        return parts.hostname in self.hosts - LOOPBACK_NAMES

    def _key_refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        if self.key is None or scope["path"] in OPEN_PATHS:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # Digests have one length, so the time of the comparison tells nothing about the key.
        same = hmac.compare_digest(_digest(given.strip().encode("latin-1")), _digest(self.key.encode()))
        if same and scheme.lower() == "bearer":
            return None
        message = "the API key is missing or wrong; send it as `Authorization: Bearer KEY`"
        return Refusal(401, message, "invalid_api_key", WWW_Authenticate="Bearer")


class AccessCheck:
    """ASGI application that passes on what `access` allows, for an application without checks of its own."""

    def __init__(self, app: ASGIApp, access: Access):
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self.access.refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await error_response(refusal)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})


def given_access(options: argparse.Namespace, key: str | None, lacking: str) -> Access:
    """Return the rules that the options ask for. `lacking` tells a user what to do where a key would be needed."""
    if key is not None and options.without_key:
        raise UsageError(f"{KEY_VARIABLE} is set and --without-key is given; leave one of them out")
    if key is None and not options.without_key and not _is_loopback(options.host):
        raise UsageError(f"--host {options.host} lets other machines in, and {lacking}")
    names = {name.lower().rstrip(".").strip("[]") for name in options.allow_host}
    address = options.host.lower().strip("[]")
    everywhere = _is_address(address) and ipaddress.ip_address(address).is_unspecified
    return Access(LOOPBACK_NAMES | names | {address}, everywhere, key)


def api_key(environment: Mapping[str, str]) -> str | None:
    """Return the API key, None where no key is set."""
    key = environment.get(KEY_VARIABLE)
    if key is not None and (not key.strip() or key != key.strip()):
        raise UsageError(f"{KEY_VARIABLE} is empty or has spaces around it; unset it, or set a key")
    return key


def _host_name(host: str) -> str | None:
    """Return the name in a Host header without its port, None where it is malformed."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    if parts.netloc != host or parts.username is not None or not parts.hostname:
        return None
    return parts.hostname.removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    name = host.lower().strip("[]")
    return name == "localhost" or _is_address(name) and ipaddress.ip_address(name).is_loopback


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
