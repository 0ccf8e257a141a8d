# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The report of a batch: a JSONL file with one entry for each row that is done or has failed.

An entry is appended in one write, and forced to the disk, after the row's result is complete. If a run is killed while
it writes an entry, the next run cuts the incomplete line off.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from loguru import logger

from ..host.errors import UsageError
from ..host.files import FileError, reason, write_all

DONE, FAILED = "done", "failed"


class Report:
    """An open report. `done` has the last entry of each row that is done, by the row's id."""

    def __init__(self, file: BinaryIO, path: Path):
        self.path = path
        self.done: dict[str, dict[str, Any]] = {}
        self._file = file
        damaged, whole, valid = [], 0, 0
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            try:
                entry = json.loads(line)
                row, state = entry["id"], entry["state"]
            except (ValueError, KeyError, TypeError, RecursionError):
                damaged.append(number)
                continue
            valid += 1
            if state == DONE:
                self.done[row] = entry
            else:
                self.done.pop(row, None)
        if damaged and not valid:
            raise UsageError(f"{path} is not the report of a batch; choose another --report")
        if damaged:
            lines = ", ".join(map(str, damaged))
            logger.warning(f"{path}: {'line' if len(damaged) == 1 else 'lines'} {lines} cannot be read and is not used")
        if whole < file.seek(0, os.SEEK_END):
            file.truncate(whole)
            file.seek(whole)

    def add(self, entry: dict[str, Any]) -> None:
        """Append the entry of a row; it is on the disk when this returns."""
        try:
            write_all(self._file, json.dumps(entry).encode() + b"\n")
            os.fsync(self._file.fileno())
        except OSError as error:
            raise FileError(f"{self.path} cannot be written ({reason(error)}); make space and run again") from None
        if entry["state"] == DONE:
            self.done[entry["id"]] = entry


@contextmanager
def open_report(path: Path) -> Iterator[Report]:
    """Open the report at `path`, or make a new one. Only one run at a time may have it open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open(path, "r+b" if path.exists() else "x+b", buffering=0)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); choose another --report") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another run is writing {path}; wait for it, or choose another --report") from None
        yield Report(file, path)
