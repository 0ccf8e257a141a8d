# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`download`: fetch the files of models at their pinned revisions, for this machine or for another."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from models.demos.openvoice import bert_files, releases
from models.demos.openvoice.catalogue import PARTS, RELEASES
from models.demos.openvoice.demo.parts import bert_code
from models.tt_audio.cli.terminal import note, printable, tell
from models.tt_audio.host.errors import CheckpointError, UsageError
from models.tt_audio.host.files import reason
from models.tt_audio.host.hashes import SUMS, check_sha256, write_sums
from models.tt_audio.host.home import home
from models.tt_audio.host.hub import HubError, files_of


def download(options: argparse.Namespace) -> None:
    folders = [folder for part in dict.fromkeys(options.part) for folder in _models(part, options.to)]
    if options.to is None:
        text = "\n".join(printable(str(folder)) for folder in folders)
    else:
        text = f"copy the folders in {printable(str(options.to))} to {home()} on the other machine"
    tell(options, text, {"folders": [str(folder) for folder in folders]})


def _models(part: str, to: Path | None) -> Iterator[Path]:
    """Fetch the models of a part and yield their folders: for a language its base speaker and its BERT model."""
    yield _release(PARTS[part], to)
    if part != "converter":
        code = bert_code(part)
        folder = None if to is None else _made(to / Path(bert_files.MODELS[code].name).name)
        found = None if to is not None else _found_bert(code)
        found = found or bert_files.download(code, folder)
        if folder is not None:
            write_sums(folder, [path.name for path in folder.iterdir() if path.is_file() and path.name != SUMS])
        yield found


def _found_bert(code: str) -> Path | None:
    try:
        return bert_files.find(code)
    except bert_files.BertError:
        return None


def _release(name: str, to: Path | None) -> Path:
    if to is None:
        return releases.locate(name)
    release, folder = RELEASES[name], _made(to / Path(name).name)
    note(f"downloading {name}")
    try:
        files_of(name, release.revision, release.files, True, folder)
    except HubError as error:
        raise CheckpointError(f"{name} cannot be downloaded ({error}); check the network") from error
    for file, sha256 in release.sha256.items():
        check_sha256(folder / file, sha256)
    write_sums(folder, release.files)
    return folder


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made ({reason(error)}); choose another folder") from None
    return folder
