# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Hashes of files, and lists of them."""

import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from .errors import CheckpointError
from .files import complete_file

READ_AT_ONCE = 1 << 20  # bytes
SUMS = "SHA256SUMS"  # the list of a folder's files with their hashes


def sha256_of(path: str | Path) -> str:
    """Return the 64 hexadecimal digits that `sha256sum` prints."""
    return _digest(path, "sha256")


def known_digest(path: str | Path, kind: str = "sha256") -> str:
    """Return the hash of a model's file; `kind` is a name of hashlib.

    The file is read once a process, and again when its time, size or inode has changed: a service asks at each request.
    """
    found = os.stat(path)
    return _digest_of_version(os.path.abspath(path), (found.st_mtime_ns, found.st_size, found.st_ino), kind)


@lru_cache(maxsize=256)
def _digest_of_version(path: str, version: tuple[int, ...], kind: str) -> str:
    return _digest(path, kind)


def _digest(path: str | Path, kind: str) -> str:
    with open(path, "rb") as file:
        digest = hashlib.new(kind, usedforsecurity=kind != "md5")
        while block := file.read(READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


def write_sums(folder: Path, files: Iterable[str]) -> None:
    """Write the hashes of files of a folder to its SHA256SUMS, as the program sha256sum does."""
    lines = [f"{sha256_of(folder / file)}  {file}\n" for file in sorted(files)]
    with complete_file(folder / SUMS) as written:
        written.write("".join(lines).encode())


def check_sums(folder: Path) -> None:
    """Raise a CheckpointError if a file in the folder's SHA256SUMS is absent or changed. Without the list: nothing."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        sha256, _, file = line.partition("  ")
        if not (folder / file).is_file():
            raise CheckpointError(f"{folder / file} does not exist: copy the folder again")
        check_sha256(folder / file, sha256)


def check_sha256(path: str | Path, sha256: str) -> None:
    """Raise a CheckpointError if the file is not the one with this hash."""
    if (actual := known_digest(path)) != sha256.lower():
        raise CheckpointError(f"{path} has sha256 {actual} instead of {sha256}: download it again.")
