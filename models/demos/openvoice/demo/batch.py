# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`batch`: the rows of a manifest, or the recordings of a folder, in other voices; a killed run goes on where it was.

manifest.py -> rows -> a worker (here, or several of ray_batch.py) -> files, and a line of report.py each.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from models.demos.openvoice.demo import loading, target
from models.demos.openvoice.demo.loading import add_model_arguments, add_noise_arguments
from models.demos.openvoice.pipeline import OpenVoice, Request
from models.tt_audio.cli import manifest
from models.tt_audio.cli.manifest import Row
from models.tt_audio.cli.report import DONE, FAILED, open_report
from models.tt_audio.cli.terminal import add_command, add_json_argument, count, note, progress, tell
from models.tt_audio.host import audio, sound_output
from models.tt_audio.host.errors import UsageError, UserError

EXAMPLES = """
batch recordings --voice voice.wav --output results
batch manifest.csv --output results --seed 7
batch manifest.jsonl --output results --ray local --workers 2
"""


@dataclass(frozen=True)
class Job:
    """A row with all that decides its result. It travels to workers on other machines."""

    id: str
    where: str
    source: str
    voice: tuple[str, ...]
    output: str
    text: str
    manner: dict
    tau: float
    seed: int


def add_batch(commands) -> None:
    parser = add_command(commands, "batch", batch, "convert or say the rows of a manifest", EXAMPLES)
    parser.add_argument(
        "manifest",
        type=Path,
        help="CSV with a header, JSONL, or a folder of recordings; columns: source or text, voice (several recordings "
        "separated by ';'), output, seed, language, speaker, style",
    )
    parser.add_argument("--voice", type=Path, nargs="+", help="of the rows that name none: recordings or a voice file")
    parser.add_argument("--output", type=Path, default=Path("results"), help="folder of the results (%(default)s)")
    parser.add_argument("--report", type=Path, help="JSONL of what is done and what failed (report.jsonl in --output)")
    parser.add_argument("--base", type=Path, help="folder of the base speaker that says texts (the released one)")
    parser.add_argument("--bert", default="required", help="folder of its BERT model, or 'zeros' for none")
    parser.add_argument(
        "--together", type=count, default=8, help="conversions that share passes on a device (%(default)s)"
    )
    parser.add_argument("--ray", metavar="ADDRESS", help="spread over a Ray cluster: its address, or 'local'")
    parser.add_argument("--workers", type=count, default=2, help="on the Ray cluster (%(default)s)")
    add_noise_arguments(parser)
    add_json_argument(parser)
    add_model_arguments(parser)


def batch(options: argparse.Namespace) -> int:
    rows = manifest.read(options.manifest)
    if options.voice:
        target.check(options.voice)
    found = loading.find_model(options.model)
    backend, why = loading.choose_backend(options.backend)
    settings = loading.backend_settings(options, backend)
    jobs = plan(rows, options, str(found.folder))
    started, failed = time.perf_counter(), 0
    with open_report(options.report or options.output / "report.jsonl") as report:
        left = [job for job in jobs if job.id not in report.done or not Path(job.output).is_file()]
        if left:
            note(f"model {found.name}{found.why}, backend {backend}{why}")
        make = (str(found.folder), backend, settings)
        if options.ray:
            from models.demos.openvoice.demo import ray_batch

            entries = ray_batch.run(left, make, options.ray, options.workers)
        else:
            entries = _here(left, make, options.together)
        with progress(len(left), "row") as bar:
            for entry in entries:
                if entry["state"] == FAILED:
                    failed += 1
                    note(f"{entry['where']}: {entry['error']}")
                report.add(entry)
                bar.update()
        place = report.file.name
    facts = {"rows": len(jobs), "made": len(left) - failed, "done_before": len(jobs) - len(left), "failed": failed}
    facts |= {"report": place, "took": time.perf_counter() - started}
    text = (
        f"{facts['made']} of {len(jobs)} rows made, {facts['done_before']} were done before, {failed} failed: {place}"
    )
    tell(options, text, facts)
    return 1 if failed else 0


def plan(rows: Iterable[Row], options: argparse.Namespace, model: str) -> list[Job]:
    jobs = []
    for row in rows:
        voice = row.voice or tuple(options.voice or ())
        if not voice:
            raise UsageError(f"{row.where}: it names no voice; add a column voice, or give --voice")
        name = row.output or f"{row.source.stem if row.source else f'row{len(jobs) + 1}'}.wav"
        output = options.output / name
        if not output.resolve().is_relative_to(options.output.resolve()):
            raise UsageError(f"{row.where}: the output {name} lies outside of {options.output}; name a file in it")
        source = str(row.source) if row.source else ""
        manner = {} if source else _manner(row, options)
        seed = options.seed if row.seed is None else row.seed
        decides = [source, [str(path) for path in voice], str(output), row.text, manner, options.tau, seed, model]
        known = hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]
        jobs.append(Job(known, row.where, source, tuple(decides[1]), str(output), row.text, manner, options.tau, seed))
    outputs: dict[str, str] = {}
    for job in jobs:
        if job.output in outputs:
            raise UsageError(f"{job.where}: {job.output} is the output of {outputs[job.output]}, too; name another")
        outputs[job.output] = job.where
    return jobs


def _manner(row: Row, options: argparse.Namespace) -> dict:
    base = options.base or loading.base_speaker(row.language, row.style)
    manner = {"language": row.language, "speaker": row.speaker or None, "style": row.style}
    return manner | {"base": str(base), "bert": options.bert}


def _here(jobs: list[Job], make: tuple, together: int) -> Iterator[dict]:
    if not jobs:
        return
    worker = Worker(*make)
    left = iter(jobs)
    while group := list(islice(left, together if worker.shares_passes else 1)):
        yield from worker.run(group)


class Worker:
    """A loaded model that turns jobs into files, and says what became of each."""

    def __init__(self, folder: str, backend: str, settings: dict):
        self.model: OpenVoice = loading.load(folder, backend, **settings)
        self.shares_passes = backend == "ttnn"

    def run(self, jobs: list[Job]) -> list[dict]:
        """An entry of the report for each job. Recordings that can be read are converted together."""
        started = time.perf_counter()
        entries: dict[str, dict] = {}
        ready: list[tuple[Job, Request]] = []
        for job in jobs:
            try:
                if job.source:
                    samples = audio.load(job.source, self.model.sampling_rate)
                    ready.append((job, Request(samples, self._voice(job), None, job.tau, job.seed)))
                else:
                    entries[job.id] = self._kept(job, self._spoken(job), started)
            except (UserError, OSError) as error:
                entries[job.id] = _failed(job, error)
        for group in [ready] if self.shares_passes else [[one] for one in ready]:
            entries |= self._converted(group, started)
        return [entries[job.id] for job in jobs]

    def _converted(self, group: list[tuple[Job, Request]], started: float) -> dict[str, dict]:
        try:
            results = self.model.convert_batch([request for _, request in group])
        except UserError as error:
            if len(group) == 1:
                return {group[0][0].id: _failed(group[0][0], error)}
            # One of them cannot be converted; alone, each says so for itself.
            return {job.id: self._converted([(job, one)], started)[job.id] for job, one in group}
        return {job.id: self._kept(job, samples, started) for (job, _), samples in zip(group, results, strict=True)}

    def _spoken(self, job: Job) -> np.ndarray:
        return self.model.speak(job.text, self._voice(job), tau=job.tau, seed=job.seed, progress=False, **job.manner)

    def _voice(self, job: Job):
        return target.voice_of(self.model, [Path(path) for path in job.voice])

    def _kept(self, job: Job, samples: np.ndarray, started: float) -> dict:
        try:
            Path(job.output).parent.mkdir(parents=True, exist_ok=True)
            sound_output.save(job.output, samples, self.model.sampling_rate)
        except (UserError, OSError) as error:
            return _failed(job, error)
        seconds, took = len(samples) / self.model.sampling_rate, time.perf_counter() - started
        return {"id": job.id, "state": DONE, "where": job.where, "output": job.output, "seconds": seconds, "took": took}


def _failed(job: Job, error: Exception) -> dict:
    return {"id": job.id, "state": FAILED, "where": job.where, "output": job.output, "error": str(error)}
