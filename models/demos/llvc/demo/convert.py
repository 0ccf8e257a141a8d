# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`convert`: files, folders or standard input in the voice of the checkpoint.

Recording -> pipeline.py -> a file or standard output.
"""

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from models.demos.llvc.demo.loading import open_model
from models.demos.llvc.pipeline import Llvc
from models.tt_audio.cli import sound
from models.tt_audio.cli.paths import RECORDINGS, STANDARD, check_output, check_recordings, recordings_below
from models.tt_audio.cli.terminal import printable, progress, tell
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError

SECONDS = "{percentage:3.0f}% |{bar}| {n:.0f} of {total:.0f} s [{elapsed} < {remaining}]"


@dataclass(frozen=True)
class Figures:
    """Measurements of one conversion."""

    input: str
    output: str
    seconds: float  # of sound
    real_time_factor: float  # time of computing by seconds of sound; below 1 is faster than real time
    upstream_rtf: float  # the inverse, which upstream prints as "RTF"
    latency_ms: float | None  # of a stream: chunk, look-ahead and computing of a chunk
    tokens_per_second: float  # frames computed a second; the bounty calls a frame of 16 samples a token


def convert(options: argparse.Namespace) -> None:
    """Run the command."""
    pairs = _pairs(options.input, options.output)
    for source, target in pairs:
        check_output(target, [source])
    model = open_model(options)
    figures = [_convert(model, source, target, options.stream) for source, target in pairs]
    facts = {"backend": model.backend if options.stream else "torch", "stream": options.stream}
    facts |= {"chunk_factor": options.chunk_factor, "files": [asdict(each) for each in figures]}
    text = "\n".join(_text(each) for each in figures)
    tell(options, text, facts, to_stderr=options.output == STANDARD)


def _pairs(source: Path, output: Path) -> list[tuple[Path, Path]]:
    """Return each recording and the file of its result."""
    check_recordings([source])
    if not source.is_dir():
        return [(source, output / f"{source.stem}.wav" if output.is_dir() else output)]
    found = recordings_below(source)
    if not found:
        raise UsageError(f"{source} has no recordings ({', '.join(RECORDINGS)}): give another folder")
    if output == STANDARD or (output.exists() and not output.is_dir()):
        raise UsageError(f"{source} is a folder, so --output has to be one, too")
    results = [output / path.relative_to(source).with_suffix(".wav") for path in found]
    if doubles := sorted(str(path) for path in set(results) if results.count(path) > 1):
        raise UsageError(f"two recordings would become {doubles[0]}: rename one of them")
    for result in results:
        result.parent.mkdir(parents=True, exist_ok=True)
    return list(zip(found, results, strict=True))


def _convert(model: Llvc, source: Path, target: Path, streamed: bool) -> Figures:
    recording = sound.recording(source)
    pieces = _streamed(model, recording) if streamed else _whole(model, recording)
    seconds = computing = 0.0
    slowest: list[float] = []
    with sound.sink(target, model.sampling_rate, streamed) as write:
        with progress(audio.duration(recording), "s", SECONDS) as bar:
            for piece, took in pieces:
                write(piece)
                computing += took
                if len(piece):
                    slowest.append(took)
                seconds += len(piece) / model.sampling_rate
                if bar is not None:
                    bar.update(len(piece) / model.sampling_rate)
    latency = model.chunk_seconds + model.look_ahead_seconds + float(np.mean(slowest)) if streamed and slowest else None
    return Figures(
        input=str(source),
        output=str(target),
        seconds=seconds,
        real_time_factor=computing / seconds if seconds else 0.0,
        upstream_rtf=seconds / computing if computing else 0.0,
        latency_ms=None if latency is None else 1e3 * latency,
        tokens_per_second=seconds * model.sampling_rate / model.net.config.hop / computing if computing else 0.0,
    )


def _streamed(model: Llvc, recording):
    """Yield the pieces of a stream and the seconds each took, without those of reading the file."""
    stream = model.stream()
    try:
        for block in audio.stream(recording, model.sampling_rate, model.chunk_seconds):
            started = time.perf_counter()
            piece = stream.push(block)
            yield piece, time.perf_counter() - started
        started = time.perf_counter()
        piece = stream.finish()
        yield piece, time.perf_counter() - started
    finally:
        stream.close()


def _whole(model: Llvc, recording):
    samples = audio.load(recording, model.sampling_rate)
    started = time.perf_counter()
    converted = model.convert(samples)
    yield converted, time.perf_counter() - started


def _text(figures: Figures) -> str:
    place = "standard output" if figures.output == str(STANDARD) else printable(figures.output)
    latency = "" if figures.latency_ms is None else f", latency {figures.latency_ms:.1f} ms"
    return (
        f"{place}: {figures.seconds:.1f} s of sound, real-time factor {figures.real_time_factor:.3f} "
        f"(upstream prints its inverse, {figures.upstream_rtf:.1f}){latency}, "
        f"{figures.tokens_per_second:.0f} tokens a second"
    )
