# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Memory over conversions of many lengths on a CPU: what oneDNN keeps for each length shows as growth.

    python -m models.demos.openvoice.tests.perf.benchmark_lengths --count 1000
    ONEDNN_VERBOSE=profile_create python -m models.demos.openvoice.tests.perf.benchmark_lengths | grep -c cache_miss

Each conversion has another length, and its source voice is taken from it. Prints the resident memory of the process
after every tenth of the conversions.
"""

import argparse
import ctypes
import gc
import re
import tempfile
from pathlib import Path

import numpy as np

from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.synthetic import SMALL_CONFIG, V2_CONFIG, make_converter_checkpoint
from models.tt_audio.testing.synthetic_voice import voice

SHORTEST = 2_000  # samples


def resident_mib() -> float:
    """Return the resident memory, after freed memory was given back to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds (%(default)s)")
    parser.add_argument("--full-size", action="store_true", help="OpenVoice V2's sizes, else a small model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        release = make_converter_checkpoint(folder, V2_CONFIG if options.full_size else SMALL_CONFIG)
        model = OpenVoice.from_pretrained(release, precision="exact")
    rate = model.sampling_rate
    sound = voice(options.longest, rate)
    target = model.voice([voice(6.0, rate)])
    # lengths in an order without a trend, all different
    lengths = np.random.default_rng(0).permutation(np.linspace(SHORTEST, len(sound), options.count).astype(int))
    print(f"before: {resident_mib():.0f} MiB", flush=True)
    for number, length in enumerate(lengths, 1):
        model.convert(sound[:length], target)
        if number % max(1, options.count // 10) == 0:
            print(f"{number:5} conversions: {resident_mib():.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
