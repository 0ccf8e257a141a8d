# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sound that comes from stdin or goes to stdout, named "-", and sound that is written as it comes."""

import io
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..host import sound_output

STANDARD = Path("-")
UNKNOWN = 0xFFFFFFFF  # the length in a WAV header that ends with the stream
RIFF, HEADER = 36, 44  # bytes: of the header behind the RIFF length, and of all of it


def recording(path: Path) -> Path | BinaryIO:
    """What to read: a path, or all that stdin holds."""
    if path != STANDARD:
        return path
    held = io.BytesIO(sys.stdin.buffer.read())
    held.name = "standard input"
    return held


@contextmanager
def sink(path: Path, rate: int, streamed: bool = False) -> Iterator[Callable[[np.ndarray], None]]:
    """Takes the samples piece by piece; a file appears when it is complete, on stdout a stream appears at once."""
    if path == STANDARD and streamed:
        yield stream_writer(sys.stdout.buffer, rate)
        finish_stream(sys.stdout.buffer)
        return
    with sound_output.writer(sys.stdout.buffer if path == STANDARD else path, rate) as write:
        yield write


def stream_writer(file: BinaryIO, rate: int) -> Callable[[np.ndarray], None]:
    """Writes a 16-bit mono WAV header without a length to `file`, and returns what writes samples behind it."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    file.write(struct.pack("<4sI4s", b"RIFF", UNKNOWN, b"WAVE") + fmt + struct.pack("<4sI", b"data", UNKNOWN))
    file.flush()

    def write(samples: np.ndarray) -> None:
        # As libsndfile rounds, so that a stream and a file hold the same: to 32 bits, and down to 16.
        wide = np.rint(np.asarray(samples, np.float64) * (1 << 31)).clip(-(1 << 31), (1 << 31) - 1)
        file.write((wide.astype(np.int64) >> 16).astype("<i2").tobytes())
        file.flush()

    return write


def finish_stream(file: BinaryIO) -> None:
    """Puts the length into the header where stdout is a file; a pipe has gone by."""
    if not file.seekable():
        return
    try:
        size = file.tell()
        for position, value in ((4, size - HEADER + RIFF), (HEADER - 4, size - HEADER)):
            file.seek(position)
            file.write(struct.pack("<I", value))
        file.seek(0, os.SEEK_END)
    except OSError:
        pass  # a terminal or a device that says it can seek and cannot; its reader goes by the end of the stream
