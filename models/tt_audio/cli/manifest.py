# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read the rows of a manifest: a CSV file with a header, a JSONL file, or a folder of recordings.

Paths in a manifest are relative to its folder. `read` refuses a manifest with a bad row; `read_each` returns the bad
rows beside the good ones.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..host.errors import UsageError
from .paths import RECORDINGS, recordings_below

SEPARATOR = ";"  # between several recordings of one voice in a CSV field
# Column -> the kind of its value.
COLUMNS = {
    **{"source": "path", "voice": "voice", "output": "text", "seed": "number"},
    **{"text": "text", "language": "text", "speaker": "text", "style": "text"},
    **{"result": "path", "parallel": "path"},
}


@dataclass(frozen=True)
class Row:
    """One row of a manifest. `where` names it in messages."""

    where: str
    source: Path | None = None  # the recording to convert
    voice: tuple[Path, ...] = ()  # recordings of the wanted voice, or one voice file
    voice_name: str = ""  # the wanted voice as a name in the bank of voices, if `voice` is empty
    output: str = ""  # name of the result in the folder of results
    seed: int | None = None
    text: str = ""  # without a source the text to speak, with a source the words of the recording
    language: str | None = None  # None: English, or that of the base speaker
    speaker: str = ""
    style: str = "neutral"
    result: Path | None = None  # a finished conversion, to be measured
    parallel: Path | None = None  # the wanted voice saying the same words


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read; `error` is a sentence that says why."""

    where: str
    error: str


def read(path: Path) -> list[Row]:
    """Read a manifest or a folder; the first bad row is a UsageError."""
    rows = []
    for row in read_each(path):
        if isinstance(row, BadRow):
            raise UsageError(f"{row.where}: {row.error}")
        rows.append(row)
    return rows


def check(path: Path) -> None:
    """Refuse a path that is no manifest, without reading it."""
    if path.is_dir():
        return
    if not path.is_file():
        raise UsageError(f"{path} does not exist; give a .csv or .jsonl manifest, or a folder of recordings")
    if path.suffix not in _READERS:
        raise UsageError(f"{path} is no manifest; its name ends in .csv or .jsonl")


def read_each(path: Path) -> list[Row | BadRow]:
    """Read a manifest or a folder; a row that cannot be read becomes a BadRow in its place."""
    check(path)
    if path.is_dir():
        return list(_folder(path))
    try:
        rows = [_row(values, path, line) for line, values in _READERS[path.suffix](path)]
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it so") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
    if not rows:
        raise UsageError(f"{path} holds no rows; give at least one")
    return rows


def _folder(folder: Path) -> Iterator[Row]:
    files = recordings_below(folder)
    if not files:
        raise UsageError(f"{folder} holds no recordings ({', '.join(RECORDINGS)})")
    for path in files:
        yield Row(str(path), path, output=str(path.relative_to(folder).with_suffix(".wav")))


# A reader yields the number of each line with its values, or with a sentence that says why it has none.
Lines = Iterator[tuple[int, Mapping[str, Any] | str]]


def _csv(path: Path) -> Lines:
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num, f"it cannot be read as CSV ({error})"
                continue
            if None in values or None in values.values():
                yield reader.line_num, "it has not as many fields as the header"
            else:
                yield reader.line_num, {name: value for name, value in values.items() if value}


def _jsonl(path: Path) -> Lines:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"it is not JSON ({error})"
            continue
        if isinstance(values, dict):
            yield number, {name: value for name, value in values.items() if value is not None}
        else:
            yield number, "it is not a JSON object"


_READERS = {".csv": _csv, ".jsonl": _jsonl}


def _row(values: Mapping[str, Any] | str, path: Path, line: int) -> Row | BadRow:
    where = f"{path}, line {line}"
    if isinstance(values, str):
        return BadRow(where, values)
    if unknown := sorted(set(values) - set(COLUMNS)):
        return BadRow(where, f"there is no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    fields: dict[str, Any] = {}
    for name, value in values.items():
        try:
            fields |= _PARSERS[COLUMNS[name]](name, value, path.parent)
        except (ValueError, TypeError, OverflowError):
            return BadRow(where, f"the column {name} holds the wrong kind of value")
    row = Row(where, **fields)
    if row.source is None and not row.text:
        return BadRow(where, "give a source or a text")
    return row


def _path(name: str, value: Any, folder: Path) -> dict[str, Path]:
    return {name: folder / _checked_text(value)}


def _voice(name: str, value: Any, folder: Path) -> dict[str, Any]:
    """Return the fields of a voice: recordings or a voice file if there is such a path, else a name in the bank."""
    texts = [_checked_text(one).strip() for one in (value if isinstance(value, list) else [value])]
    texts = [one.strip() for text in texts for one in text.split(SEPARATOR)] if len(texts) == 1 else texts
    paths = tuple(folder / text for text in texts)
    is_name = len(texts) == 1 and not Path(texts[0]).suffix and "/" not in texts[0] and not paths[0].exists()
    return {"voice_name": texts[0]} if is_name else {"voice": paths}


def _number(name: str, value: Any, folder: Path) -> dict[str, int]:
    number = int(value)
    if number < 0 or isinstance(value, bool) or (isinstance(value, float) and value != number):
        raise ValueError(f"{value} is not zero or a positive whole number")
    return {name: number}


def _text(name: str, value: Any, folder: Path) -> dict[str, str]:
    return {name: _checked_text(value)}


_PARSERS = {"path": _path, "voice": _voice, "number": _number, "text": _text}


def _checked_text(value: Any) -> str:
    """Return a string that can be part of a path and of UTF-8: without NUL and without lone surrogates."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{value!r} is not a text")
    value.encode()  # UnicodeEncodeError, which is a ValueError, for a lone surrogate
    return value
