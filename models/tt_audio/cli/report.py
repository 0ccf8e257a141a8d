# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The report of a batch: a JSONL file that says of each row that it is done, or why not, and outlives a killed run.

A line is appended in one write when its row's result is complete. What a killed run was writing when it died is cut
off by the next one, which skips what is done.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..host.errors import UsageError

DONE, FAILED = "done", "failed"


class Report:
    """Rows are known by `id`, a hash of all that decides their result."""

    def __init__(self, file):
        self.file = file
        self.done: dict[str, dict] = {}
        whole = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
                known, state = entry["id"], entry["state"]
            except (ValueError, KeyError, TypeError):
                raise UsageError(f"{file.name} is not the report of a batch; choose another --report") from None
            if state == DONE:
                self.done[known] = entry
            whole += len(line)
        if whole < file.seek(0, os.SEEK_END):
            file.truncate(whole)
            file.seek(whole)

    def add(self, entry: dict) -> None:
        self.file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        if entry["state"] == DONE:
            self.done[entry["id"]] = entry


@contextmanager
def open_report(path: Path) -> Iterator[Report]:
    """The report at `path`, a new one where there is none; one run at a time has it."""
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
        yield Report(file)
