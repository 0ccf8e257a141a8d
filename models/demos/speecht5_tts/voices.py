# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Voices: speaker embeddings (x-vectors) from files, from the CMU ARCTIC index, and from the bank.

The embeddings are those of speechbrain's spkrec-xvect-voxceleb. An argument names a voice in one of these ways:

    speaker.npy, speaker.safetensors    one vector; the latter as the bank writes it
    cmu-arctic:7306                     entry of Matthijs/cmu-arctic-xvectors, by its number or its file name
    anna                                a voice that was kept in the bank
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np
import torch

from models.tt_audio.host.home import home
from models.tt_audio.host.hub import HubError, files_of
from models.tt_audio.host.voice_files import VoiceError
from models.tt_audio.host.voices import Voice, VoiceBank

# Written into kept voices, so that OpenVoice does not take an x-vector for one of its embeddings.
MODEL = "spkrec-xvect-voxceleb"
CMU_ARCTIC = "cmu-arctic:"
DATA_SET, REVISION, ARCHIVE = (
    "Matthijs/cmu-arctic-xvectors",
    "5c1297a9eb6c91714ea77c0d4ac5aca9b6a952e5",
    "spkrec-xvect.zip",
)
LARGEST_FILE = 1 << 20  # bytes, of one vector


def load_voice(name: str | Path, channels: int, bank: VoiceBank | None = None, download: bool = True) -> Voice:
    """Return the voice that `name` names, with `channels` values."""
    text = str(name)
    if text.startswith(CMU_ARCTIC):
        return _arctic(text.removeprefix(CMU_ARCTIC), download).require(MODEL, channels)
    if text.endswith(".npy"):
        return _read_array(Path(name)).require(MODEL, channels)
    if text.endswith(".safetensors"):
        return Voice.load(name).require(MODEL, channels)
    bank = bank or VoiceBank()
    voice = bank.look_up(text)
    if voice is None:
        raise VoiceError(
            f"there is no voice {text!r} in {bank.folder}: give one of them, a .npy or .safetensors file, or "
            f"{CMU_ARCTIC} and a number."
        )
    return voice.require(MODEL, channels)


def _read_array(path: Path) -> Voice:
    if not path.is_file():
        raise VoiceError(f"{path} does not exist; check the path")
    if path.stat().st_size > LARGEST_FILE:
        raise VoiceError(f"{path} is too large for a voice; give a file that holds one vector")
    return _voice(path.read_bytes(), path.stem, str(path))


def _voice(content: bytes, name: str, source: str) -> Voice:
    """Return the voice in the bytes of an .npy file, which holds a vector [S] or [1, S]."""
    try:
        array = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise VoiceError(f"{source} is not an array of NumPy or is damaged; write it with numpy.save") from None
    if not np.issubdtype(array.dtype, np.floating) or array.ndim not in (1, 2) or array.size != array.shape[-1]:
        raise VoiceError(f"{source} holds {array.dtype} {list(array.shape)}; a voice is a vector of floats")
    return Voice(torch.from_numpy(array.astype(np.float32).reshape(-1)), name, source, model=MODEL)


def _arctic(entry: str, download: bool) -> Voice:
    """Return an entry of the CMU ARCTIC index: its number in the order of the file names, or its file name."""
    path = _archive(download)
    with _opened(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".npy"))
        if entry.isdecimal() and int(entry) < len(names):
            found = [names[int(entry)]]
        else:
            found = [name for name in names if PurePosixPath(name).stem == entry]
        if not found:
            raise VoiceError(f"{path} has no entry {entry!r}: give a number below {len(names)} or a file name in it.")
        name = found[0]
        if archive.getinfo(name).file_size > LARGEST_FILE:
            raise VoiceError(f"{name} in {path} is too large for a voice: download it again.")
        return _voice(archive.read(name), PurePosixPath(name).stem, f"{name} in {path}")


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, OSError) as error:
        raise VoiceError(f"{path} cannot be read ({error}): download it again.") from None


def _archive(download: bool) -> Path:
    """Return the archive of the index: below $OPENVOICE_HOME, else from the hub's cache."""
    for folder in (home(), home() / "cmu-arctic-xvectors"):
        if (folder / ARCHIVE).is_file():
            return folder / ARCHIVE
    try:
        (path,) = files_of(DATA_SET, REVISION, [ARCHIVE], download, kind="dataset")
    except HubError as error:
        raise VoiceError(
            f"the voices of CMU ARCTIC are not on this machine and cannot be downloaded ({error}): copy "
            f"{ARCHIVE} of the data set {DATA_SET} to {home()}, or give a .npy file."
        ) from None
    return path
