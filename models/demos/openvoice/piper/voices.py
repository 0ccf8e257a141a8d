# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Piper voices by name: where they are on this machine, where they are downloaded from, and what is known about them.

    name -> $OPENVOICE_HOME, the Hugging Face cache, the installed package, or a download -> path of the .onnx

The voices are those of rhasspy/piper-voices. Each has a licence of its own, which its MODEL_CARD names.
"""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import constants

from models.demos.openvoice.piper.bundled import SHA256, bundled_voice
from models.demos.openvoice.piper.config import PiperConfig
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.hashes import check_sha256, known_digest
from models.tt_audio.host.home import home
from models.tt_audio.host.hub import HubError, files_of

REPOSITORY = "rhasspy/piper-voices"
REVISION = "293cad0539066f86e6bce3b9780c472cc9157489"
LIST = "voices.json"  # names, files, sizes and md5 of all voices
LIST_SHA256 = "1da8e69f302fada01044a552b5b299fb564ebff377a6d037b0014022896d2414"
CARD = "MODEL_CARD"

_NAME = re.compile(r"(?P<family>[a-z]{2,3})_(?P<region>[A-Z]{2})-(?P<speaker>\w+)-(?P<quality>x_low|low|medium|high)")
_LICENCE = re.compile(r"^\W*licen[cs]e\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"^\W*url\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


class VoiceFacts(NamedTuple):
    """Facts about a voice, from its own files."""

    name: str
    language: str  # code and English name, such as "en_US, English"
    quality: str
    speakers: int
    licence: str
    path: Path


def is_voice(name: str | Path) -> bool:
    """Return whether a base speaker is a Piper voice by its name or path; it need not exist."""
    return Path(name).suffix == ".onnx" or is_name(str(name))


def is_name(text: str) -> bool:
    """Return whether a text is the name of a Piper voice, not a path."""
    return _NAME.fullmatch(text) is not None


def locate(name: str | Path, download: bool = True) -> Path:
    """Return the `.onnx` of a voice, given its name or its path; its `.onnx.json` is next to it.

    A voice that is not on this machine is downloaded if `download` says so. Raises a CheckpointError.
    """
    if Path(name).suffix == ".onnx":
        path = Path(name).expanduser()
        if not path.is_file():
            raise CheckpointError(f"{path} does not exist: give the .onnx of a Piper voice, or the voice's name.")
        return path
    name = str(name)
    for path in _places(name):
        if path.is_file() and Path(f"{path}.json").is_file():
            _check(path)
            return path
    if f"{name}.onnx" in SHA256:
        try:
            return bundled_voice()
        except CheckpointError:
            if not download:
                raise
    if not download:
        raise CheckpointError(f"the voice {name} is not on this machine: {_by_hand(name)}.")
    return _download(name)


def installed() -> list[Path]:
    """Return the `.onnx` of each voice on this machine, sorted by name; a voice in several places is listed once."""
    found: dict[str, Path] = {}
    for folder, pattern in ((home(), "*.onnx"), (home() / REPOSITORY.split("/")[1], "**/*.onnx")):
        if folder.is_dir():
            found |= {path.stem: path for path in sorted(folder.glob(pattern))}
    for snapshot in _snapshots():
        for path in sorted(snapshot.glob("*/*/*/*/*.onnx")):
            found.setdefault(path.stem, path)
    try:
        path = bundled_voice()
        found.setdefault(path.stem, path)
    except CheckpointError:
        pass  # it is not installed, and nothing depends on it
    return [path for _, path in sorted(found.items()) if Path(f"{path}.json").is_file()]


def facts(path: Path) -> VoiceFacts:
    """Return what the files of a voice say; a description that cannot be read is a ConfigError."""
    config = PiperConfig.from_file(f"{path}.json")
    name = _NAME.fullmatch(config.name)
    code = config.language or (f"{name['family']}_{name['region']}" if name else "")
    language = ", ".join(part for part in (code, config.language_name) if part)
    quality = config.quality or (name["quality"] if name else "")
    return VoiceFacts(config.name, language, quality, config.num_speakers, licence(path), path)


def licence(path: Path) -> str:
    """Return the licence that the voice's MODEL_CARD names, or that it names none."""
    card = path.with_name(CARD)
    if not card.is_file():
        return "unknown (no MODEL_CARD)"
    text = card.read_text(encoding="utf-8", errors="replace")
    stated = _LICENCE.search(text)
    if stated is None:
        return "not stated in its MODEL_CARD"
    if "url" in stated[1].lower() and (address := _ADDRESS.search(text)):
        return f"see {address[1]}"
    return stated[1]


def _places(name: str) -> Iterator[Path]:
    """Yield where the `.onnx` of a voice may be: below $OPENVOICE_HOME and in the Hugging Face cache."""
    below = f"{_folder(name)}/{name}.onnx"
    own = home() / REPOSITORY.split("/")[1]
    yield from (home() / f"{name}.onnx", own / f"{name}.onnx", own / below)
    yield from (snapshot / below for snapshot in _snapshots())


def _snapshots() -> list[Path]:
    """Return the folders of the repository's revisions in the Hugging Face cache, the pinned one first."""
    folder = Path(constants.HF_HUB_CACHE) / f"models--{REPOSITORY.replace('/', '--')}" / "snapshots"
    if not folder.is_dir():
        return []
    return sorted(folder.iterdir(), key=lambda path: (path.name != REVISION, path.name))


def _folder(name: str) -> str:
    """Return the folder of a voice in the repository, such as en/en_US/joe/medium."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise CheckpointError(f"{name} is not the name of a Piper voice, such as en_US-joe-medium.")
    return f"{parts['family']}/{parts['family']}_{parts['region']}/{parts['speaker']}/{parts['quality']}"


def _check(path: Path) -> None:
    """Compare a voice that was found with the pinned hash, or with the list next to it in the cache."""
    if f"{path.stem}.onnx" in SHA256:
        for file in (path, Path(f"{path}.json")):
            check_sha256(file, SHA256[file.name])
        return
    for snapshot in _snapshots():
        if path.is_relative_to(snapshot) and (snapshot / LIST).is_file():
            for name, md5 in _listed(snapshot / LIST, path.stem).items():
                if (snapshot / name).is_file():
                    _check_md5(snapshot / name, md5)


def _download(name: str) -> Path:
    try:
        (table,) = files_of(REPOSITORY, REVISION, [LIST], download=True)
        check_sha256(table, LIST_SHA256)
        files = _listed(table, name)
        paths = files_of(REPOSITORY, REVISION, list(files), download=True)
    except HubError as error:
        raise CheckpointError(
            f"the voice {name} is not on this machine and cannot be downloaded ({error}): {_by_hand(name)}."
        ) from error
    for path, md5 in zip(paths, files.values(), strict=True):
        _check_md5(path, md5)
    return next(path for path in paths if path.suffix == ".onnx")


def _listed(table: Path, name: str) -> dict[str, str]:
    """Return the md5 of each file of a voice by the repository's list."""
    try:
        voices = json.loads(table.read_text(encoding="utf-8"))
        files = {file: entry["md5_digest"] for file, entry in voices.get(name, {"files": {}})["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CheckpointError(f"{table} is damaged: delete it, then it is downloaded again.") from None
    if not files:
        close = difflib.get_close_matches(name, voices, 3, 0.5)
        hint = f"; there is {' and '.join(close)}" if close else ""
        raise CheckpointError(f"{REPOSITORY} has no voice {name}{hint}.")
    return files


def _check_md5(path: Path, md5: str) -> None:
    # md5 is the only hash that the repository's list has; it tells damage, the pinned revision the rest.
    if (actual := known_digest(path, "md5")) != md5:
        raise CheckpointError(f"{path} has md5 {actual} instead of {md5}: delete it and download it again.")


def _by_hand(name: str) -> str:
    return (
        f"on a machine with network run `hf download {REPOSITORY} --revision {REVISION} --include '{_folder(name)}/*' "
        f"--local-dir piper-voices`, then copy that folder to {home() / 'piper-voices'} or give the path of the .onnx"
    )
