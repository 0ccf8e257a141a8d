# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Decide whether a card has to be mocked, and set the process up for it before TTNN opens a device.

Everything TTNN writes for a mocked card (kernel cache, logs, cluster files) is written to one temporary folder of this
process, removed when the process ends; site-packages and the home folder are only read. Folders of processes that were
killed are swept by the next one.
"""

import atexit
import importlib.util
import os
import re
import shutil
import tempfile
from pathlib import Path

from loguru import logger

from mock_device import compiler
from mock_device.cards import CARDS, DEFAULT_CARD, Card

_PREFIX = "mock-device-"
_MOCK_VARIABLE = "TT_METAL_MOCK_CLUSTER_DESC_PATH"
_OWNER_VARIABLE = "MOCK_DEVICE_OWNER"  # the process whose mock the environment describes; children make their own
_SIMULATOR_VARIABLE = "TT_METAL_SIMULATOR"
_SILICON = Path("/dev/tenstorrent")

_mocking: Card | None = None  # the card that this process mocks


class MockDeviceError(RuntimeError):
    """A mocked card cannot be set up as asked."""


def silicon_present() -> bool:
    return _SILICON.exists()


def simulated() -> bool:
    return bool(os.environ.get(_SIMULATOR_VARIABLE))


def mocked() -> bool:
    """Whether TTNN, when it opens a device in this process, opens a mocked one."""
    return bool(os.environ.get(_MOCK_VARIABLE)) and not simulated()


def choose(arch: str) -> Card:
    """Return the default card of an architecture, or the card of that name."""
    card = DEFAULT_CARD.get(arch) or CARDS.get(arch)
    if card is None:
        raise MockDeviceError(
            f"unknown architecture or card '{arch}': choose one of {', '.join([*DEFAULT_CARD, *CARDS])}"
        )
    return card


def setup(arch: str = "wormhole_b0") -> Card | None:
    """Mock a card unless this machine, a simulator or the caller's own settings provide one; None when they do.

    TTNN reads its settings once, when it opens the first device: the card of a process cannot change afterwards.
    """
    global _mocking
    card = choose(arch)
    if _mocking is not None:
        if card is not _mocking:
            raise MockDeviceError(
                f"this process already mocks a {_mocking.name}: use another process for a {card.name}"
            )
        return card
    given = None if os.environ.get(_OWNER_VARIABLE) else os.environ.get(_MOCK_VARIABLE)
    if given and not Path(given).is_file():
        raise MockDeviceError(f"{_MOCK_VARIABLE} names a cluster description that does not exist: {given}")
    if given or simulated() or silicon_present():
        return None

    _mocking = card
    home = _private_folder()
    description = home / "cluster.yaml"
    description.write_text(card.cluster_description())
    os.environ.update(
        {
            _OWNER_VARIABLE: str(os.getpid()),
            _MOCK_VARIABLE: str(description),
            "TT_METAL_RUNTIME_ROOT": str(_runtime_root(home)),
            "TT_METAL_CACHE": str(home / "cache"),
            "TT_METAL_LOGS_PATH": str(home),
            # The MPI library inside TTNN leaves a session folder in TMPDIR; this process's own tempfile module has
            # read TMPDIR already (in _private_folder); child processes make their folders inside this one.
            "TMPDIR": str(home),
        }
    )
    os.environ.setdefault("TT_METAL_LOGGER_LEVEL", "fatal")
    os.environ.setdefault("TT_METAL_INSPECTOR", "0")
    logger.debug(f"mocking a {card.name} ({card.arch}, {card.num_chips} chip(s)) in {home}")
    return card


def _private_folder() -> Path:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    owner = os.getpid()

    def remove():
        if os.getpid() == owner:  # a forked child inherits this hook, not the folder
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        match = re.fullmatch(rf"{_PREFIX}(\d+)-.*", folder.name)
        if match and not _alive(int(match[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _runtime_root(home: Path) -> Path:
    """Link the wheel's runtime tree into `home`, with our compiler instead of the missing one; return its root."""
    specification = importlib.util.find_spec("ttnn")
    if specification is None or not specification.origin:
        raise MockDeviceError("ttnn is not installed: run `make` once, or pip install the pinned version")
    package = Path(specification.origin).parent
    version = re.search(r"sfpi_version='([^']+)'\s.*?sfpi_build='([^']*)'", _version_file(package), re.S)
    if version is None:
        raise MockDeviceError(f"{package}/tt_metal/sfpi-version names no compiler version: this ttnn is not supported")

    root = home / "root"
    compiler.install(root, f"{version[1]}[{version[2]}]")
    for name in ("tt_metal", "ttnn", "build"):
        (root / name).symlink_to(package / name)
    (root / "runtime" / "hw").symlink_to(package / "runtime" / "hw")
    return root


def _version_file(package: Path) -> str:
    return (package / "tt_metal" / "sfpi-version").read_text()
