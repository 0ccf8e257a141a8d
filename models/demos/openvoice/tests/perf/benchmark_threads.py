# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Time conversions with OpenMP's own way of waiting and with a bounded one, on an idle and on a busy machine.

    python -m models.demos.openvoice.tests.perf.benchmark_threads --rounds 12 [--busy 2]

Each variant is a process of its own, because OpenMP reads its settings once. All variants are loaded at the same time
and take turns, one conversion each, so every ratio comes from one run. --busy starts processes that compute without a
pause. Prints medians and quartiles; the machine should do nothing else.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from models.tt_audio.host.processors import COUNTS, WAITING, processors

SECONDS = 3.0
# Variant -> environment. The first is what OpenMP does by itself.
VARIANTS = {
    "default": {},
    "spin 30000": {"GOMP_SPINCOUNT": "30000"},
    "spin 10000": {"GOMP_SPINCOUNT": "10000"},
    "spin 1000": {"GOMP_SPINCOUNT": "1000"},
    "spin 100": {"GOMP_SPINCOUNT": "100"},
    "passive": {"OMP_WAIT_POLICY": "passive"},
    "1 thread": {"OMP_NUM_THREADS": "1"},
}
WORK = f"""
import sys, time
from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.testing.synthetic_voice import voice
model = OpenVoice.from_pretrained(sys.argv[1], precision="exact")
source = voice({SECONDS}, model.sampling_rate)
target = model.voice([voice(6.0, model.sampling_rate)])
model.convert(source, target, target)
for line in sys.stdin:
    started = time.perf_counter()
    model.convert(source, target, target)
    print(time.perf_counter() - started, flush=True)
"""
BUSY = "while True: sum(range(10_000))"


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    own = {name: value for name, value in os.environ.items() if name not in (*COUNTS, *WAITING)}
    own |= {"OMP_NUM_THREADS": str(processors()), **environment}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    return subprocess.Popen([sys.executable, "-c", WORK, str(folder)], env=own, **pipes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--busy", type=int, default=0, help="processes that compute meanwhile")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS), metavar="NAME")
    options = parser.parse_args()
    from models.demos.openvoice.synthetic import make_converter_checkpoint

    with tempfile.TemporaryDirectory() as folder:
        release = make_converter_checkpoint(folder)
        workers = {name: start(release, VARIANTS[name]) for name in options.variants}
        busy: list[subprocess.Popen] = []
        try:
            times: dict[str, list[float]] = {name: [] for name in workers}
            for number in range(options.rounds + 1):
                for name, worker in workers.items():
                    worker.stdin.write("\n")
                    seconds = float(worker.stdout.readline())
                    if number:  # in the first round the processes that start keep the machine busy
                        times[name].append(seconds)
                if not number:
                    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(options.busy)]
                    time.sleep(1)
        finally:
            for one in (*workers.values(), *busy):
                one.kill()
                one.wait()
    first = next(iter(times))
    print(
        f"{SECONDS:g} s of sound, {processors()} threads, {options.busy} busy processes, load {os.getloadavg()[0]:.1f}"
    )
    for name, seconds in times.items():
        low, median, high = statistics.quantiles(seconds, n=4)
        ratio = statistics.median(mine / own for mine, own in zip(times[first], seconds, strict=True))
        print(f"{name:12} median {median:.3f} s ({low:.3f} to {high:.3f}), {first} / this {ratio:.2f}")


if __name__ == "__main__":
    main()
