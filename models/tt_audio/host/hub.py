# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Files of the Hugging Face hub: at one revision, from the cache of this machine or from the network.

Without a network huggingface_hub tries again for half a minute and prints a line for each attempt. So the hub is asked
for a sign of life first, within REACH_SECONDS.
"""

import ssl
import threading
import urllib.request
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.error import HTTPError

from huggingface_hub import constants, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from huggingface_hub.utils import logging

from .hashes import check_sha256

REACH_SECONDS = 5.0


class HubError(Exception):
    """Files that are not on this machine and cannot be downloaded; the message says why, without an end."""


def files_of(
    name: str,
    revision: str | None,
    files: Sequence[str],
    download: bool,
    folder: Path | None = None,
    kind: str = "model",
) -> list[Path]:
    """Return the paths of files of a repository. With `download`, those that are not on this machine are fetched.

    They are kept in the hub's cache, or with `folder` there under their own names. `kind` of the repository is "model"
    or "dataset". Raises HubError.
    """
    wanted = partial(hf_hub_download, name, revision=revision, repo_type=kind)
    try:
        if folder is None:
            return [Path(wanted(file, local_files_only=True)) for file in files]
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        pass  # asked for below, or said
    if not download:
        raise HubError("they are not on this machine")
    if not reachable():
        raise HubError(f"{constants.ENDPOINT} does not answer")
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # it would print a line for each attempt
    try:
        return [Path(wanted(file, local_dir=folder)) for file in files]
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise HubError(type(error).__name__) from error
    finally:
        logging.set_verbosity(verbosity)


def snapshot(name: str, revision: str, files: Sequence[str], sha256: Mapping[str, str], download: bool) -> Path:
    """Return the folder of a model's files, of which those in `sha256` are checked; otherwise as `files_of`."""
    paths = files_of(name, revision, files, download)
    for path, file in zip(paths, files, strict=True):
        if file in sha256:
            check_sha256(path, sha256[file])
    # The files of a snapshot are below one folder under their own relative names.
    return paths[0].parents[len(Path(files[0]).parts) - 1]


def reachable() -> bool:
    """Return whether the hub, or the proxy in front of it, answers within REACH_SECONDS."""
    if constants.HF_HUB_OFFLINE:
        return False
    answers: list[bool] = []
    # In a thread of its own, because looking up a name has no time-out.
    thread = threading.Thread(target=lambda: answers.append(_answers(constants.ENDPOINT)), daemon=True)
    thread.start()
    thread.join(REACH_SECONDS)
    return bool(answers and answers[0])


def _answers(address: str) -> bool:
    # Nothing of the answer is used, so the server need not prove who it is; the download itself checks that.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "models.tt_audio"})
    try:
        urllib.request.urlopen(request, timeout=REACH_SECONDS, context=context).close()
    except HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False
    return True
