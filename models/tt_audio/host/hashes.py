# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SHA-256 of files."""

import hashlib
from pathlib import Path

from .errors import CheckpointError

READ_AT_ONCE = 1 << 20  # bytes


def sha256_of(path: str | Path) -> str:
    """Return the 64 hexadecimal digits that `sha256sum` prints."""
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        while block := file.read(READ_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


def check_sha256(path: str | Path, sha256: str) -> None:
    """Raise a CheckpointError if the file is not the one with this hash."""
    if (actual := sha256_of(path)) != sha256.lower():
        raise CheckpointError(f"{path} has sha256 {actual} instead of {sha256}: download it again.")
