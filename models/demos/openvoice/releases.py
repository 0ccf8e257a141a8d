# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Find a model on this machine, or fetch a release from the hub. What was copied here is checked by its hashes."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.demos.openvoice.catalogue import RELEASES, SMALL, get_command
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.hashes import check_sha256, check_sums, sha256_of
from models.tt_audio.host.home import copied_to, home
from models.tt_audio.host.hub import HubError, snapshot

# The models that this repository contains, next to the folder `models`.
IN_REPOSITORY = {SMALL: Path(__file__).resolve().parents[3] / "assets" / "openvoice-small"}


class AbsentModelError(CheckpointError):
    """A release that is not on this machine and was not or cannot be downloaded."""


def locate(name_or_folder: str | Path, files: Sequence[str] = (), download: bool = True) -> Path:
    """Return the folder of a model: a local folder, one below $OPENVOICE_HOME, or a release in the hub's cache.

    "small" is the converter of this repository, trained on synthetic voices, which needs no network.

    A release is fetched once, at its pinned revision, and found without a network from then on; without `download` it
    is only looked for on this machine. One that has no entry in RELEASES is asked for as "owner/name@commit" together
    with the `files` it consists of.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    if (inside := IN_REPOSITORY.get(str(name_or_folder))) is not None:
        if not inside.is_dir():
            raise CheckpointError(f"{inside} does not exist: take the folder assets of the repository, too.")
        return inside
    name, _, revision = str(name_or_folder).partition("@")
    if (copied := copied_to(name)) is not None:
        check_copy(copied, name)
        return copied
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise CheckpointError(f"{name_or_folder} is neither a folder nor a model name like myshell-ai/OpenVoiceV2.")
    release = RELEASES.get(name)
    revision = revision or (release.revision if release else "")
    files = tuple(files) or (release.files if release else ())
    if not revision or not files:
        raise CheckpointError(
            f"{name} is neither a folder nor a release with a pinned revision ({', '.join(RELEASES)}): "
            f"download it and give its folder."
        )
    hashes = release.sha256 if release and revision == release.revision else {}
    return _fetch(name, revision, files, hashes, download)


def check_copy(folder: Path, name: str) -> None:
    """Raise a CheckpointError if a file of a copied model is not what was copied.

    Every file of a list SHA256SUMS in the folder is compared, which `download --to` writes. A folder that has the
    config.json of a release is a copy of it, so its other files are compared with the release's hashes, too.
    """
    check_sums(folder)
    pinned = dict(RELEASES[name].sha256) if name in RELEASES else {}
    config = next((file for file in pinned if file.endswith("config.json") and (folder / file).is_file()), None)
    if config is None or sha256_of(folder / config) != pinned.pop(config):
        return
    for file, sha256 in pinned.items():
        if (folder / file).is_file():
            check_sha256(folder / file, sha256)


def _fetch(name: str, revision: str, files: Sequence[str], sha256: Mapping[str, str], download: bool) -> Path:
    try:
        return snapshot(name, revision, files, sha256, download)
    except HubError as error:
        raise AbsentModelError(
            f"{name} is not on this machine{f' and cannot be downloaded ({error})' if download else ''}: where there "
            f"is a network run {get_command(name)} (with `--to FOLDER` for another machine, and copy what FOLDER "
            f"then contains to {home()})"
        ) from error
