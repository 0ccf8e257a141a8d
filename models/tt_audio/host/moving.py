# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Give a file another name in its folder, unless that name is taken; also where file systems have no hard links."""

import errno
import fcntl
import os
from pathlib import Path

# What `link` answers on file systems without hard links (FAT, exFAT, some of networks), or where a system forbids them.
NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def move_exclusively(source: Path, target: Path) -> None:
    """Rename a file. Raise FileExistsError if there is a file at `target`, which is then unchanged.

    Of any number of processes that move files to one target at the same time, one succeeds.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _move_under_lock(source, target)
    else:
        source.unlink(missing_ok=True)


def _move_under_lock(source: Path, target: Path) -> None:
    """Rename while the folder is locked. All callers take the lock, because all find that there are no hard links."""
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # the end of a killed process releases it
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        os.rename(source, target)
    finally:
        os.close(folder)
