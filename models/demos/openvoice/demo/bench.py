# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`bench`: time conversions on this machine, from samples to samples, with all transfers.

An untrained model is timed if no other is found, because weights do not change the time. A mocked card is refused,
because its times mean nothing; `make bench` counts programs and transfers there.
"""

import argparse
import os
import platform
import statistics
import tempfile
import time

from models.demos.openvoice.demo import loading
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.tt_audio.cli import backends
from models.tt_audio.cli.terminal import note, progress, tell
from models.tt_audio.host.errors import CheckpointError, UsageError
from models.tt_audio.testing.synthetic_voice import voice as synthetic_voice

VOICE_SECONDS = 6.0


def bench(options: argparse.Namespace) -> None:
    backend, why = backends.choose_backend(options.backend, options.device)
    if not backends.has_time(backend):
        raise UsageError(
            "times on a mocked card mean nothing: count programs with `make bench`, or choose --backend torch"
        )
    settings = backends.backend_settings(options, backend)
    name, model = _model(options.model, backend, settings)
    note(f"model {name}, backend {backend}{why}")
    target = model.voice([synthetic_voice(VOICE_SECONDS, model.sampling_rate)], name="synthetic")
    rows = []
    with progress(len(options.seconds) * (options.repeats + 2), "run") as bar:
        for seconds in options.seconds:
            rows.append(_timed(model, seconds, target, options.repeats, bar))
    machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    lines = [f"{'sound':>8} {'first run':>10} {'median':>10} {'RTF':>8} {'stream begins':>14}"]
    for row in rows:
        times = f"{row['first']:8.2f} s {row['median']:8.2f} s {row['rtf']:8.3f} {row['first_piece']:12.2f} s"
        lines.append(f"{row['seconds']:6.1f} s {times}")
    tell(options, "\n".join(lines), {"model": name, "backend": backend, "machine": machine, "rows": rows})


def _model(name: str | None, backend: str, settings: dict) -> tuple[str, OpenVoice]:
    try:
        found = loading.find_model(name, download=False)
    except CheckpointError:
        if name is not None:
            raise
        with tempfile.TemporaryDirectory() as folder:
            return "untrained, full size of OpenVoice V2", loading.load(
                make_converter_checkpoint(folder), backend, **settings
            )
    return found.name, loading.load(found.folder, backend, **settings)


def _timed(model: OpenVoice, seconds: float, target, repeats: int, bar) -> dict:
    samples = synthetic_voice(seconds, model.sampling_rate)

    def run() -> float:
        started = time.perf_counter()
        model.convert(samples, target)
        bar.update()
        return time.perf_counter() - started

    first = run()
    median = statistics.median(run() for _ in range(repeats))
    started = time.perf_counter()
    pieces = model.convert_stream(samples, target)
    next(pieces)
    first_piece = time.perf_counter() - started
    for _ in pieces:
        pass  # use up the stream, so that the device is idle again
    bar.update()
    return {
        "seconds": seconds,
        "first": first,
        "median": median,
        "rtf": median / seconds,
        "first_piece": first_piece,
        "repeats": repeats,
    }
