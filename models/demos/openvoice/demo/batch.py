# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`batch`: convert or speak the rows of a manifest; a run that was killed continues where it stopped.

manifest -> rows (`plan`) -> a worker in this process, or several on a Ray cluster (ray_batch.py) -> files and a report.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from models.demos.openvoice.demo import loading, target
from models.demos.openvoice.demo.bases import find_base
from models.demos.openvoice.pipeline import OpenVoice, Request
from models.tt_audio.cli import backends, manifest
from models.tt_audio.cli.manifest import BadRow, Row
from models.tt_audio.cli.report import DONE, FAILED, Report, open_report
from models.tt_audio.cli.terminal import note, progress, tell
from models.tt_audio.host import audio, encodings, sound_output
from models.tt_audio.host.errors import UsageError, UserError
from models.tt_audio.host.hashes import sha256_of
from models.tt_audio.host.voices import Voice, VoiceBank


@dataclass(frozen=True)
class BatchRow:
    """A row with everything that decides its result. It is sent to workers on other machines."""

    id: str  # hash of what decides the result beside the contents of recordings
    where: str
    source: str
    voice: tuple[str, ...]
    voice_name: str
    output: str
    text: str
    manner: dict[str, Any]
    tau: float
    seed: int

    @property
    def inputs(self) -> list[str]:
        """Return the files that the result is made from; a voice of the bank is not among them."""
        return [*([self.source] if self.source else []), *self.voice]


def batch(options: argparse.Namespace) -> int:
    """Run the command. Return 1 if a row failed, else 0."""
    read = manifest.read_each(options.manifest)
    bad = [row for row in read if isinstance(row, BadRow)]
    report_path = options.report or options.output / "report.jsonl"
    found = loading.find_model(options.model)
    backend, why = backends.choose_backend(options.backend, options.device)
    settings = backends.backend_settings(options, backend)
    rows, refused = plan(
        [row for row in read if isinstance(row, Row)], options, str(found.folder.resolve()), report_path
    )
    started, failed = time.perf_counter(), 0
    with open_report(report_path) as report:
        left = [row for row in rows if options.force or not is_done(row, report)]
        if left:
            note(f"model {found.name}{found.why}, backend {backend}{why}")
        make = (str(found.folder), backend, settings)
        if options.ray:
            from models.demos.openvoice.demo import ray_batch

            entries = ray_batch.run(left, make, options.ray, options.workers)
        else:
            entries = _made_here(left, make, options.together)
        with progress(len(left), "row") as bar:
            for entry in map(_refused, [*bad, *refused]):
                failed += _add(report, entry)
            for entry in entries:
                failed += _add(report, entry)
                bar.update()
    total = len(read)
    facts = {"rows": total, "made": total - failed - (len(rows) - len(left)), "done_before": len(rows) - len(left)}
    facts |= {"failed": failed, "report": str(report_path), "took": time.perf_counter() - started}
    summary = f"{facts['made']} of {total} {'row' if total == 1 else 'rows'} made, {facts['done_before']} done before"
    tell(options, f"{summary}, {failed} failed: {report_path}", facts)
    return 1 if failed else 0


def _add(report: Report, entry: dict[str, Any]) -> bool:
    """Add an entry to the report and print an error. Return True if the row failed."""
    if entry["state"] == FAILED:
        note(f"{entry['where']}: {entry['error']}")
    report.add(entry)
    return entry["state"] == FAILED


def plan(
    rows: Iterable[Row], options: argparse.Namespace, model: str, report: Path
) -> tuple[list[BatchRow], list[BadRow]]:
    """Return the rows to make, and those that cannot be made because a file is missing or a name is wrong.

    Contradictions in the manifest as a whole (no voice, one output for two rows) are a UsageError.
    """
    planned: list[BatchRow] = []
    refused: list[BadRow] = []
    outputs: dict[str, str] = {}

    @cache  # many rows, few base speakers
    def base_of(language: str | None, style: str) -> str:
        base, why = find_base(options.base, language, style)
        if why:
            note(why)
        return str(base)

    for number, row in enumerate(rows, 1):
        voice = row.voice or (() if row.voice_name else tuple(options.voice or ()))
        if not voice and not row.voice_name:
            raise UsageError(f"{row.where}: it names no voice; add a column voice, or give --voice")
        name = row.output or f"{row.source.stem if row.source else f'row{number}'}.wav"
        output = options.output / name
        if not output.resolve().is_relative_to(options.output.resolve()):
            raise UsageError(f"{row.where}: the output {name} is outside of {options.output}; name a file in it")
        if str(output) in outputs:
            raise UsageError(f"{row.where}: {output} is the output of {outputs[str(output)]}, too; name another")
        outputs[str(output)] = row.where
        try:
            _check(row, output, report)
            manner = {} if row.source else _manner(row, base_of(row.language, row.style), options.bert)
        except UserError as error:
            refused.append(BadRow(row.where, str(error)))
            continue
        source = str(row.source) if row.source else ""
        seed = options.seed if row.seed is None else row.seed
        voices = tuple(map(str, voice))
        # No path of a recording: the report has hashes of recordings, so they may be named in another way, or moved.
        decides = [name, bool(source), row.voice_name, row.text, manner, options.tau, seed, model]
        identity = hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]
        planned.append(
            BatchRow(
                identity, row.where, source, voices, row.voice_name, str(output), row.text, manner, options.tau, seed
            )
        )
    return planned, refused


def _check(row: Row, output: Path, report: Path) -> None:
    """Refuse what can be refused before a model is loaded."""
    encodings.encoding_of(output)
    if output.resolve() == report.resolve():
        raise UsageError(f"{output} is the report; name another output")
    for path in [*([row.source] if row.source else []), *row.voice]:
        try:
            with open(path, "rb"):
                pass
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if row.voice_name:
        VoiceBank().show(row.voice_name)


def _manner(row: Row, base: str, bert: str) -> dict[str, Any]:
    return {
        "language": row.language,
        "speaker": row.speaker or None,
        "style": row.style,
        "base": base,
        "bert": bert,
    }


def is_done(row: BatchRow, report: Report) -> bool:
    """Return whether the report has this row, its result is undamaged and its inputs have not changed since.

    Its inputs are recordings and the voice in the bank.
    """
    entry = report.done.get(row.id)
    if entry is None:
        return False
    try:
        return entry.get("output_sha256") == sha256_of(row.output) and entry.get("inputs") == _hashes(row)
    except OSError:  # the result or an input is gone
        return False


def _hashes(row: BatchRow) -> list[str]:
    kept = [VoiceBank().described(row.voice_name).key] if row.voice_name else []
    return [*map(sha256_of, row.inputs), *kept]


def _made_here(rows: Sequence[BatchRow], make: tuple, together: int) -> Iterator[dict[str, Any]]:
    """Load the model in this process and yield the entry of each row."""
    if not rows:
        return
    worker = RowWorker(*make)
    left = iter(rows)
    while group := list(islice(left, together if worker.shares_passes else 1)):
        yield from worker.run(group)


class RowWorker:
    """A loaded model that makes the results of rows."""

    def __init__(self, folder: str, backend: str, settings: dict[str, Any]):
        self.model: OpenVoice = loading.load(folder, backend, **settings)
        self.shares_passes = backend == "ttnn"

    def run(self, rows: Sequence[BatchRow]) -> list[dict[str, Any]]:
        """Make the results of `rows` and return their entries, in order. On a device, conversions share passes."""
        started = time.perf_counter()
        entries: dict[str, dict[str, Any]] = {}
        inputs: dict[str, list[str]] = {}
        ready: list[tuple[BatchRow, Request]] = []
        for row in rows:
            try:
                inputs[row.id] = _hashes(row)
                if row.source:
                    samples = audio.load(row.source, self.model.sampling_rate)
                    ready.append((row, Request(samples, self._voice(row), None, row.tau, row.seed)))
                else:
                    entries[row.id] = self._save(row, self._speak(row), started)
            except (UserError, OSError) as error:
                entries[row.id] = _failed(row, error)
        for group in [ready] if self.shares_passes else [[one] for one in ready]:
            entries |= self._convert(group, started)
        return [entries[row.id] | {"inputs": inputs.get(row.id, [])} for row in rows]

    def _convert(self, group: list[tuple[BatchRow, Request]], started: float) -> dict[str, dict[str, Any]]:
        try:
            results = self.model.convert_batch([request for _, request in group])
        except UserError as error:
            if len(group) == 1:
                return {group[0][0].id: _failed(group[0][0], error)}
            # One of the rows cannot be converted. Convert them one by one, so that only that row fails.
            return {row.id: self._convert([(row, request)], started)[row.id] for row, request in group}
        return {row.id: self._save(row, samples, started) for (row, _), samples in zip(group, results, strict=True)}

    def _speak(self, row: BatchRow) -> np.ndarray:
        return self.model.speak(row.text, self._voice(row), tau=row.tau, seed=row.seed, progress=False, **row.manner)

    def _voice(self, row: BatchRow) -> Voice:
        if row.voice_name:
            return VoiceBank().show(row.voice_name)
        return target.voice_of(self.model, [Path(path) for path in row.voice])

    def _save(self, row: BatchRow, samples: np.ndarray, started: float) -> dict[str, Any]:
        try:
            Path(row.output).parent.mkdir(parents=True, exist_ok=True)
            sound_output.save(row.output, samples, self.model.sampling_rate)
            digest = sha256_of(row.output)
        except (UserError, OSError) as error:
            return _failed(row, error)
        return {
            **{"id": row.id, "state": DONE, "where": row.where, "output": row.output, "output_sha256": digest},
            **{"seconds": len(samples) / self.model.sampling_rate, "took": time.perf_counter() - started},
        }


def _failed(row: BatchRow, error: Exception) -> dict[str, Any]:
    return {"id": row.id, "state": FAILED, "where": row.where, "output": row.output, "error": str(error)}


def _refused(row: BadRow) -> dict[str, Any]:
    identity = hashlib.sha256(f"{row.where}: {row.error}".encode()).hexdigest()[:16]
    return {"id": identity, "state": FAILED, "where": row.where, "output": "", "error": row.error}
