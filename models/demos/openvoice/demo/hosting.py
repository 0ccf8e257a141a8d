# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What the web page (app.py) and the service (server.py) share: a model that serves strangers, and their recordings.

Beside loading.py, which opens a model for the one who typed the command. Strangers' recordings are decoded up to a
limit, and the voices in them are remembered in memory only.
"""

import argparse
import os
import unicodedata
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from loguru import logger

from models.demos.openvoice.base_speakers import BASE_SPEAKERS, SpeechError, default_base
from models.demos.openvoice.demo.loading import backend_settings, choose_backend, find_model, load, released
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.styles import Style
from models.demos.openvoice.text.frontend import Pause
from models.demos.openvoice.text.sentences import split_pauses
from models.tt_audio.cli.terminal import count, note, positive
from models.tt_audio.host import audio
from models.tt_audio.host.audio import AudioError
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice, VoiceBank

LOOPBACK = "127.0.0.1"
LARGEST_PORT = 65_535
LONGEST_NAME = 80  # characters of a file's name that an error message repeats
RESPONSIBLE = "Clone a voice only with its owner's consent, and say that what you publish is synthetic."


class LimitError(UsageError):
    """More than this machine takes at once; the message names the limit."""


class MissingError(UsageError):
    """This machine lacks a model that the request needs; nothing the asker could mend."""


class PassingVoices(VoiceBank):
    """In memory only: who sends a recording has not asked for the voice in it to be kept."""

    def __init__(self):
        super().__init__(Path(os.devnull))  # a folder that cannot be

    def add(self, voice: Voice) -> Voice:
        return self._remember(voice)


@dataclass(frozen=True)
class Hosted:
    model: OpenVoice
    name: str
    backend: str
    why: str  # name and backend were taken, for people; empty where the user named them


def add_host_arguments(parser: argparse.ArgumentParser, port: int) -> None:
    parser.add_argument("--host", default=LOOPBACK, help="address to listen at; 0.0.0.0 is every one (%(default)s)")
    parser.add_argument("--port", type=_port, default=port, help="(%(default)s)")
    parser.add_argument("--bert", default="required", help="'zeros' speaks without the languages' BERT models, flatter")


def add_limit_arguments(parser: argparse.ArgumentParser, limits, upload: str, own: dict[str, tuple]) -> None:
    """Options for the fields of `limits`: those that page and service have, and what is `own`, with kind and help."""
    shared = {
        "recording_seconds": (positive, "length of a recording"),
        "result_seconds": (positive, "length of speech made from a text"),
        "text_characters": (count, "length of a text"),
    }
    group = parser.add_argument_group("limits")
    megabytes = limits.upload_bytes >> 20
    group.add_argument("--upload-mib", type=count, default=megabytes, help=f"size of a {upload} (%(default)s)")
    for name, (kind, what) in (shared | own).items():
        option = f"--{name.replace('_', '-')}"
        group.add_argument(option, type=kind, default=getattr(limits, name), help=f"{what} (%(default)s)")


def given_limits(limits, options: argparse.Namespace):
    """`limits` with what the options say."""
    given = {field.name: getattr(options, field.name) for field in fields(limits) if hasattr(options, field.name)}
    return replace(limits, upload_bytes=options.upload_mib << 20, **given)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port from 1 to {LARGEST_PORT}")
    return int(text)


def host(options: argparse.Namespace) -> Hosted:
    backend, why_backend = choose_backend(options.backend)
    settings = backend_settings(options, backend)
    found = find_model(options.model)
    model = load(found.folder, backend, bank=PassingVoices(), **settings)
    hosted = Hosted(model, found.name, backend, f"{found.why}{why_backend}")
    note(f"model {found.name}{found.why}, backend {backend}{why_backend}")
    return hosted


def file_name(given: str | None) -> str:
    """A stranger's name for a file, fit for a message: no folders, nothing that does not print."""
    name = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] not in "CZ" or sign == " ")
    return name[:LONGEST_NAME].strip() or "the recording"


def decode(file: BinaryIO, model: OpenVoice, longest: float) -> np.ndarray:
    """Samples at the model's rate of a recording of at most `longest` seconds, however small its file is."""
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
    """The text, if it is not too long, nor are the pauses written in it."""
    if len(text) > characters:
        raise LimitError(f"the text has {len(text)} characters; at most {characters} are taken at once")
    pauses = sum(part.seconds for part in split_pauses(text) if isinstance(part, Pause))
    if pauses > seconds:
        raise LimitError(f"the pauses in the text last {pauses:g} s together; at most {seconds:g} s are taken at once")
    return text


def base_speaker(language: str, style: Style) -> Path:
    """The folder of whose speech a text becomes first, if it is on this machine: nobody waits for a download."""
    code = language.upper()
    if code not in BASE_SPEAKERS:
        raise SpeechError(f"there is no language {language!r}; choose one of: {', '.join(BASE_SPEAKERS)}")
    if style.emotion is not None and code != "EN":
        raise SpeechError(f"the emotion {style.emotion!r} is there for English text only, not for {code}.")
    try:
        found = default_base(code, style)
        return found if isinstance(found, Path) else released(found, download=False)
    except (CheckpointError, SpeechError) as error:
        logger.warning(str(error))  # with folders of this machine and what to do there
        wanted = f"the emotion {style.emotion!r}" if style.emotion else f"{code} text"
        raise MissingError(f"the base speaker for {wanted} is not installed on this machine") from None
