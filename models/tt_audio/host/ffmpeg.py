# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Formats that libsndfile does not have, through the program ffmpeg where it is installed.

ffmpeg gets a list of arguments, no shell. It decodes one format, which is chosen here by the first bytes of the file,
so that a playlist that names other files or addresses is never opened; it may open nothing but the given file. Its
time, its memory and the length of its output are limited, and what it prints is not shown.
"""

import io
import os
import resource
import selectors
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import numpy as np

from .errors import UserError
from .files import write_all

PROGRAM = "ffmpeg"
# Position and bytes at the beginning of a file -> ffmpeg's name of the format.
FORMATS = (
    *((4, mark, "mov") for mark in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),  # .m4a, .mp4, .mov, .3gp
    (0, b"\x1a\x45\xdf\xa3", "matroska"),  # .webm, .mkv
    (0, b"#!AMR", "amr"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),  # .wma
)
HEAD_BYTES = 16
SUFFIXES = (".m4a", ".aac", ".mp4", ".mov", ".3gp", ".webm", ".mkv", ".amr", ".wma")

CPU_SECONDS = 600  # decoding takes a few hundredths of a recording's length, so this is enough for hours
MEMORY_BYTES = 4 << 30  # of addresses; decoding takes less than a tenth
STALL_SECONDS = 60.0  # without a byte of output, while somebody waits for it
MOST_SECONDS = 24 * 3600.0  # of sound; a small file may claim years
BLOCK_BYTES = 1 << 18
ERROR_BYTES = 1 << 16  # of its messages; the rest is read and dropped
AU_HEADER = struct.Struct(">4s5I")  # mark, offset of the samples, their size, encoding, rate, channels


class FfmpegError(UserError, ValueError):
    """A file that needs ffmpeg and cannot be decoded or encoded by it."""


def format_of(head: bytes) -> str | None:
    """Return ffmpeg's name of the format that begins with these bytes, or None if it is no sound that ffmpeg reads."""
    for position, mark, name in FORMATS:
        if head[position : position + len(mark)] == mark:
            return name
    # AAC without a container: twelve bits of synchronisation, one of the version, two zeros for the layer.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    return None


def program(name: str) -> str:
    """Return the path of ffmpeg, or say how it is installed. `name` is the file that needs it."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise FfmpegError(
            f"{name} needs the program ffmpeg, which is not installed: install it (on Debian or Ubuntu "
            "`apt install ffmpeg`), or use WAV, FLAC, MP3, OGG or Opus"
        )
    return found


class Decoder:
    """A file that ffmpeg decodes: `samplerate`, `channels`, and float32 blocks [frames, channels]. Ends by `close`."""

    def __init__(self, file: BinaryIO, file_format: str, name: str):
        self.name = name
        path = program(name)
        self._copy: BinaryIO | None = None
        try:
            descriptor = file.fileno()
        except io.UnsupportedOperation:
            self._copy = tempfile.TemporaryFile()
            file.seek(0)
            shutil.copyfileobj(file, self._copy)
            self._copy.flush()
            descriptor = self._copy.fileno()
        # Opened anew by its descriptor: a container may have its index at the end, so ffmpeg has to seek in it.
        source = ["-protocol_whitelist", "file,pipe", "-f", file_format, "-i", f"file:/dev/fd/{descriptor}"]
        output = ["-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au", "pipe:1"]
        self._process = subprocess.Popen(
            [path, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1", *source, *output],
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(descriptor,),
            start_new_session=True,  # Ctrl-C ends this process, which then ends ffmpeg
        )
        self._errors = b""
        self._held = bytearray()
        self._selector = selectors.DefaultSelector()
        self._pipes = [pipe for pipe in (self._process.stdout, self._process.stderr) if pipe is not None]
        for pipe in self._pipes:
            self._selector.register(pipe, selectors.EVENT_READ)
        try:
            _limit(self._process.pid)
            self._read_header()
        except BaseException:
            self.close()
            raise

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield the samples, as ffmpeg delivers them."""
        size, frames = 4 * self.channels, 0
        while self._fill(size):
            whole = len(self._held) // size * size
            block = np.frombuffer(bytes(self._held[:whole]), ">f4").astype(np.float32).reshape(-1, self.channels)
            del self._held[:whole]
            frames += len(block)
            if frames > MOST_SECONDS * self.samplerate:
                raise FfmpegError(f"{self.name} lasts longer than {MOST_SECONDS / 3600:g} hours; cut it into parts")
            yield block
        if self._process.wait() < 0:
            raise FfmpegError(f"{self.name} takes ffmpeg too much time or memory; convert it to WAV first")

    def damage(self, decoded: int) -> str:
        """Describe, after the last block, what ffmpeg reported; "" if that is nothing."""
        if not self._errors and not self._process.returncode:
            return ""
        return f"{self.name} is cut or damaged: {decoded / self.samplerate:.1f} s could be decoded"

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()
        if self._copy is not None:
            self._copy.close()

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _read_header(self) -> None:
        if not self._fill(AU_HEADER.size):
            raise FfmpegError(f"{self.name} is damaged or holds no sound that ffmpeg can decode; export it again")
        _, offset, _, _, self.samplerate, self.channels = AU_HEADER.unpack(self._held[: AU_HEADER.size])
        self._fill(offset)
        del self._held[:offset]

    def _fill(self, size: int) -> bool:
        """Read until at least `size` bytes are held. Return False if ffmpeg ended before."""
        until = time.monotonic() + STALL_SECONDS
        while len(self._held) < size and self._selector.get_map():
            ready = self._selector.select(max(0.0, until - time.monotonic()))
            if not ready:
                raise FfmpegError(f"ffmpeg decoded nothing of {self.name} for {STALL_SECONDS:g} s; convert it to WAV")
            for key, _ in ready:
                data = os.read(key.fd, BLOCK_BYTES)
                if not data:
                    self._selector.unregister(key.fileobj)
                elif key.fileobj is self._process.stdout:
                    self._held += data
                else:
                    self._errors = (self._errors + data)[:ERROR_BYTES]
        return len(self._held) >= size


@contextmanager
def m4a_encoder(file: BinaryIO, name: str, sample_rate: int) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield a function that encodes mono float32 samples [N] as AAC; `file` gets the result at the end of the block."""
    path = program(name)
    with tempfile.TemporaryFile() as held:  # ffmpeg goes back in it to write the index
        source = ["-f", "f32le", "-ar", str(sample_rate), "-ac", "1", "-i", "pipe:0"]
        output = ["-c:a", "aac", "-b:a", "96k", "-f", "ipod", "-y", f"file:/dev/fd/{held.fileno()}"]
        process = subprocess.Popen(
            [path, "-hide_banner", "-v", "error", "-threads", "1", *source, *output],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(held.fileno(),),
            start_new_session=True,
        )
        stdin = cast(BinaryIO, process.stdin)
        try:
            yield lambda samples: _feed(stdin, samples)
            stdin.close()
            code = process.wait(STALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise FfmpegError(f"{name} was not written; ffmpeg did not end within {STALL_SECONDS:g} s") from None
        finally:
            stdin.close()
            process.kill()
            process.wait()
        if code:
            raise FfmpegError(
                f"{name} was not written; ffmpeg could not encode it: check the space in {tempfile.gettempdir()}, "
                "or choose a name that ends in .wav"
            )
        held.seek(0)
        shutil.copyfileobj(held, file)


def _feed(stdin: BinaryIO, samples: np.ndarray) -> None:
    try:
        write_all(stdin, np.asarray(samples, "<f4").tobytes())
    except BrokenPipeError:
        pass  # it has ended, and its exit code is looked at when all is written


def _limit(process: int) -> None:
    resource.prlimit(process, resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.prlimit(process, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
