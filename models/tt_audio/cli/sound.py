# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Recordings and results of a command: files, or standard input and output, which are named "-"."""

import io
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from ..host import audio, sound_output
from ..host.errors import UsageError
from ..host.standard_output import StandardOutput
from .paths import STANDARD

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
            with sound_output.writer(cast(BinaryIO, out), rate) as write:  # it has the methods that are used
                yield write
            return
        start = out.offset
        yield stream_writer(out, rate)
        end = out.offset
        if start is not None and end is not None:
            finish_stream(out, start, end - start)
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
