# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""From samples to the bytes of a response, in the formats that clients of speech services ask for."""

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
PCM_RATE = 24_000  # what OpenAI's clients expect


def encoded(samples: np.ndarray, rate: int, form: Format) -> bytes:
    """Return the bytes of a whole recording."""
    if form == "pcm":
        return _pcm(resample(samples, rate, PCM_RATE))
    out = io.BytesIO()
    sound_output.save(out, samples, rate, form)
    return out.getvalue()


def streamed(pieces: Iterator[np.ndarray], rate: int, form: Format) -> Iterator[bytes]:
    """Yield the bytes of a recording that comes in pieces; the header of a WAV then does not tell its length."""
    if form == "pcm":
        yield from map(_pcm, resampler(rate, PCM_RATE).blocks(pieces))
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
    soundfile.write(held, samples.clip(-1, 1), PCM_RATE, "PCM_16", "LITTLE", "RAW")
    return held.getvalue()
