# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The paths of recordings and results that a command is given, checked before a model is loaded.

"-" is standard input or output.
"""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from ..host import encodings
from ..host.errors import UsageError

STANDARD = Path("-")
STDIN, STDOUT = 0, 1  # file descriptors
RECORDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".webm", ".mp4")  # taken out of a folder


def check_recordings(paths: Iterable[Path]) -> None:
    """Refuse recordings that do not exist, before a model is loaded."""
    for path in paths:
        if path != STANDARD and not exists(path):
            raise UsageError(f"{path} does not exist; check the path")


def recordings_below(folder: Path) -> list[Path]:
    """Return the recordings in a folder and its sub-folders, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in RECORDINGS and path.is_file())


def check_output(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse what cannot be written, before a model is loaded."""
    if path == STANDARD:
        if sys.stdout is not None and sys.stdout.isatty():
            raise UsageError("sound is not written to a terminal; redirect it (> result.wav), or give --output")
    else:
        encodings.check_target(path)
    for other in inputs:
        refuse_input(path, other)


def replaces(path: Path) -> bool:
    """Return whether a result at this path replaces a file."""
    return path != STANDARD and path.is_file()


def refuse_input(output: Path, other: Path) -> None:
    """Refuse a result that would replace one of the inputs, under whatever names the two are given."""
    written, read = _regular_file(output, STDOUT), _regular_file(other, STDIN)
    if written is not None and read is not None and os.path.samestat(written, read):
        raise UsageError(f"{_shown(output)} is also an input ({_shown(other)}); choose another --output")


def exists(path: Path) -> bool:
    """Return whether there is anything at a path; a folder that may not be searched counts as yes."""
    try:
        return path.exists()
    except OSError:  # the message of opening it says why
        return True
    except ValueError:  # a NUL in the path
        return False


def _regular_file(path: Path, descriptor: int) -> os.stat_result | None:
    try:
        status = os.fstat(descriptor) if path == STANDARD else os.stat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _shown(path: Path) -> str:
    return f"the file of standard input or output ({path})" if path == STANDARD else str(path)
