# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From samples to sound files: WAV, FLAC, MP3, Opus and M4A, whole or not at all."""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
import soundfile
from loguru import logger

from . import ffmpeg
from .encodings import ENCODINGS, encoding_of
from .errors import AudioError
from .files import complete_file
from .libsndfile import CallbackFile
from .resampling import Resampling, resampler

# Samples that an encoder gets at once: libsndfile's for OGG overflows its stack on minutes.
ENCODED_AT_ONCE = 1 << 16


def save(target: str | os.PathLike | BinaryIO, audio: np.ndarray, sample_rate: int, file_format: str = "") -> None:
    """Write mono audio [N]; the rest is as for `writer`."""
    with writer(target, sample_rate, file_format) as write:
        write(audio)


@contextmanager
def writer(
    target: str | os.PathLike | BinaryIO, sample_rate: int, file_format: str = ""
) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield a function that writes mono float samples [N], block by block.

    The format is the path's suffix: .wav, .flac, .mp3, .opus or .m4a (which needs ffmpeg). For an open binary file it
    is `file_format`, "wav" where that is empty. A path has its file, and an open file its bytes, when the block ends
    without an error, and nothing before.
    """
    if isinstance(target, (str, os.PathLike)):
        name = file_format.lower() or encoding_of(target)
        with complete_file(target) as file, _encoder(file, str(target), sample_rate, name) as write:
            yield write
        return
    encoded = io.BytesIO()
    shown = str(getattr(target, "name", "the audio stream"))
    with _encoder(encoded, shown, sample_rate, file_format.lower() or "wav") as write:
        yield write
    target.write(encoded.getvalue())


@contextmanager
def _encoder(file: BinaryIO, name: str, rate: int, encoding: str) -> Iterator[Callable[[np.ndarray], None]]:
    """Check what is written, resample it where the format needs that, and encode it into a seekable file."""
    container, subtype, own_rate = ENCODINGS[encoding]
    resampling = resampler(rate, own_rate or rate).signal()
    frames = clipped = 0
    if container:
        coder = _libsndfile_encoder(file, name, own_rate or rate, container, subtype)
    else:
        coder = ffmpeg.m4a_encoder(file, name, rate)
    with coder as encode:

        def write(audio: np.ndarray) -> None:
            nonlocal frames, clipped
            audio = np.asarray(audio, np.float32)
            if audio.ndim != 1:
                raise AudioError(f"{name} takes mono audio of shape [N], not {list(audio.shape)}")
            if not np.isfinite(audio).all():
                raise AudioError(f"{name} was not written: the audio holds samples that are not finite")
            frames += len(audio)
            clipped += np.count_nonzero(np.abs(audio) > 1)
            _encode(encode, resampling, audio)

        yield write
        if not frames:
            raise AudioError(f"{name} was not written: there is no audio")
        for block in resampling.end():
            encode(block)
    if clipped:
        logger.warning(f"{name}: {clipped / frames:.2%} of the samples exceed full scale and were clipped")


def _encode(encode: Callable[[np.ndarray], None], resampling: Resampling, audio: np.ndarray) -> None:
    for block in resampling.push(audio):
        for start in range(0, len(block), ENCODED_AT_ONCE):
            encode(block[start : start + ENCODED_AT_ONCE])


@contextmanager
def _libsndfile_encoder(
    file: BinaryIO, name: str, rate: int, container: str, subtype: str
) -> Iterator[Callable[[np.ndarray], None]]:
    guarded = CallbackFile(file)
    try:
        with soundfile.SoundFile(guarded, "w", rate, 1, subtype, format=container) as encoder:

            def encode(samples: np.ndarray) -> None:
                try:
                    encoder.write(samples.clip(-1, 1))
                except AssertionError:  # soundfile asserts that all samples were taken
                    pass
                guarded.check()

            yield encode
    except soundfile.LibsndfileError:
        guarded.check()
        raise AudioError(f"{name} cannot be written; libsndfile cannot encode {rate} Hz as {container}") from None
    guarded.check()
