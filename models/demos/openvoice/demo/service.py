# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What the service does, without its HTTP: recordings and texts of strangers -> the worker thread -> samples.

Between server.py, which knows requests and responses, and pipeline.py. No name in a request becomes a path: recordings
come as bytes, and a voice is looked up among those that the bank holds.
"""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO, TypeVar

import anyio
import numpy as np

from models.demos.openvoice.demo import hosting
from models.demos.openvoice.demo.batching import Worker
from models.demos.openvoice.demo.hosting import Hosted, LimitError
from models.demos.openvoice.demo.limits import Limits, Measures
from models.demos.openvoice.pipeline import Request
from models.demos.openvoice.styles import Style
from models.tt_audio.cli.encoding import Format, encoded, streamed
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice, VoiceBank

_NAME = r"\w[\w .-]{0,63}"
KEY_DIGITS = 12  # of a voice's key, as `voice list` shows it

Value = TypeVar("Value")


class NoVoiceError(UsageError):
    """No voice has that name."""


class TakenError(UsageError):
    """The name or the recordings belong to a voice already, or to several."""


class Service:
    """One model behind one worker thread, and the bank of voices that its users share."""

    def __init__(self, hosted: Callable[[], Hosted], limits: Limits, bert: str = "required", **batching: Any):
        self.limits, self.bert = limits, bert
        self.measures = Measures()
        self.bank = VoiceBank()  # not the model's, which forgets
        opened: list[Hosted] = []

        def open_model():
            opened.append(hosted())
            return opened[0].model

        self.worker = Worker(open_model, seen=self.measures.batch, **batching)
        (self.hosted,) = opened
        self.model = self.worker.model
        self.measures.waiting.set_function(lambda: self.worker.waiting)

    async def call(self, work: Callable[..., Value], *arguments: Any) -> Value:
        return await asyncio.wrap_future(self.worker.call(work, *arguments))

    # ---- voices

    def voices(self) -> list[Voice]:
        """Those that this model can use."""
        models, channels = ("", self.model.identity), self.model.config.gin_channels
        return [voice for voice in self.bank.list() if voice.model in models and len(voice.embedding) == channels]

    def voice(self, name: str) -> Voice:
        """By its name, or by the beginning of its key."""
        found = [voice for voice in self.voices() if voice.name == name or _is_key(name) and voice.key.startswith(name)]
        if not found:
            raise NoVoiceError(f"there is no voice {_shown(name)}; GET /voices lists those there are")
        if len(found) > 1:
            keys = ", ".join(voice.key[:KEY_DIGITS] for voice in found)
            raise TakenError(f"{len(found)} voices are named {_shown(name)}; ask for one by its key: {keys}")
        return found[0]

    async def keep_voice(self, name: str, recordings: list[np.ndarray]) -> Voice:
        if fault := name_fault(name):
            raise UsageError(fault)

        def keep() -> Voice:  # one at a time, so that a name is taken once
            known = self.voices()
            if any(voice.name == name for voice in known):
                raise TakenError(f"there is a voice {_shown(name)} already; delete it first, or choose another name")
            voice = replace(self.model.voice(recordings), name=name, source="a recording sent to the service")
            same = next((other for other in known if other.key == voice.key), None)
            if same is not None:
                raise TakenError(f"these recordings are kept already, as {_shown(same.name)}")
            return self.bank.add(voice)

        return await self.call(keep)

    async def passing_voice(self, recordings: list[np.ndarray]) -> Voice:
        return await self.call(self.model.voice, recordings)

    # ---- sound

    async def decode(self, file: BinaryIO) -> np.ndarray:
        return await anyio.to_thread.run_sync(hosting.decode, file, self.model, self.limits.recording_seconds)

    async def convert(self, request: Request) -> np.ndarray:
        return await asyncio.wrap_future(self.worker.convert(request))

    async def conversion(self, request: Request) -> Iterator[np.ndarray]:
        return await self.call(lambda: self.model.convert_stream(*request))

    async def speech(
        self, text: str, voice: Voice, language: str, speaker: str | None, style: Style, tau: float, seed: int
    ) -> Iterator[np.ndarray]:
        """The sentences; what is wrong with the request is raised here, not by the first of them."""
        hosting.check_text(text, self.limits.text_characters, self.limits.result_seconds)
        base = hosting.base_speaker(language, style)
        manner = {"style": style, "tau": tau, "seed": seed, "base": base, "bert": self.bert, "progress": False}
        pieces = await self.call(lambda: self.model.speak_stream(text, voice, language, speaker, **manner))
        return self._bounded(pieces)

    def _bounded(self, pieces: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        seconds = 0.0
        for piece in pieces:
            seconds += len(piece) / self.model.sampling_rate
            if seconds > self.limits.result_seconds:
                raise LimitError(
                    f"the result lasts longer than {self.limits.result_seconds:g} s; send the text in parts"
                )
            yield piece

    async def whole(self, pieces: Iterator[np.ndarray]) -> np.ndarray:
        """All pieces; other requests have their turn between two of them."""
        return np.concatenate([piece async for piece in self._each(pieces)])

    async def encode(self, samples: np.ndarray, form: Format, path: str) -> bytes:
        self.measures.audio.labels(path).inc(len(samples) / self.model.sampling_rate)
        return await anyio.to_thread.run_sync(encoded, samples, self.model.sampling_rate, form)

    async def stream(self, pieces: Iterator[np.ndarray], form: Format, path: str) -> AsyncIterator[bytes]:
        """Begins when the first piece is there, so that until then an error still has a status of its own."""

        def counted() -> Iterator[np.ndarray]:
            for piece in pieces:
                self.measures.audio.labels(path).inc(len(piece) / self.model.sampling_rate)
                yield piece

        parts = self._each(streamed(counted(), self.model.sampling_rate, form))
        first = await anext(parts)

        async def rest() -> AsyncIterator[bytes]:
            yield first
            async for part in parts:
                yield part

        return rest()

    async def _each(self, items: Iterator[Value]) -> AsyncIterator[Value]:
        """The next item is a job when the one before has gone to the client: a slow client holds nobody up."""
        try:
            while (item := await self.call(next, items, None)) is not None:
                yield item
        finally:
            self.worker.call(items.close)


def name_fault(name: str) -> str | None:
    """Why a voice cannot have this name."""
    if not re.fullmatch(_NAME, name) or unicodedata.normalize("NFKC", name) != name:
        return (
            f"a voice cannot be named {_shown(name)}: a name has 1 to 64 letters, digits, spaces, dots, dashes and "
            "underscores, and begins with a letter or digit"
        )
    if _is_key(name):
        return f"{_shown(name)} could be taken for a voice's key; choose another name"
    return None


def _is_key(name: str) -> bool:
    return re.fullmatch("[0-9a-f]{8,64}", name) is not None


def _shown(name: str) -> str:
    return ascii(name[:64])
