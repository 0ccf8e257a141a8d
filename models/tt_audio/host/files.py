# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Writing files: each write is complete, or an error in one sentence."""

import errno
import io
import os
import select
import signal
import stat
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from .errors import UserError
from .moving import move_exclusively

NEW_FILE = 0o666  # less the process's umask, as `open` creates a file
ENDING_SIGNALS = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGXCPU)
COPIED_AT_ONCE = 1 << 20  # bytes
# Errors of fsync for a folder on file systems that do not support it.
NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)


class FileError(UserError, ValueError):
    """A file, a folder or standard output that cannot be written."""


def reason(error: OSError) -> str:
    """Return what the system says about an error, as "No space left on device"."""
    return error.strerror or str(error) or type(error).__name__


@contextmanager
def complete_file(path: str | os.PathLike, exclusive: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that appears at `path`, complete, when the block ends without an error.

    What is written goes to a file with a temporary name in the same folder. At the end of the block it is forced to the
    disk and renamed. If the block ends by any exception, KeyboardInterrupt and SystemExit included, the temporary file
    is removed and `path` is what it was. A symbolic link is followed. A new file has the permissions that the umask
    leaves, a replaced one keeps its own. A pipe or a device at `path` is written to instead of replaced.

    With `exclusive`, FileExistsError is raised if there is a file at `path` by then. Every other error of the system is
    raised as a FileError.
    """
    path = Path(path)
    with _as_file_errors(path):
        target = _target(path)
        if target.exists() and not target.is_file():
            context = _written_into(target, path)
        else:
            context = _renamed_to(target, path, exclusive)
    with context as file:
        yield file


@contextmanager
def _renamed_to(target: Path, path: Path, exclusive: bool) -> Iterator[BinaryIO]:
    temporary = target.with_name(f".{uuid.uuid4().hex}.part")
    raw = None
    try:
        with _as_file_errors(path):
            raw = _RawFile(temporary, path)
        file = io.BufferedRandom(raw)
        yield file
        file.flush()
        with _as_file_errors(path):
            if target.exists():
                os.fchmod(raw.fileno(), stat.S_IMODE(target.stat().st_mode))
            os.fsync(raw.fileno())
            if exclusive:
                move_exclusively(temporary, target)
            else:
                os.replace(temporary, target)
            _sync_folder(target.parent)
    finally:
        if raw is not None:
            raw.close()
        if temporary.exists():  # a read-only file system refuses to remove even what does not exist
            temporary.unlink(missing_ok=True)


@contextmanager
def _written_into(target: Path, path: Path) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as held:
        yield held
        held.seek(0)
        with _as_file_errors(path), open(target, "wb", buffering=0) as special:
            while block := held.read(COPIED_AT_ONCE):
                write_all(special, block)


class _RawFile(io.FileIO):
    """A new file whose failed writes are FileErrors that name the `path` it is written for.

    So an OSError inside the block of `complete_file` is never one of the file that is written.
    """

    def __init__(self, temporary: Path, path: Path):
        super().__init__(temporary, "x+", opener=lambda name, flags: os.open(name, flags, NEW_FILE))
        self._path = path

    def write(self, data: Any) -> int:
        with _as_file_errors(self._path):
            return super().write(data)


@contextmanager
def _as_file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise FileError(f"{path} cannot be written ({reason(error)}); {remedy(error)}") from None
    except ValueError as error:  # a NUL in the path
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path} cannot be written ({error}); choose another name") from None


def check_writable(path: str | os.PathLike) -> None:
    """Raise the FileError that `complete_file` would raise at once for this path, before any work is done."""
    with _as_file_errors(Path(path)):
        target = _target(Path(path))
        if not target.exists() and not os.access(target.parent, os.W_OK | os.X_OK):
            _refuse(target.parent)


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write all bytes to a file, a pipe or standard output, whether it is buffered or raw, and flush it.

    A raw file may take a part of what it is given, and a non-blocking one nothing.
    """
    left = memoryview(data).cast("B")
    while left:
        try:
            written = file.write(left)
        except BlockingIOError as full:
            written = full.characters_written
            select.select([], [file], [])
        if written is None:  # a raw, non-blocking file
            select.select([], [file], [])
        left = left[written or 0 :]
    while True:
        try:
            return file.flush()
        except BlockingIOError:
            select.select([], [file], [])


@contextmanager
def signals_as_exits() -> Iterator[None]:
    """Turn the signals that would end the process at once into SystemExit(128 + signal), so that files are removed.

    A signal that is ignored or handled stays so. In another than the main thread nothing changes, because Python
    handles signals in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in ENDING_SIGNALS if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _exit_by)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _exit_by(number: int, _) -> NoReturn:
    for other in ENDING_SIGNALS:  # a second one must not interrupt the removal of files
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def _target(path: Path) -> Path:
    """Return the file that is to be written, after all links. Raises OSError if it cannot be."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if target.is_dir():
        raise FileError(f"{path} is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise FileError(f"{path} cannot be written; the folder {path.parent} does not exist")
    if target.exists() and not os.access(target, os.W_OK):
        _refuse(target)
    return target


def _refuse(path: Path) -> None:
    read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    code = errno.EROFS if read_only else errno.EACCES
    raise OSError(code, os.strerror(code))


def remedy(error: OSError) -> str:
    """Return what a user can do about a write that failed."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "make space, or choose another place"
    return "choose another place"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)
