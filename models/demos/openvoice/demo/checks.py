# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checks that need no loaded model: paths, names and options of the commands. Imports no network."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from models.tt_audio.cli import manifest, paths
from models.tt_audio.cli.backends import backend_settings, choose_backend
from models.tt_audio.cli.paths import STANDARD
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.files import check_writable
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.host.voice_files import SUFFIX

VOICE_FILES = (".pth", ".safetensors")


def convert(options: argparse.Namespace) -> None:
    paths.check_recordings([options.recording])
    result(options, [options.recording, *options.voice])


def extract(options: argparse.Namespace) -> None:
    paths.check_recordings(options.recording)
    name = kept_name(options)
    if name is not None:
        VoiceBank().check_free(name, options.replace)
    elif options.replace:
        raise UsageError("--replace belongs to a voice in the bank; give --name, too")
    if options.output:
        _voice_file(options.output)
        for recording in options.recording:
            paths.refuse_input(options.output, recording)
    backend(options)


def kept_name(options: argparse.Namespace) -> str | None:
    """Return the name under which `voice extract` keeps the voice; None if it is written to a file alone."""
    return options.name or (None if options.output else options.recording[0].stem)


def export(options: argparse.Namespace) -> None:
    _voice_file(options.file)
    VoiceBank().described(options.voice)


def batch(options: argparse.Namespace) -> None:
    manifest.check(options.manifest)
    if options.voice:
        voice(options.voice)
    backend(options)


def evaluate(options: argparse.Namespace) -> None:
    if options.corpus is None:
        manifest.check(options.manifest)
    if not options.compare:
        backend(options)


def check(options: argparse.Namespace) -> None:
    paths.check_recordings([path for path in (options.recording, options.voice) if path is not None])


def backend(options: argparse.Namespace) -> None:
    """Refuse settings that the chosen backend does not have."""
    backend_settings(options, choose_backend(options.backend, options.device)[0])


def voice(given: list[Path]) -> None:
    """Refuse a voice that does not exist."""
    if len(given) == 1 and not is_file(given[0]):
        if VoiceBank().look_up(str(given[0])) is None:
            raise UsageError(
                f"{given[0]} does not exist and is no voice in the bank; check the path, or see `voice list`"
            )
        return
    for path in given:
        if not is_file(path):
            raise UsageError(f"{path} does not exist; check the path, or give one name of a voice alone")
    if len(given) > 1 and any(path.suffix in VOICE_FILES for path in given):
        raise UsageError("a voice file cannot be mixed with recordings; give either one voice file or recordings")


def is_file(path: Path) -> bool:
    """Return whether this is standard input or anything that exists, as opposed to a name in the bank."""
    return path == STANDARD or paths.exists(path)


def _voice_file(path: Path) -> None:
    if path.suffix != SUFFIX:
        raise UsageError(f"{path} cannot be written; choose a name that ends in {SUFFIX}")
    check_writable(path)


def result(options: argparse.Namespace, inputs: Iterable[Path]) -> None:
    """Refuse a voice, a name to keep it under, a result or a backend that cannot be."""
    voice(options.voice)
    if options.keep is not None:
        VoiceBank().check_free(options.keep, options.replace)
    elif options.replace:
        raise UsageError("--replace belongs to --keep NAME; give both, or leave it out")
    paths.check_output(options.output, inputs)
    backend(options)
