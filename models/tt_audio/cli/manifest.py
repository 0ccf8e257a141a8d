# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A manifest -> rows: a CSV file with a header, a JSONL file, or a folder of recordings; checked before any work.

What batch.py and eval.py go through. Paths in a manifest are relative to its folder.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from ..host.errors import UsageError

RECORDINGS = (".wav", ".flac", ".mp3", ".ogg")
SEPARATOR = ";"  # of several recordings of one voice in a CSV field
# Column -> whether it holds a path, several paths, a number or a text.
COLUMNS = {
    **{"source": "path", "voice": "paths", "output": "text", "seed": "number"},
    **{"text": "text", "language": "text", "speaker": "text", "style": "text"},
    **{"result": "path", "parallel": "path"},
}


@dataclass(frozen=True)
class Row:
    """One line of a manifest. `where` names it in messages."""

    where: str
    source: Path | None = None  # what is said
    voice: tuple[Path, ...] = ()  # recordings of the voice wanted, or one voice file
    output: str = ""  # name of the result below the folder of results
    seed: int | None = None
    text: str = ""  # what is said: to be spoken where there is no source, to judge intelligibility by where there is
    language: str = "EN"
    speaker: str = ""
    style: str = "neutral"
    result: Path | None = None  # a conversion made elsewhere, to be judged as it is
    parallel: Path | None = None  # the wanted voice saying the same words


def read(path: Path) -> list[Row]:
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise UsageError(f"{path} does not exist; give a .csv or .jsonl manifest, or a folder of recordings")
    if path.suffix not in _READERS:
        raise UsageError(f"{path} is no manifest; its name ends in .csv or .jsonl")
    try:
        rows = [_row(values, path, line) for line, values in _READERS[path.suffix](path)]
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it so") from None
    if not rows:
        raise UsageError(f"{path} holds no rows; give at least one")
    return rows


def _folder(folder: Path) -> list[Row]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in RECORDINGS and path.is_file())
    if not files:
        raise UsageError(f"{folder} holds no recordings ({', '.join(RECORDINGS)})")
    return [Row(str(path), path, output=str(path.relative_to(folder).with_suffix(".wav"))) for path in files]


def _csv(path: Path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        for values in reader:
            if None in values or None in values.values():
                raise UsageError(f"{path}, line {reader.line_num}: it has not as many fields as the header")
            yield reader.line_num, {name: value for name, value in values.items() if value}


def _jsonl(path: Path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                values = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}, line {number}: it is not JSON ({error})") from None
            if not isinstance(values, dict):
                raise UsageError(f"{path}, line {number}: it is not a JSON object")
            yield number, {name: value for name, value in values.items() if value is not None}


_READERS = {".csv": _csv, ".jsonl": _jsonl}


def _row(values: dict, path: Path, line: int) -> Row:
    where = f"{path}, line {line}"
    if unknown := sorted(set(values) - set(COLUMNS)):
        raise UsageError(f"{where}: there is no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    read = {"path": _path, "paths": _paths, "number": _number, "text": _text}
    try:
        row = Row(where, **{name: read[COLUMNS[name]](value, path.parent) for name, value in values.items()})
    except ValueError:
        raise UsageError(f"{where}: a column holds the wrong kind of value") from None
    if row.source is None and not row.text:
        raise UsageError(f"{where}: give a source or a text")
    return row


def _path(value, folder: Path) -> Path:
    return folder / _text(value, folder)


def _paths(value, folder: Path) -> tuple[Path, ...]:
    several = value if isinstance(value, list) else str(value).split(SEPARATOR)
    return tuple(_path(one.strip(), folder) for one in several)


def _number(value, folder: Path) -> int:
    if int(value) < 0:
        raise ValueError
    return int(value)


def _text(value, folder: Path) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
