# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Host a model for the web page (app.py) and the service (server.py), and decode the recordings of their users.

loading.py opens a model for the user of a command. The users here are not trusted: their recordings are decoded up to a
limit, their file names are made fit for messages, and the voices in recordings are remembered in memory only.
"""

import argparse
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from loguru import logger

from models.demos.openvoice.base_speakers import SpeechError
from models.demos.openvoice.catalogue import BASE_SPEAKERS
from models.demos.openvoice.demo.bases import find_base
from models.demos.openvoice.demo.batching import ModelThread
from models.demos.openvoice.demo.loading import find_model, load
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.piper import voices
from models.demos.openvoice.styles import Style
from models.demos.openvoice.text.frontend import Pause
from models.tt_audio.cli.backends import backend_settings, choose_backend
from models.tt_audio.cli.terminal import note
from models.tt_audio.host import audio
from models.tt_audio.host.errors import AudioError, CheckpointError, UsageError
from models.tt_audio.text.sentences import split_pauses

LONGEST_NAME = 80  # characters of a file's name that an error message repeats
RESPONSIBLE = "Clone a voice only with its owner's consent, and say that what you publish is synthetic."


class LimitError(UsageError):
    """A request asks for more than is allowed at once; the message names the limit."""


class MissingError(UsageError):
    """This machine lacks a model that the request needs, which its sender cannot mend."""


@dataclass(frozen=True)
class Hosted:
    """Loaded model, with its name and backend for messages."""

    model: OpenVoice
    name: str
    backend: str
    explanation: str  # why name and backend were chosen; empty where the user named them


def host(options: argparse.Namespace) -> Hosted:
    """Load the model that the options ask for, and print which it is."""
    backend, why_backend = choose_backend(options.backend, options.device)
    settings = backend_settings(options, backend)
    found = find_model(options.model)
    model = load(found.folder, backend, **settings)
    hosted = Hosted(model, found.name, backend, f"{found.why}{why_backend}")
    note(f"model {found.name}{found.why}, backend {backend}{why_backend}")
    return hosted


def in_a_thread(open_model: Callable[[], Hosted], **batching: Any) -> tuple[Hosted, ModelThread]:
    """Open a model in the thread that will own it, because a device is used in the thread that opened it."""
    opened: list[Hosted] = []

    def open_and_keep() -> OpenVoice:
        opened.append(open_model())
        return opened[0].model

    thread = ModelThread(open_and_keep, **batching)
    return opened[0], thread


def file_name(given: str | None) -> str:
    """Return the name that a user gave a file, fit for a message: without folders and unprintable characters."""
    name = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] not in "CZ" or sign == " ")
    return name[:LONGEST_NAME].strip() or "the recording"


def decode(file: BinaryIO, model: OpenVoice, longest: float) -> np.ndarray:
    """Return the samples of a recording at the model's rate. Decoding ends where it exceeds `longest` seconds."""
    rate, blocks, samples = model.sampling_rate, [], 0
    for block in audio.stream(file, rate):
        blocks.append(block)
        samples += len(block)
        if samples > longest * rate:
            raise LimitError(f"{file.name} lasts longer than {longest:g} s; send it in parts")
    if samples < model.config.filter_length:
        needed = 1e3 * model.config.filter_length / rate
        raise AudioError(f"{file.name} lasts {1e3 * samples / rate:.0f} ms; at least {needed:.0f} ms are needed")
    return np.concatenate(blocks)


def check_text(text: str, characters: int, seconds: float) -> str:
    """Return the text. Raise a sentence where it is too long, or the pauses written in it are."""
    if len(text) > characters:
        raise LimitError(f"the text has {len(text)} characters; at most {characters} may be sent at once")
    pauses = sum(part.seconds for part in split_pauses(text) if isinstance(part, Pause))
    if pauses > seconds:
        raise LimitError(f"the pauses in the text last {pauses:g} s together; at most {seconds:g} s may be asked for")
    return text


def bounded(pieces: Iterator[np.ndarray], rate: int, longest: float) -> Iterator[np.ndarray]:
    """Yield the pieces of a result. Raise a sentence where they last longer than `longest` seconds together."""
    seconds = 0.0
    for piece in pieces:
        seconds += len(piece) / rate
        if seconds > longest:
            raise LimitError(f"the result lasts longer than {longest:g} s; send the text in parts")
        yield piece


def base_speaker(base: str | None, language: str | None, style: Style) -> str | Path:
    """Return the base speaker for a text. It has to be on this machine: a request starts no download.

    `base` is the name of a Piper voice, or None for the base speaker of the language. A path is refused, because a
    request may not open files of this machine.
    """
    if base is not None:
        return _named_base(base)
    code = (language or "EN").upper()
    if code not in BASE_SPEAKERS:
        raise SpeechError(f"there is no language {language!r}; choose one of: {', '.join(BASE_SPEAKERS)}")
    if style.emotion is not None and code != "EN":
        raise SpeechError(f"the emotion {style.emotion!r} is there for English text only, not for {code}.")
    try:
        return find_base(None, code, style, download=False).base
    except (CheckpointError, SpeechError) as error:
        logger.warning(str(error))  # names folders of this machine and what to do there
        wanted = f"the emotion {style.emotion!r}" if style.emotion else f"{code} text"
        raise MissingError(f"the base speaker for {wanted} is not installed on this machine") from None


def _named_base(name: str) -> str | Path:
    if not voices.is_name(name):
        raise SpeechError(f"{name!r} is not the name of a base speaker, such as en_US-joe-medium")
    try:
        return voices.locate(name, download=False)
    except CheckpointError as error:
        logger.warning(str(error))
        raise MissingError(f"the base speaker {name} is not installed on this machine") from None
