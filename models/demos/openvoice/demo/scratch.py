# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Temporary folder of the web page: removed when the process ends, or at the next start where it was killed.

A process holds a lock on its folder, and the system releases the lock when the process ends in whatever way. So a
folder without a lock belongs to no running process.
"""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loguru import logger

from models.tt_audio.host.files import ENDING_SIGNALS, signals_as_exits

PREFIX = "openvoice-page-"


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder in `parent`, and put all temporary files of this process there.

    It is removed at the end of the block, which SIGTERM, SIGHUP and the like end, too. Folders of killed processes are
    removed before. To be called in the main thread.
    """
    with signals_as_exits():
        _sweep(parent)
        folder, lock = _new_folder(parent)
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            yield folder
        finally:
            with _uninterrupted():
                tempfile.tempdir = before
                _remove(folder)
                os.close(lock)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (*ENDING_SIGNALS, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _new_folder(parent: Path) -> tuple[Path, int]:
    """Return a locked folder and the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        # A process that starts at the same time may have found the folder before it was locked, and removed it.
        if _lock(lock) and folder.exists():
            return folder, lock
        os.close(lock)


def _sweep(parent: Path) -> None:
    """Remove this user's folders that no running process holds."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # another user's, no folder, or gone already
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid() and _lock(lock):
                _remove(folder)
        finally:
            os.close(lock)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        logger.warning(f"{folder} could not be removed ({error.strerror}); delete it, because it may hold recordings")
