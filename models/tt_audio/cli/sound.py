# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Recordings and results of a command: files, or standard input and output, which are named "-"."""

import io
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..host import audio, sound_output
from ..host.errors import UsageError
from ..host.files import StandardOutput

STANDARD = Path("-")
STDIN, STDOUT = 0, 1  # file descriptors
UNKNOWN = 0xFFFFFFFF  # the length in a WAV header that ends with the stream
RIFF, HEADER = 36, 44  # bytes: of the header after the RIFF length, and of all of it


def recording(path: Path) -> Path | BinaryIO:
    """Return what a command reads for this path: the path, or all bytes of standard input or of a named pipe."""
    if path == STANDARD:
        if sys.stdin is None:
            raise UsageError("standard input is closed; give a recording")
        held = io.BytesIO(audio.read_pipe(sys.stdin.buffer).getvalue())
        held.name = "standard input"
        return held
    if path.is_fifo():  # it can be read once only
        with audio.opened(path) as pipe:
            return pipe
    return path


def check_recordings(paths: Iterable[Path]) -> None:
    """Refuse recordings that do not exist, before a model is loaded."""
    for path in paths:
        if path != STANDARD and not exists(path):
            raise UsageError(f"{path} does not exist; check the path")


def check_output(path: Path, inputs: Iterable[Path]) -> bool:
    """Refuse what cannot be written, before a model is loaded. Return whether a file will be replaced."""
    if path == STANDARD:
        if sys.stdout is not None and sys.stdout.isatty():
            raise UsageError("sound is not written to a terminal; redirect it (> result.wav), or give --output")
    else:
        sound_output.check_target(path)
    for other in inputs:
        refuse_input(path, other)
    return path != STANDARD and path.is_file()


def refuse_input(output: Path, other: Path) -> None:
    """Refuse a result that would replace one of the inputs, under whatever names the two are given."""
    written, read = _regular_file(output, STDOUT), _regular_file(other, STDIN)
    if written is not None and read is not None and os.path.samestat(written, read):
        raise UsageError(f"{_shown(output)} is also an input ({_shown(other)}); choose another --output")


def exists(path: Path) -> bool:
    """Return whether there is anything at a path; a folder that may not be searched counts as yes."""
    try:
        return path.exists()
    except OSError:  # the message of opening it says why
        return True
    except ValueError:  # a NUL in the path
        return False


def _regular_file(path: Path, descriptor: int) -> os.stat_result | None:
    try:
        status = os.fstat(descriptor) if path == STANDARD else os.stat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _shown(path: Path) -> str:
    return f"the file of standard input or output ({path})" if path == STANDARD else str(path)


@contextmanager
def sink(path: Path, rate: int, streamed: bool = False) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield a function that takes the samples piece by piece.

    A file appears when it is complete. On standard output a stream appears at once, anything else at the end; if it
    fails, a file that it was redirected to gets its former size.
    """
    if path != STANDARD:
        with sound_output.writer(path, rate) as write:
            yield write
        return
    out = StandardOutput()
    try:
        if not streamed:
            with sound_output.writer(out, rate) as write:
                yield write
            return
        start = out.offset
        yield stream_writer(out, rate)
        if start is not None:
            finish_stream(out, start, out.offset - start)
    except BaseException:
        out.withdraw()
        raise


def stream_writer(file: BinaryIO | StandardOutput, rate: int) -> Callable[[np.ndarray], None]:
    """Write a 16-bit mono WAV header without a length to `file`, and return a function that writes samples after it.

    Each of its writes has to be complete.
    """
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    file.write(struct.pack("<4sI4s", b"RIFF", UNKNOWN, b"WAVE") + fmt + struct.pack("<4sI", b"data", UNKNOWN))

    def write(samples: np.ndarray) -> None:
        # As libsndfile rounds, so that a stream and a file have the same bytes: to 32 bits, and down to 16.
        wide = np.rint(np.asarray(samples, np.float64) * (1 << 31)).clip(-(1 << 31), (1 << 31) - 1)
        file.write((wide.astype(np.int64) >> 16).astype("<i2").tobytes())

    return write


def finish_stream(out: StandardOutput, start: int, size: int) -> None:
    """Put the length into the header of a stream of `size` bytes that began at `start` of a redirected file."""
    for position, value in ((4, size - HEADER + RIFF), (HEADER - 4, size - HEADER)):
        out.write_at(struct.pack("<I", min(value, UNKNOWN)), start + position)
