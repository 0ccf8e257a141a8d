# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Find a model on this machine, or fetch a release from the hub."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from models.demos.openvoice.catalogue import RELEASES, SMALL
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.hashes import check_sha256
from models.tt_audio.host.home import home

# Names of the models that lie in this repository, beside the folder `models`.
IN_REPOSITORY = {SMALL: Path(__file__).resolve().parents[3] / "assets" / "openvoice-small"}


def locate(name_or_folder: str | Path, files: Sequence[str] = (), download: bool = True) -> Path:
    """The folder of a model: a local folder, a folder below $OPENVOICE_HOME, or a release in the Hugging Face cache.

    "small" is the synthetic-voice converter of this repository, which needs no network.

    A release is fetched once, at its pinned revision, and found without network from then on; without `download` it is
    only looked for on this machine. One that has no entry in RELEASES is asked for as "owner/name@commit" together with
    the `files` it consists of.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    if (inside := IN_REPOSITORY.get(str(name_or_folder))) is not None:
        if not inside.is_dir():
            raise CheckpointError(f"{inside} does not exist: take the folder assets of the repository, too.")
        return inside
    name, _, revision = str(name_or_folder).partition("@")
    for candidate in (home() / name, home() / Path(name).name):
        if candidate.is_dir():
            return candidate
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


def _fetch(name: str, revision: str, files: Sequence[str], sha256: Mapping[str, str], download: bool) -> Path:
    try:
        paths = [Path(hf_hub_download(name, file, revision=revision, local_files_only=not download)) for file in files]
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CheckpointError(
            f"{name} is not on this machine and cannot be downloaded ({type(error).__name__}): on a machine with "
            f"network run `hf download {name} --revision {revision} --local-dir {Path(name).name}`, then copy that "
            f"folder to {home() / Path(name).name} or give its path."
        ) from error
    for path, file in zip(paths, files, strict=True):
        if file in sha256:
            check_sha256(path, sha256[file])
    # The files of a snapshot lie below one folder under their own relative names.
    return paths[0].parents[len(Path(files[0]).parts) - 1]
