# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Arguments of the service (server.py) and of the page (app.py)."""

import argparse
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TypeVar

from models.tt_audio.cli.terminal import count, positive

KEY_VARIABLE = "OPENVOICE_API_KEY"
LOOPBACK = "127.0.0.1"
LARGEST_PORT = 65_535

DataclassT = TypeVar("DataclassT")  # of limits


def add_host_arguments(parser: argparse.ArgumentParser, port: int) -> None:
    parser.add_argument("--host", default=LOOPBACK, help="address to listen at; 0.0.0.0 is every one (%(default)s)")
    parser.add_argument("--port", type=_port, default=port, help="(%(default)s)")
    add_access_arguments(parser)
    parser.add_argument("--bert", default="required", help="'zeros' speaks without the languages' BERT models, flatter")


def add_limit_arguments(
    parser: argparse.ArgumentParser, limits: DataclassT, upload: str, own: dict[str, tuple[Callable, str]]
) -> None:
    """Add options for the fields of `limits` that page and service share, and for `own` fields: name, (type, help)."""
    shared = {
        "recording_seconds": (positive, "length of a recording"),
        "result_seconds": (positive, "length of speech made from a text"),
        "text_characters": (count, "length of a text"),
    }
    group = parser.add_argument_group("limits")
    megabytes = limits.upload_bytes >> 20
    group.add_argument("--upload-mib", type=count, default=megabytes, help=f"size of a {upload} (%(default)s)")
    for name, (kind, text) in (shared | own).items():
        option = f"--{name.replace('_', '-')}"
        group.add_argument(option, type=kind, default=getattr(limits, name), help=f"{text} (%(default)s)")


def add_access_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="also answer requests for this host name; may be repeated (loopback names and --host are answered anyway)",
    )
    parser.add_argument(
        "--without-key",
        action="store_true",
        help="let everyone use it who can reach the address; needed with a --host that is not this machine alone",
    )


def given_limits(limits: DataclassT, options: argparse.Namespace) -> DataclassT:
    """Return `limits` with the values of the options."""
    given = {field.name: getattr(options, field.name) for field in fields(limits) if hasattr(options, field.name)}
    return replace(limits, upload_bytes=options.upload_mib << 20, **given)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to {LARGEST_PORT}")
    return int(text)
