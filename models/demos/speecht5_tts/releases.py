# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The released models: their pinned revisions and hashes, and where to find them on this machine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.tt_audio.host.checkpoint import CheckpointError, check_sha256
from models.tt_audio.host.home import home
from models.tt_audio.host.hub import HubError, files_of

SPEECH = "microsoft/speecht5_tts"
VOCODER = "microsoft/speecht5_hifigan"
TOKENIZER_FILE = "spm_char.model"


@dataclass(frozen=True)
class Release:
    """One published model at one commit: the files to fetch, and the sha256 of those that matter."""

    revision: str
    files: tuple[str, ...]
    sha256: Mapping[str, str] = field(default_factory=dict)


RELEASES = {
    SPEECH: Release(
        "30fcde30f19b87502b8435427b5f5068e401d5f6",
        ("config.json", "pytorch_model.bin", TOKENIZER_FILE),
        {
            "config.json": "2caf62dde93699a90cfc35ff2a8de27b02b479a0c98881cbc55f9682cc43e258",
            "pytorch_model.bin": "d60d28067349ef66b50d8cd643ae56b6d6b8f27def929bc4ef6fcad907954190",
            TOKENIZER_FILE: "7fcc48f3e225f627b1641db410ceb0c8649bd2b0c982e150b03f8be3728ab560",
        },
    ),
    VOCODER: Release(
        "bb6f429406e86a9992357a972c0698b22043307d",
        ("config.json", "pytorch_model.bin"),
        {"pytorch_model.bin": "b171e9bcd8a2b50dc9780040478dfa26783a9ee4be012cf5776914f091d6887b"},
    ),
}


def locate(name_or_folder: str | Path, download: bool = True) -> Path:
    """Return the folder of a model: a local folder, a folder below $OPENVOICE_HOME, or a release in the hub's cache.

    A release is fetched once, at its pinned revision, and found without network from then on; without `download` it is
    only looked for on this machine.
    """
    name = str(name_or_folder)
    for candidate in (Path(name).expanduser(), home() / name, home() / Path(name).name):
        if candidate.is_dir():
            return candidate
    if name not in RELEASES:
        kind = "a folder" if not re.fullmatch(r"[\w.-]+/[\w.-]+", name) else "a folder or a pinned release"
        raise CheckpointError(f"{name} is not {kind}: give a folder, or one of {', '.join(RELEASES)}.")
    return _fetch(name, RELEASES[name], download)


def _fetch(name: str, release: Release, download: bool) -> Path:
    try:
        found = files_of(name, release.revision, release.files, download)
    except HubError as error:
        raise CheckpointError(
            f"{name} is not on this machine and cannot be downloaded ({error}): on a machine with "
            f"network run `hf download {name} --revision {release.revision} --local-dir {Path(name).name}`, then copy "
            f"that folder to {home() / Path(name).name} or give its path."
        ) from error
    paths = dict(zip(release.files, found, strict=True))
    for file, sha256 in release.sha256.items():
        check_sha256(paths[file], sha256)
    return paths[release.files[0]].parent
