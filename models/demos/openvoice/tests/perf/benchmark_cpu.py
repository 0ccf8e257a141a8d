# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Measure conversion on this CPU: wall time, real-time factor, peak memory, optionally also upstream's.

    python -m models.demos.openvoice.tests.perf.benchmark_cpu [--upstream CHECKOUT] [--model FOLDER] [SPEECH ...]

Speech is taken from the recordings given, or from those next to the repository, or is synthetic. All variants convert
the same samples with the same weights (random ones of full size without --model) and take turns, so that other load on
the machine affects all alike. The output is medians, the ratios of wall time and of processor time to the first
variant, and the correlation with the exact result. Upstream is timed from samples to samples, without files.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.synthetic import make_converter_checkpoint
from models.demos.openvoice.tests.perf.timing import make_importable, print_heading, print_rows, take_turns
from models.demos.openvoice.torch_backend.converter import ChunkedConverter
from models.tt_audio.host import audio
from models.tt_audio.host.checkpoint import read_state
from models.tt_audio.host.config import read_json
from models.tt_audio.testing.speech import FOLDER, voice


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TAU, SEED = 0.3, 0
IMPORTED_PEAK = peak_mib()  # PyTorch and the other libraries, before anything is loaded
ConvertFunction = Callable[[np.ndarray], np.ndarray]


def upstream_conversion(checkout: Path, model: Path, voices: np.ndarray) -> ConvertFunction:
    """Return a conversion by upstream's own modules, without librosa, which only its unused mel filters need."""
    filters = ModuleType("librosa.filters")
    filters.mel = None
    make_importable(checkout, ModuleType("librosa"), filters)
    from openvoice.mel_processing import spectrogram_torch
    from openvoice.models import SynthesizerTrn

    config = read_json(model / "converter" / "config.json")
    data = config["data"]
    network = SynthesizerTrn(0, data["filter_length"] // 2 + 1, n_speakers=data["n_speakers"], **config["model"]).eval()
    network.load_state_dict(read_state(model / "converter" / "checkpoint.pth"), strict=True)
    source, target = (torch.from_numpy(voice)[None, :, None] for voice in voices)

    def convert(samples: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            y = torch.from_numpy(samples)[None]
            spec = spectrogram_torch(
                y, data["filter_length"], data["sampling_rate"], data["hop_length"], data["win_length"], center=False
            )
            frames = torch.LongTensor([spec.shape[2]])
            return network.voice_conversion(spec, frames, sid_src=source, sid_tgt=target, tau=TAU)[0][0, 0].numpy()

    return convert


def our_conversion(model: Path, precision: str, voices: np.ndarray) -> ConvertFunction:
    """Return a conversion in blocks of a second, as pipeline.py passes a recording on."""
    backend = ChunkedConverter(load_converter(model), precision)

    def convert(samples: np.ndarray) -> np.ndarray:
        blocks = np.array_split(samples, max(1, round(len(samples) / backend.config.sampling_rate)))
        return np.concatenate([parts[0] for parts in backend.convert(blocks, voices[0], voices[1:], TAU, SEED)])

    return convert


def conversion(variant: str, options: argparse.Namespace) -> ConvertFunction:
    channels = read_json(options.model / "converter" / "config.json")["model"]["gin_channels"]
    voices = 0.5 * np.random.default_rng(0).standard_normal((2, channels)).astype(np.float32)
    if variant == "upstream":
        return upstream_conversion(options.upstream, options.model, voices)
    return our_conversion(options.model, variant, voices)


def speech(options: argparse.Namespace, seconds: float, rate: int) -> np.ndarray:
    """Return `seconds` of speech in whole frames: the recordings in sequence, repeated where they are too short."""
    recordings = np.concatenate([audio.load(path, rate) for path in options.speech] or [voice(seconds, rate)])
    return np.resize(recordings, round(seconds * rate) // 256 * 256)


def compare(options: argparse.Namespace, variants: list[str], rate: int) -> None:
    conversions = {variant: conversion(variant, options) for variant in variants}
    print_heading("audio", options.repeats)
    for seconds in options.seconds:
        samples = speech(options, seconds, rate)
        work = {name: lambda convert=convert, x=samples: convert(x) for name, convert in conversions.items()}
        # upstream draws its own noise
        print_rows(f"{seconds:g}s", seconds, take_turns(work, options.repeats), "exact", incomparable=["upstream"])


def peak_memory(options: argparse.Namespace, variants: list[str]) -> None:
    """Measure each variant in a process of its own, because the peak of a process never falls."""
    print(f"{'audio':>13} {'variant':>9} {'peak MiB':>9} {'above the imports':>18}")
    lengths = [[seconds] for seconds in (1, 10, 60)] + [list(np.linspace(0.5, 5, 100))]
    for variant in variants:
        for seconds in lengths:
            command = [sys.executable, "-m", __spec__.name, "--model", str(options.model), "--peak", variant]
            command += ["--seconds", *map(str, seconds), "--threads", str(torch.get_num_threads())]
            command += ["--upstream", str(options.upstream)] if options.upstream else []
            out = subprocess.run([*command, *map(str, options.speech)], check=True, capture_output=True, text=True)
            label = f"{seconds[0]:g} s" if len(seconds) == 1 else "100 lengths"
            imported, peak = map(float, out.stdout.split()[-2:])
            print(f"{label:>13} {variant:>9} {peak:9.0f} {peak - imported:18.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("speech", nargs="*", type=Path, help="recordings (default: see above)")
    parser.add_argument("--model", type=Path, help="folder of a model (default: random weights, full size)")
    parser.add_argument("--upstream", type=Path, help="a checkout of OpenVoice to measure in turn")
    parser.add_argument("--seconds", type=float, nargs="+", default=[1, 5, 10, 30])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, help="threads of PyTorch (default: PyTorch's own choice)")
    parser.add_argument("--memory", action="store_true", help="measure peak memory instead of time")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.speech = options.speech or sorted(path for path in FOLDER.glob("*") if path.suffix in (".wav", ".mp3"))
    if options.threads:
        torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        options.model = options.model or make_converter_checkpoint(folder)
        rate = read_json(options.model / "converter" / "config.json")["data"]["sampling_rate"]
        variants = [*(["upstream"] if options.upstream else []), "exact", "fast"]
        if options.peak:
            convert = conversion(options.peak, options)
            for seconds in options.seconds:
                convert(speech(options, seconds, rate))
            print(IMPORTED_PEAK, peak_mib())
        elif options.memory:
            peak_memory(options, variants)
        else:
            compare(options, variants, rate)


if __name__ == "__main__":
    main()
