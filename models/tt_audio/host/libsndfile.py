# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Precautions for calls of libsndfile: exceptions inside its callbacks, lines that it prints, and seeking in MP3."""

import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import soundfile

STDERR = 2  # file descriptor
# libmpg123, which decodes MP3 for libsndfile, prints what it finds in a damaged file.
LIBRARY_LINE = re.compile(rb"\s*$|\[src/libmpg123/|(Note|Warning|Hint): ")

_stderr_lock = threading.RLock()


class SequentialFile(soundfile.SoundFile):
    """A sound file that is read from its beginning to its end.

    After each read soundfile seeks to where the file is already. In an MP3 file that loses the bits that the next frame
    borrows from those before it, and a part of a second of sound is noise. A file that cannot seek is read on.
    """

    def seekable(self) -> bool:
        return False


class CallbackFile:
    """A binary file for `soundfile.SoundFile`, which calls it from C.

    An exception cannot pass through C: soundfile would print it and go on. Here it is kept, the call fails, and `check`
    raises it. That covers a full disk as well as a signal that arrives in the middle of a call.
    """

    def __init__(self, file: BinaryIO):
        self._file = file
        self._error: BaseException | None = None

    def check(self) -> None:
        """Raise the exception of an earlier call, if there was one."""
        if self._error is not None:
            raise self._error

    def read(self, size: int) -> bytes:
        return self._call(b"", self._file.read, size)

    def write(self, data: bytes) -> int:
        return self._call(0, self._file.write, data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._call(-1, self._file.seek, offset, whence)

    def tell(self) -> int:
        return self._call(-1, self._file.tell)

    def _call(self, failed: Any, method: Callable[..., Any], *arguments: Any) -> Any:
        if self._error is not None:
            return failed
        try:
            return method(*arguments)
        except BaseException as error:  # noqa: B036 - `check` raises it
            self._error = error
            return failed


@contextmanager
def without_library_lines() -> Iterator[None]:
    """Hold back what is printed on the file descriptor of stderr; drop the lines of libmpg123 and print the others.

    Other threads may print meanwhile: their lines come out at the end of the block.
    """
    with _stderr_lock:
        try:
            stderr = os.dup(STDERR)
        except OSError:  # it is closed, so nothing can be printed
            yield
            return
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), STDERR)
            try:
                yield
            finally:
                os.dup2(stderr, STDERR)
                os.close(stderr)
                held.seek(0)
                for line in held:
                    if not LIBRARY_LINE.match(line):
                        os.write(STDERR, line)
