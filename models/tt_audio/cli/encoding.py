# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Samples -> the bytes of a response, in the formats that clients of speech services ask for."""

import io
from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
import soundfile

from ..host import sound_output
from ..host.resampling import resample, resampler
from .sound import stream_writer

Format = Literal["wav", "flac", "mp3", "opus", "pcm"]
MEDIA_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
}
STREAMED = ("wav", "pcm")  # what can be sent before its end is known
# Clients of OpenAI's take PCM to have this rate, and Opus knows few.
OTHER_RATE = 24_000
BLOCK = 1 << 16  # samples at once into an encoder: libsndfile's for OGG overflows its stack on minutes


def encoded(samples: np.ndarray, rate: int, form: Format) -> bytes:
    """A whole recording."""
    out = io.BytesIO()
    if form in ("wav", "flac"):
        sound_output.save(out, samples, rate, form)
        return out.getvalue()
    if form == "pcm":
        return _pcm(resample(samples, rate, OTHER_RATE))
    if form == "opus":
        samples, rate = resample(samples, rate, OTHER_RATE), OTHER_RATE
    settings = {"mp3": ("MPEG_LAYER_III", "MP3"), "opus": ("OPUS", "OGG")}[form]
    with soundfile.SoundFile(out, "w", rate, 1, settings[0], format=settings[1]) as file:
        for start in range(0, len(samples), BLOCK):
            file.write(samples[start : start + BLOCK].clip(-1, 1))
    return out.getvalue()


def streamed(pieces: Iterator[np.ndarray], rate: int, form: Format) -> Iterator[bytes]:
    """The same piece by piece, as they come; a WAV header then does not tell the length."""
    if form == "pcm":
        yield from map(_pcm, resampler(rate, OTHER_RATE).blocks(pieces))
        return
    held = io.BytesIO()
    write: Callable[[np.ndarray], None] = stream_writer(held, rate)
    for piece in pieces:
        write(piece)
        yield held.getvalue()
        held.seek(0)
        held.truncate()


def _pcm(samples: np.ndarray) -> bytes:
    held = io.BytesIO()
    soundfile.write(held, samples.clip(-1, 1), OTHER_RATE, "PCM_16", "LITTLE", "RAW")
    return held.getvalue()
