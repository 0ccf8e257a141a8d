# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Actions of the web page: convert a recording, speak a text, keep a voice.

page_layout.py -> [here] -> pipeline.py. Jobs are asynchronous generators. Each item they yield updates the page: first
the line of state, at last the result. Gradio closes a generator when its job is cancelled or its browser has gone.
"""

import functools
import html
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import anyio
import gradio as gr
import numpy as np
from loguru import logger
from PIL import Image

from models.demos.openvoice.demo import hosting
from models.demos.openvoice.demo.bases import piper_bases
from models.demos.openvoice.demo.hosting import Hosted, LimitError
from models.demos.openvoice.demo.limits import PageLimits
from models.demos.openvoice.demo.shared_voices import SharedVoices
from models.demos.openvoice.piper.voices import is_name
from models.demos.openvoice.styles import STYLES
from models.tt_audio.cli.terminal import counted
from models.tt_audio.host.errors import UsageError, UserError
from models.tt_audio.host.files import FileError
from models.tt_audio.host.voices import Voice, VoiceBank, VoiceError
from models.tt_audio.judges.metrics import similarity
from models.tt_audio.judges.picture import draw

ACCENTS = ("EN-Default", "EN-US", "EN-BR", "EN-IN", "EN-AU")
WANTED = "voice wanted"  # title of the recording that the voice comes from
FROM_RECORDINGS = ""  # in the list of voices: take the voice from recordings
OF_LANGUAGE = ""  # in the list of base speakers: the usual one of the language
BANK_FAILED = "the bank of voices cannot be used at the moment; the page's terminal says why"
FAULT = "This failed by a fault of the page. Its terminal says why."


class Shown(NamedTuple):
    """Values for the outputs of a job: line of state, sound, figures, picture."""

    state: str
    sound: object = gr.skip()
    figures: object = gr.skip()
    picture: object = gr.skip()


def state_line(text: str, done: float | None = None, whole: float = 0.0) -> str:
    """Return the line of state as HTML, with a bar where it is known how much is done."""
    bar = ""
    if done is not None:
        text = f"{text}: {done:.0f} of {whole:.0f} s"
        bar = f'<progress value="{done:.2f}" max="{whole:.2f}"></progress>'
    return f'<p class="state" role="status">{html.escape(text)}{bar}</p>'


def error_line(text: str) -> str:
    """Return an error as HTML for the place of the line of state."""
    return f'<p class="state failed" role="alert">{html.escape(text)}</p>'


def _errors_as_state(outputs: int) -> Callable[[Callable[..., AsyncIterator]], Callable[..., AsyncIterator]]:
    """Decorate a job so that its error becomes the last line of state. The other outputs stay as they are."""

    def decorate(job: Callable[..., AsyncIterator]) -> Callable[..., AsyncIterator]:
        @functools.wraps(job)
        async def run(*arguments: Any) -> AsyncIterator[tuple]:
            try:
                async with aclosing(job(*arguments)) as updates:
                    async for update in updates:
                        yield update
            except (VoiceError, FileError) as error:  # their messages name folders of this machine
                logger.error(str(error))
                said = BANK_FAILED
            except UserError as error:
                said = str(error)
            except Exception:
                logger.exception("a job of the page failed")
                said = FAULT
            else:
                return
            yield (error_line(said), *[gr.skip()] * (outputs - 1))

        return run

    return decorate


class Page:
    """One model in its thread, and the jobs that visitors give it."""

    def __init__(self, open_model: Callable[[], Hosted], limits: PageLimits, bert: str = "required"):
        self.limits, self.bert = limits, bert
        self.hosted, self.thread = hosting.in_a_thread(open_model)
        self.model = self.hosted.model
        self.rate = self.model.sampling_rate
        self.voices = SharedVoices(VoiceBank(), self.model)

    # ---- jobs

    @_errors_as_state(outputs=4)
    async def convert(
        self,
        source: str | None,
        other: str | None,
        name: str,
        reference: str | None,
        more: Sequence[str] | None,
        tau: float,
        seed: float,
    ) -> AsyncIterator[Shown]:
        """Convert a recording into the voice of the bank called `name`, or into the voice in recordings."""
        source = source or other
        if source is None:
            raise UsageError("give a recording of what is to be said")
        yield Shown(state_line("Reading the recordings"))
        samples = await anyio.to_thread.run_sync(self._decoded, source)
        voice, heard = await self._voice(name, reference, more)
        started, parts, seconds = time.perf_counter(), [], 0.0
        whole = len(samples) / self.rate
        yield Shown(state_line("Converting", 0.0, whole))
        pieces = self.model.convert_stream(samples, voice, None, tau, int(seed))
        async with aclosing(self.thread.each(pieces)) as each:
            async for piece in each:
                parts.append(piece)
                seconds += len(piece) / self.rate
                yield Shown(state_line("Converting", seconds, whole))
        took = time.perf_counter() - started
        async with aclosing(self._result({"source": samples}, heard, np.concatenate(parts), took)) as updates:
            async for update in updates:
                yield update

    @_errors_as_state(outputs=4)
    async def clone(
        self,
        text: str | None,
        name: str,
        reference: str | None,
        more: Sequence[str] | None,
        base_name: str,
        language: str,
        accent: str,
        style: str,
        speed: float,
        rhythm: float,
        stray: float,
        melody: float,
        pause: float,
        tau: float,
        seed: float,
    ) -> AsyncIterator[Shown]:
        """Speak a text in the voice of the bank called `name`, or in the voice in recordings.

        `base_name` is the name of a Piper voice, whose language is then that of the text, or OF_LANGUAGE.
        """
        text = hosting.check_text(text or "", self.limits.text_characters, self.limits.result_seconds)
        manner = STYLES[style].changed(
            speed=speed, sdp_ratio=rhythm, noise_scale_w=stray, noise_scale=melody, pause=pause
        )
        yield Shown(state_line("Reading the recordings"))
        code = language if base_name == OF_LANGUAGE else None
        base = await anyio.to_thread.run_sync(hosting.base_speaker, base_name or None, code, manner)
        voice, heard = await self._voice(name, reference, more)
        speaker = accent if code == "EN" and manner.emotion is None and accent != ACCENTS[0] else None
        started, parts, seconds = time.perf_counter(), [], 0.0
        settings = {"tau": tau, "seed": int(seed), "base": base, "bert": self.bert, "progress": False}

        def sentences() -> Iterator[np.ndarray]:
            spoken = self.model.speak_stream(text, voice, code, speaker, manner, **settings)
            yield from hosting.bounded(spoken, self.rate, self.limits.result_seconds)

        yield Shown(state_line("Speaking"))
        async with aclosing(self.thread.each(sentences())) as each:
            async for sentence in each:
                parts.append(sentence)
                seconds += len(sentence) / self.rate
                yield Shown(state_line(f"Speaking: {counted(len(parts), 'sentence')}, {seconds:.0f} s"))
        took = time.perf_counter() - started
        async with aclosing(self._result({}, heard, np.concatenate(parts), took)) as updates:
            async for update in updates:
                yield update

    @_errors_as_state(outputs=3)
    async def keep(
        self, name: str | None, reference: str | None, more: Sequence[str] | None
    ) -> AsyncIterator[tuple[str, gr.Dropdown, gr.Dropdown]]:
        """Add the voice in recordings to the bank. Yields the line of state and both lists of voices."""
        name = (name or "").strip()
        if not name:
            raise UsageError("give the voice a name to keep it")
        voice, _ = await self._voice(FROM_RECORDINGS, reference, more)
        await anyio.to_thread.run_sync(self.voices.keep, name, voice, "a recording given to the page")
        choices = await anyio.to_thread.run_sync(self.voice_choices)
        update = gr.Dropdown(choices=choices, value=name)
        yield state_line(f"The voice is kept as {name}"), update, update

    def voice_choices(self) -> list[tuple[str, str]]:
        """Return label and value of the list of voices."""
        kept = [(facts.name, facts.name) for facts in self.voices.list()]
        return [("take it from recordings", FROM_RECORDINGS), *kept]

    def base_choices(self) -> list[tuple[str, str]]:
        """Return label and value of the list of base speakers: the usual one, then the Piper voices on this machine."""
        named = [
            (f"{one.name}: {one.language}; licence: {one.licence}", one.name)
            for one in piper_bases()
            if is_name(one.name)  # a file of another name is opened by its path only, which no visitor may give
        ]
        return [("the usual one of the language", OF_LANGUAGE), *named]

    # ---- recordings

    async def _voice(
        self, name: str, reference: str | None, more: Sequence[str] | None
    ) -> tuple[Voice, np.ndarray | None]:
        """Return the voice, and the first of the recordings that it comes from, if it comes from any."""
        if name != FROM_RECORDINGS:
            return await anyio.to_thread.run_sync(self.voices.find, name), None
        paths = [*([reference] if reference else []), *(more or [])]
        if not paths:
            raise UsageError("give a recording of the voice wanted, best five seconds or more, or choose a kept voice")
        recordings = [await anyio.to_thread.run_sync(self._decoded, path) for path in paths]
        return await self.thread.ask(self.model.voice, recordings), recordings[0]

    def _decoded(self, path: str) -> np.ndarray:
        """Return the samples of a file where Gradio put it. Messages use the name that its owner gave it."""
        name = hosting.file_name(path)
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > self.limits.upload_bytes:
                raise LimitError(f"{name} is larger than {self.limits.upload_bytes >> 20} MiB; send a shorter one")
            return hosting.decode(_Named(file, name), self.model, self.limits.recording_seconds)

    # ---- results

    async def _result(
        self, recordings: dict[str, np.ndarray], heard: np.ndarray | None, result: np.ndarray, seconds: float
    ) -> AsyncIterator[Shown]:
        """Yield the sound, then its figures and picture. `heard` is the recording that the voice comes from."""
        pcm = np.rint(result.clip(-1, 1) * 32767).astype(np.int16)
        yield Shown(state_line("Comparing the voices"), (self.rate, pcm))
        if heard is not None:
            recordings = {**recordings, WANTED: heard}
        recordings = {**recordings, "result": result}
        figures = await anyio.to_thread.run_sync(self._figures, recordings, seconds)
        picture = await anyio.to_thread.run_sync(_drawn, recordings, self.rate)
        yield Shown(state_line("Done"), gr.skip(), figures, gr.update(value=picture, visible=True))

    def _figures(self, recordings: dict[str, np.ndarray], took: float) -> str:
        seconds = len(recordings["result"]) / self.rate
        lines = [f"**{seconds:.1f} s** of speech, made in {took:.1f} s by {self.hosted.name} on {self.hosted.backend}."]
        wanted = recordings.get(WANTED)
        if wanted is not None:
            try:
                alike = ", ".join(
                    f"{name} **{similarity(sound, wanted, self.rate):.2f}**"
                    for name, sound in recordings.items()
                    if name != WANTED
                )
                lines.append(f"Similarity to the voice wanted, 0 to 1 (same speaker: above 0.75): {alike}.")
            except UsageError as error:  # the package that judges is optional
                lines.append(f"No similarity: {html.escape(str(error))}.")
        lines.append(f"Spectrograms, from top to bottom: {', '.join(recordings)}.")
        return "\n\n".join(lines)


def _drawn(recordings: dict[str, np.ndarray], rate: int) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        draw(recordings, rate, Path(folder) / "spectrograms.png")
        with Image.open(Path(folder) / "spectrograms.png") as picture:
            picture.load()
    return picture


class _Named:
    """Open file under another name."""

    def __init__(self, file: BinaryIO, name: str):
        self._file, self.name = file, name

    def __getattr__(self, attribute: str):
        return getattr(self._file, attribute)
