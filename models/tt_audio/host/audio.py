# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From sound files to mono float32 samples at the rate of a model, whole or block by block.

libsndfile decodes WAV, FLAC, MP3, OGG, Opus and more; ffmpeg, where it is installed, decodes M4A, AAC, MP4 and WebM.
The first minute of a file is decoded twice: the first time to see what has to be corrected (`Correction`).
"""

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Protocol

import numpy as np
import soundfile
from loguru import logger

from . import ffmpeg
from .correction import INTEGER_PEAK, SURVEY_SECONDS, Correction, survey
from .damage import promised_frames
from .errors import AudioError
from .libsndfile import CallbackFile, SequentialFile, without_library_lines
from .resampling import resampler

Source = str | os.PathLike | BinaryIO

# Decoding. Block sizes are fixed so that a signal is cut, and rounded, in the same way however it is asked for.
DECODE_FRAMES = 1 << 16
SALVAGE_FRAMES = 256  # before a damage; each block of a FLAC file holds more
SILENCE_PEAK = 1e-4  # -80 dB of full scale, three steps of 16-bit audio
MIN_RATE = 4_000  # telephones have 8,000 Hz; a wrong header must not blow a file up a thousandfold
CLIP_LEVEL = 0.99  # 8-bit audio saturates at 127/128
CLIP_SHARE = 0.001  # a recording normalised to full scale touches it in far fewer samples
MOST_PIPE_BYTES = 2 << 30  # held in memory; ten hours of 16-bit stereo at 24 kHz
FLOATS = ("FLOAT", "DOUBLE")


class Decoder(Protocol):
    """A file that is being decoded."""

    samplerate: int
    channels: int

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield float32 blocks [frames, channels]."""

    def damage(self, decoded: int) -> str:
        """Describe, after the last block, how the file is cut or damaged; "" if it is whole."""


def load(source: Source, sample_rate: int) -> np.ndarray:
    """Decode a file (a path, or an open binary file) to mono float32 [N] at `sample_rate`."""
    return np.concatenate(list(_decode_and_resample(source, sample_rate)))


def stream(source: Source, sample_rate: int, block_seconds: float = 1.0) -> Iterator[np.ndarray]:
    """Yield what `load` returns, bit for bit, in blocks of `block_seconds` (the last may be shorter).

    What only the end of a file can show (silence throughout) is raised there; the rest as soon as it is decoded.
    """
    size = max(1, round(block_seconds * sample_rate))
    kept = np.zeros(0, np.float32)
    for block in _decode_and_resample(source, sample_rate):
        kept = np.concatenate([kept, block])
        whole = len(kept) // size * size
        yield from np.split(kept[:whole], whole // size) if whole else ()
        kept = kept[whole:]
    if len(kept):
        yield kept


def duration(source: Source) -> float | None:
    """Return the seconds that a file's header promises, or None if it does not say or cannot be decoded."""
    with opened(source) as binary, without_library_lines():
        try:
            return soundfile.info(CallbackFile(binary)).duration
        except (soundfile.LibsndfileError, TypeError):
            return None
        finally:
            binary.seek(0)


def fingerprint(sources: Sequence[Source | np.ndarray]) -> str:
    """Return the SHA-256 of recordings: of one file what `sha256sum` prints, of several the hash of their hashes."""
    digests = [_sha256(source) for source in sources]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _sha256(source: Source | np.ndarray) -> str:
    if isinstance(source, np.ndarray):
        return hashlib.sha256(np.ascontiguousarray(source, np.float32).tobytes()).hexdigest()
    digest = hashlib.sha256()
    with opened(source) as file:
        start = file.tell()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
        file.seek(start)
    return digest.hexdigest()


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Yield a seekable binary file for a path or an open file; a pipe is read to its end first."""
    if not isinstance(source, (str, os.PathLike)):
        yield source if source.seekable() else read_pipe(source)
        return
    try:
        mode = os.stat(source).st_mode
        file = None if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else open(source, "rb")
    except IsADirectoryError:
        raise AudioError(f"{source} is a folder; give an audio file") from None
    except FileNotFoundError:
        raise AudioError(f"{source} does not exist; check the path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise AudioError(f"{source} cannot be opened ({getattr(error, 'strerror', error)}); check the path") from None
    if file is None:
        raise AudioError(f"{source} is a device; give an audio file")
    with file:
        try:
            yield file if file.seekable() else read_pipe(file)
        except OSError as error:
            raise AudioError(f"{source} cannot be read ({error.strerror or error}); check the disk") from None


def read_pipe(file: BinaryIO) -> io.BytesIO:
    """Read a pipe to its end and return its bytes as a seekable file of the same name."""
    held = io.BytesIO()
    held.name = _name(file)
    while chunk := file.read(1 << 20):
        held.write(chunk)
        if held.tell() > MOST_PIPE_BYTES:
            raise AudioError(f"{held.name} has more than {MOST_PIPE_BYTES >> 30} GiB; save it to a file first")
    held.seek(0)
    return held


def _name(source: Source) -> str:
    return str(source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", "the audio stream"))


# ---------------------------------------------------------------------------------------------------------- decoding


def _decode_and_resample(source: Source, sample_rate: int) -> Iterator[np.ndarray]:
    name = _name(source)
    with opened(source) as binary:
        with _decoder(binary, name) as decoder:
            if decoder.samplerate < MIN_RATE:
                raise AudioError(
                    f"{name} has {decoder.samplerate} samples a second, too few for speech; check its header"
                )
            try:
                resampling = resampler(decoder.samplerate, sample_rate)
            except ValueError as error:
                raise AudioError(f"{name}: {error}") from None
            most_frames = None if getattr(decoder, "subtype", "") in FLOATS else SURVEY_SECONDS * decoder.samplerate
            correction = survey(decoder.blocks(), decoder.channels, decoder.samplerate, most_frames)
        with _decoder(binary, name) as decoder:
            yield from resampling.blocks(_mono_blocks(decoder, correction, name))


@contextmanager
def _decoder(binary: BinaryIO, name: str) -> Iterator[Decoder]:
    binary.seek(0)
    guarded = CallbackFile(binary)
    try:
        with without_library_lines():
            file = SequentialFile(guarded)
    except (soundfile.LibsndfileError, TypeError):  # TypeError: the name ends in .raw, so soundfile asks for a rate
        guarded.check()
    else:
        with file:
            yield LibsndfileDecoder(file, guarded, binary, name)
        return
    binary.seek(0)
    file_format = ffmpeg.format_of(binary.read(ffmpeg.HEAD_BYTES))
    if file_format is None:
        raise AudioError(f"{name} is empty or not audio that can be decoded; give a WAV, FLAC, MP3 or OGG file")
    with ffmpeg.Decoder(binary, file_format, name) as decoder:
        yield decoder


class LibsndfileDecoder:
    """A file that libsndfile decodes."""

    def __init__(self, file: soundfile.SoundFile, guarded: CallbackFile, binary: BinaryIO, name: str):
        self._file, self._guarded, self._binary, self._name = file, guarded, binary, name
        self.samplerate, self.channels, self.subtype = file.samplerate, file.channels, file.subtype
        self._failed = False

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield float32 blocks [frames, channels], up to the end or to the place where decoding fails."""
        frames = 0
        try:
            while len(block := self._read(self._file, DECODE_FRAMES)):
                yield block
                frames += len(block)
        except soundfile.LibsndfileError:
            self._failed = True
            yield from self._before_the_damage(frames)

    def damage(self, decoded: int) -> str:
        promised = promised_frames(self._file, self._binary, decoded)
        seconds = decoded / self.samplerate
        if self._failed or promised == float("inf"):
            return f"{self._name} is cut or damaged after {seconds:.2f} s; what comes before is used"
        if promised is not None:
            return f"{self._name} is cut short: {seconds:.1f} s of {promised / self.samplerate:.1f} s could be decoded"
        return ""

    def _before_the_damage(self, frames: int) -> Iterator[np.ndarray]:
        """Yield what is sound of the block that begins at `frames`: decode once more, in small steps at the end."""
        self._binary.seek(0)
        with without_library_lines():
            file = SequentialFile(self._guarded)
        with file:
            for _ in range(frames // DECODE_FRAMES):
                self._read(file, DECODE_FRAMES)
            try:
                while len(block := self._read(file, SALVAGE_FRAMES)):
                    yield block
            except soundfile.LibsndfileError:
                return

    def _read(self, file: soundfile.SoundFile, frames: int) -> np.ndarray:
        try:
            if file.format != "MP3":
                return file.read(frames, dtype="float32", always_2d=True)
            with without_library_lines():
                return file.read(frames, dtype="float32", always_2d=True)
        finally:
            self._guarded.check()


def _mono_blocks(decoder: Decoder, correction: Correction, name: str) -> Iterator[np.ndarray]:
    """Yield the corrected file in mono blocks; refuse what is not a signal and warn of what harms one."""
    frames = clipped = 0
    low, high, loudest = np.inf, -np.inf, 0.0
    floats = getattr(decoder, "subtype", "") in FLOATS
    for block in decoder.blocks():
        block = correction.scaled(block)
        peak = np.abs(block).max()
        if not peak <= INTEGER_PEAK:  # also true of NaN
            raise AudioError(f"{name} holds samples that are not finite or not audio; export it again")
        loudest = max(loudest, peak)
        if peak >= CLIP_LEVEL:
            clipped += np.count_nonzero(np.abs(block) >= CLIP_LEVEL)
        mono = block @ correction.mix
        low, high = min(low, mono.min()), max(high, mono.max())
        frames += len(block)
        yield mono - correction.offset if correction.offset else mono
    if not frames:
        raise AudioError(f"{name} holds no audio; give a recording")
    if high - low < 2 * SILENCE_PEAK:
        raise AudioError(f"{name} holds nothing but silence; give a recording")
    for fault in (*correction.faults, decoder.damage(frames)):
        if fault:
            logger.warning(fault if fault.startswith(name) else f"{name} {fault}")
    if (share := clipped / (frames * decoder.channels)) > CLIP_SHARE:
        if floats and loudest > 1:
            logger.warning(f"{name} reaches {loudest:.2f} where full scale is 1; lower its level")
        else:
            logger.warning(f"{name} is clipped: {share:.1%} of its samples are at full scale, which harms the result")
