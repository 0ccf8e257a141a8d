# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The released models: their pinned revisions and hashes, and where to find them on this machine."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from models.tt_audio.host.checkpoint import CheckpointError, check_sha256
from models.tt_audio.host.home import home


@dataclass(frozen=True)
class Release:
    """One published model at one commit: the files to fetch, and the sha256 of those that matter."""

    revision: str
    files: tuple[str, ...]
    sha256: Mapping[str, str] = field(default_factory=dict)


_BASE_SPEAKERS = ("en-au", "en-br", "en-default", "en-india", "en-newest", "en-us", "es", "fr", "jp", "kr", "zh")


def _melo(revision: str, config: str = "", checkpoint: str = "") -> Release:
    hashes = {"config.json": config, "checkpoint.pth": checkpoint} if checkpoint else {}
    return Release(revision, ("config.json", "checkpoint.pth"), hashes)


RELEASES = {
    "myshell-ai/MeloTTS-English": _melo(
        "bb4fb7346d566d277ba8c8c7dbfdf6786139b8ef",
        "039116c927c70eaa4458d315ea83aaaa99e1fca1c621b50c8ca56b4a5700eb77",
        "acd278040eaf9536908e2b965273df5a731c44d8f0da66cc5fed7972772ed23c",
    ),
    "myshell-ai/MeloTTS-English-v3": _melo("f7c4a35392c0e9be24a755f1edb4c3f63040f759"),
    "myshell-ai/MeloTTS-Spanish": _melo(
        "dbb5496df39d11a66c1d5f5a9ca357c3c9fb95fb",
        "54488d922a2983f4d6a7f57158cc5f2714ea117994e1b22147a8579791554221",
        "9077a7e7e5fd8e42f3f922641c401f1936971c08465a3e7ccb19d57a659e72ae",
    ),
    "myshell-ai/MeloTTS-French": _melo(
        "1e9bf590262392d8bffb679b0a3b0c16b0f9fdaf",
        "361e84109451acb2f0331c2c9f3c5437e9a502380bbf8741b02545e41b062139",
        "fdf967d514f91582e451c482cab655e5d736821c3ba87ede8bb0625709642b29",
    ),
    "myshell-ai/MeloTTS-Chinese": _melo(
        "af5d207a364ea4208c6f589c89f57f88414bdd16",
        "d58b5acdab89ad2bbd65325affab309ae3cb964834b02f9a60587474e81c8bb9",
        "a74e9eadffff065c75eb6dfa040efa72cad23e72cfea70d39190bc174fb97093",
    ),
    "myshell-ai/MeloTTS-Japanese": _melo(
        "367f8795464b531b4e97c1515bddfc1243e60891",
        "207def0d31bf7623e20f4a5e690f217747661bf495319c0139303122b6debcc3",
        "96ae783e6ec0177aa810e2a645aec5d136a6f4992fdea26ee92b7b04d9688ad0",
    ),
    "myshell-ai/MeloTTS-Korean": _melo(
        "0207e5adfc90129a51b6b03d89be6d84360ed323",
        "74543376976dfadde45ba34336fa79c7e95509f43a7c2e701b22c0f71fd7695c",
        "48e3ff3fd0b5348e095f0468e60ae727507564100f58142ef3a922ead6e0a4d0",
    ),
    "myshell-ai/OpenVoiceV2": Release(
        revision="f36e7edfe1684461a8343844af60babc2efbb727",
        files=(
            "converter/config.json",
            "converter/checkpoint.pth",
            *(f"base_speakers/ses/{name}.pth" for name in _BASE_SPEAKERS),
        ),
        sha256={
            "converter/config.json": "9dfff60350b8c63f2c664efd92a61b2516efb22671466960f0e5dfebd881fa47",
            "converter/checkpoint.pth": "9652c27e92b6b2a91632590ac9962ef7ae2b712e5c5b7f4c34ec55ee2b37ab9e",
        },
    ),
}


# Names of the models that lie in this repository, beside the folder `models`.
IN_REPOSITORY = {"small": Path(__file__).resolve().parents[3] / "assets" / "openvoice-small"}


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
