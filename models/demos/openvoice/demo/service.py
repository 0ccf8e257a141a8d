# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Actions of the service, without HTTP: recordings and texts of users -> the thread of the model -> samples.

server.py handles requests and responses, pipeline.py holds the model. Recordings come as bytes. All work that reads the
disk or takes time runs in a thread, so the event loop stays free.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import Any, BinaryIO

import anyio
import numpy as np

from models.demos.openvoice.demo import hosting
from models.demos.openvoice.demo.hosting import Hosted
from models.demos.openvoice.demo.limits import Limits
from models.demos.openvoice.demo.measures import Measures
from models.demos.openvoice.demo.shared_voices import SharedVoices, check_name
from models.demos.openvoice.pipeline import Request
from models.demos.openvoice.styles import Style
from models.tt_audio.cli.encoding import Format, encoded, streamed
from models.tt_audio.host.voices import Voice, VoiceBank


class Service:
    """One model in its thread, and the bank of voices that all users share."""

    def __init__(self, open_model: Callable[[], Hosted], limits: Limits, bert: str = "required", **batching: Any):
        self.limits, self.bert = limits, bert
        self.measures = Measures()
        self.hosted, self.thread = hosting.in_a_thread(open_model, on_batch=self.measures.batch, **batching)
        self.model = self.hosted.model
        self.voices = SharedVoices(VoiceBank(), self.model)  # not the model's own bank, which forgets
        self.measures.waiting.set_function(lambda: self.thread.waiting)

    # ---- voices

    async def voice(self, name: str) -> Voice:
        """Return the voice of the bank with this name or key."""
        return await anyio.to_thread.run_sync(self.voices.find, name)

    async def keep_voice(self, name: str, recordings: list[np.ndarray]) -> Voice:
        """Add the voice in the recordings to the bank."""
        check_name(name)
        voice = await self.passing_voice(recordings)
        return await anyio.to_thread.run_sync(self.voices.keep, name, voice, "a recording sent to the service")

    async def passing_voice(self, recordings: list[np.ndarray]) -> Voice:
        """Return the voice in the recordings without keeping it."""
        return await self.thread.ask(self.model.voice, recordings)

    # ---- sound

    async def decode(self, file: BinaryIO) -> np.ndarray:
        """Return the samples of a recording at the model's rate."""
        return await anyio.to_thread.run_sync(hosting.decode, file, self.model, self.limits.recording_seconds)

    async def convert(self, request: Request) -> np.ndarray:
        """Return the samples of a short conversion, which may share the backend's passes with others."""
        return await asyncio.wrap_future(self.thread.convert(request))

    async def conversion(self, request: Request) -> Iterator[np.ndarray]:
        """Return an iterator over the pieces of a conversion; each `next` has to be called in the model's thread."""
        return await self.thread.ask(lambda: self.model.convert_stream(*request))

    async def speech(
        self,
        text: str,
        voice: Voice,
        base: str | None,
        language: str | None,
        speaker: str | None,
        style: Style,
        tau: float,
        seed: int,
    ) -> Iterator[np.ndarray]:
        """Return an iterator over the spoken sentences. Errors of the request are raised here, not by the iterator.

        `base` is the name of a Piper voice, or None for the base speaker of the language.
        """
        found = await anyio.to_thread.run_sync(self._base_speaker, text, base, language, style)
        manner = {"style": style, "tau": tau, "seed": seed, "base": found, "bert": self.bert, "progress": False}
        pieces = await self.thread.ask(lambda: self.model.speak_stream(text, voice, language, speaker, **manner))
        return hosting.bounded(pieces, self.model.sampling_rate, self.limits.result_seconds)

    def _base_speaker(self, text: str, base: str | None, language: str | None, style: Style):
        hosting.check_text(text, self.limits.text_characters, self.limits.result_seconds)
        return hosting.base_speaker(base, language, style)

    async def whole(self, pieces: Iterator[np.ndarray]) -> np.ndarray:
        """Return all pieces as one array; other requests have their turn between two pieces."""
        return np.concatenate([piece async for piece in self.thread.each(pieces)])

    async def encode(self, samples: np.ndarray, form: Format, path: str) -> bytes:
        """Return the samples as a file in this format; `path` is that of the request, for the figures."""
        self.measures.audio.labels(path).inc(len(samples) / self.model.sampling_rate)
        return await anyio.to_thread.run_sync(encoded, samples, self.model.sampling_rate, form)

    async def stream(self, pieces: Iterator[np.ndarray], form: Format, path: str) -> AsyncIterator[bytes]:
        """Return the encoded pieces once the first is there, so that errors until then have a status of their own."""

        def counted() -> Iterator[np.ndarray]:
            for piece in pieces:
                self.measures.audio.labels(path).inc(len(piece) / self.model.sampling_rate)
                yield piece

        parts = self.thread.each(streamed(counted(), self.model.sampling_rate, form))
        first = await anext(parts)

        async def rest() -> AsyncIterator[bytes]:
            async with aclosing(parts):
                yield first
                async for part in parts:
                    yield part

        return rest()
