# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The released models: their pinned revisions and hashes, and where to find them on this machine."""

import re
from pathlib import Path

from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.home import copied_to, home
from models.tt_audio.host.hub import HubError, snapshot
from models.tt_audio.host.release import Release

SPEECH = "microsoft/speecht5_tts"
VOCODER = "microsoft/speecht5_hifigan"
TOKENIZER_FILE = "spm_char.model"


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
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if (copied := copied_to(name)) is not None:
        return copied
    if name not in RELEASES:
        kind = "a folder" if not re.fullmatch(r"[\w.-]+/[\w.-]+", name) else "a folder or a pinned release"
        raise CheckpointError(f"{name} is not {kind}: give a folder, or one of {', '.join(RELEASES)}.")
    return _fetch(name, RELEASES[name], download)


def _fetch(name: str, release: Release, download: bool) -> Path:
    try:
        return snapshot(name, release.revision, release.files, release.sha256, download)
    except HubError as error:
        raise CheckpointError(
            f"{name} is not on this machine and cannot be downloaded ({error}): on a machine with "
            f"network run `hf download {name} --revision {release.revision} --local-dir {Path(name).name}`, then copy "
            f"that folder to {home() / Path(name).name} or give its path."
        ) from error
