# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Measure a Piper voice on this CPU against ONNX Runtime executing the same file, and the memory of many sentences.

    python -m models.demos.openvoice.tests.perf.benchmark_piper [--voice FILE.onnx] [--symbols 50 300] [--threads 1]
    python -m models.demos.openvoice.tests.perf.benchmark_piper --memory 200

All variants speak the same symbols, drawn at random, and take turns: `onnx` is ONNX Runtime, `exact` and `fast` are two
precisions of torch_backend/melo_tts.py. The time is from ids to samples; all noise is scaled by zero. The output is
medians, the ratios of wall time and of processor time to `onnx`, and the correlation with it. `--memory` speaks that
many sentences of 1 to 300 symbols and prints how much memory the process holds.
"""

import argparse
import os
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.config import BEGIN, END, PAD
from models.demos.openvoice.piper.loading import PiperVoice, load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.perf.timing import print_heading, print_rows, take_turns
from models.demos.openvoice.tests.piper_graph import inputs, sentences, session
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS

PROSODY = Prosody(sdp_ratio=1.0, noise_scale=0.0, noise_scale_w=0.0)
SPEAKER = torch.tensor([0])
PRECISIONS = ("exact", "fast")


def drawn_ids(voice: PiperVoice, symbols: int) -> list[int]:
    """Return the ids of a sentence of `symbols` symbols: those of real sentences, one after the other."""
    known = [symbol for symbol in "".join(sentences()) if symbol in voice.config.phoneme_id_map]
    assert not {BEGIN, END, PAD} & set(known)
    return voice.config.ids_of((known * (1 + symbols // len(known)))[:symbols]).ids


def synthesis(network: ChunkedMeloTTS, ids: list[int]) -> Callable[[], np.ndarray]:
    sentence = Sentences(torch.tensor([ids]), torch.tensor([len(ids)]))
    return lambda: network.speak(sentence, SPEAKER, PROSODY, [torch.Generator().manual_seed(0)])[0].numpy()


def compare(voice: PiperVoice, path: Path, options: argparse.Namespace) -> None:
    """Print the figures of all variants for each number of symbols."""
    onnx = session(path, torch.get_num_threads())
    networks = {precision: ChunkedMeloTTS(voice.model, precision=precision) for precision in PRECISIONS}
    print_heading("symbols", options.repeats)
    for symbols in options.symbols:
        ids = drawn_ids(voice, symbols)
        given = inputs(ids, PROSODY.noise_scale, PROSODY.length_scale, PROSODY.noise_scale_w)
        work = {"onnx": lambda given=given: onnx.run(None, given)[0].reshape(-1)}
        work |= {name: synthesis(network, ids) for name, network in networks.items()}
        timings = take_turns(work, options.repeats)
        seconds = len(timings["onnx"].result) / voice.config.sampling_rate
        print(f"{symbols:>7} symbols are {seconds:.2f} s of audio")
        print_rows(str(symbols), seconds, timings, exact="onnx")


def memory_in_use() -> float:
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def watch_memory(voice: PiperVoice, count: int) -> None:
    """Speak `count` sentences of varying length and print the memory in use after each tenth of them."""
    network = ChunkedMeloTTS(voice.model, precision="fast")
    lengths = random.Random(0)
    for number in range(1, count + 1):
        synthesis(network, drawn_ids(voice, lengths.randint(1, 300)))()
        if number % max(1, count // 10) == 0:
            print(f"{number:>5} sentences: {memory_in_use():,.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", type=Path, help="the .onnx of a voice (default: the installed en_US-joe-medium)")
    parser.add_argument("--symbols", type=int, nargs="+", default=[50, 300], help="of a sentence")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of both runtimes (default: PyTorch's own choice)")
    parser.add_argument("--memory", type=int, metavar="COUNT", help="watch the memory of so many sentences instead")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    path = options.voice or bundled_voice()
    voice = load_piper(path)
    watch_memory(voice, options.memory) if options.memory else compare(voice, path, options)


if __name__ == "__main__":
    main()
