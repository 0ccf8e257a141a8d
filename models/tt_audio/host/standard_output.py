# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Writing standard output: each write is complete, or an error in one sentence."""

import fcntl
import os
import stat
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from .files import FileError, reason, remedy, write_all

STDOUT = 1  # file descriptor


class StandardOutput:
    """Standard output as a binary file: a write is complete, or a FileError.

    After an error what Python still holds for it is dropped, because the interpreter would try to write it at its end
    and end with a message of its own. Where a command redirected standard output into a file, `withdraw` cuts off what
    was written since this object was made.
    """

    name = "standard output"

    def __init__(self):
        if sys.stdout is None:
            raise FileError("standard output is closed; redirect it to a file or a pipe")
        self._file: BinaryIO = sys.stdout.buffer
        self._descriptor = -1  # of a regular file; -1: of a pipe, a terminal or an object in memory, none is needed
        self._size_before = 0
        try:
            descriptor = self._file.fileno()
            status = os.fstat(descriptor)
        except OSError:  # an object in memory that replaces standard output
            return
        if stat.S_ISREG(status.st_mode):
            # A duplicate, because after an error standard output is the null device.
            self._descriptor, self._size_before = os.dup(descriptor), status.st_size
            weakref.finalize(self, os.close, self._descriptor)

    def write(self, data: bytes) -> int:
        with _standard_output_errors():
            write_all(self._file, data)
        return len(data)

    @property
    def offset(self) -> int | None:
        """Return the position of the next byte in a file whose earlier bytes can be changed; else None."""
        if self._descriptor < 0 or fcntl.fcntl(self._descriptor, fcntl.F_GETFL) & os.O_APPEND:
            return None
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def write_at(self, data: bytes, offset: int) -> None:
        """Change bytes that were written before, where `offset` is not None."""
        with _standard_output_errors():
            os.pwrite(self._descriptor, data, offset)

    def withdraw(self) -> None:
        """Cut a redirected file back to the size it had. A pipe or a terminal cannot be withdrawn."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, self._size_before)


def print_line(text: str, stream: TextIO | None = None) -> None:
    """Print a line on standard output, or on `stream`, completely; characters it cannot encode are escaped."""
    stream = stream or sys.stdout
    if stream is None:
        raise FileError("standard output is closed; redirect it to a file or a pipe")
    with _standard_output_errors():
        stream.flush()
        encoded = f"{text}\n".encode(getattr(stream, "encoding", None) or "utf-8", "backslashreplace")
        if hasattr(stream, "buffer"):
            write_all(stream.buffer, encoded)
        else:  # an object in memory that replaces the stream
            stream.write(encoded.decode(stream.encoding or "utf-8"))


@contextmanager
def _standard_output_errors() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        drop_standard_output()
        raise
    except OSError as error:
        drop_standard_output()
        raise FileError(f"standard output cannot be written ({reason(error)}); {remedy(error)}") from None


def flush_standard_output() -> None:
    """Write what Python still holds for standard output, so that a full disk is found out before the end."""
    if sys.stdout is not None:
        with _standard_output_errors():
            sys.stdout.flush()


def drop_standard_output() -> None:
    """Connect standard output with the null device, so that Python's own last flush cannot fail."""
    try:
        if sys.stdout.fileno() != STDOUT:
            return
    except (OSError, AttributeError):  # an object in memory replaces it, or it is closed
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, STDOUT)
    os.close(null)
