# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The converter for recordings of any length on a CPU: constant memory, the fastest layout, one source to many voices.

What `pipeline.py` holds as its backend "torch"; `converter.py` says what is computed, this file in which pieces. The
half that knows no target voice runs over long windows in fp32, the generator over short ones in the dtype chosen by
`precision`, with as many frames of context as the receptive fields demand.
"""

import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from loguru import logger
from torch import Tensor
from torch.nn.functional import conv2d, pad

from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.windows import Conversion, Piece, Window, even_edges, noise, windows, with_context
from models.tt_audio.host.home import home
from models.tt_audio.torch_backend.hifigan import FastGenerator, padded_size

# Frames per call of the generator, context included. Measured at the released sizes on a CPU with 2 MB of second-level
# cache a core and 32 MB of third: time is flat from 96 to 512, a quarter more from 1024 on; memory grows throughout.
GENERATOR_FRAMES = 256
# Calls of the generator for one call of encoder and flow, whose longer context would otherwise be computed too often.
GENERATOR_CALLS = 4
# bfloat16 pays where a convolution of the generator gains at least this much; emulated it is several times slower.
WORTHWHILE_GAIN = 1.3

PRECISIONS = ("fast", "exact", "bfloat16")


class ChunkedConverter:
    """`precision`: "exact" is fp32; "fast" computes the generator in bfloat16 where this CPU gains by it, else in fp32;
    "bfloat16" does so anywhere."""

    def __init__(self, converter: Converter, precision: str = "fast"):
        if precision not in PRECISIONS:
            raise ValueError(f"precision is {precision!r}, it must be one of {', '.join(PRECISIONS)}")
        if precision == "fast":
            precision = "bfloat16" if bfloat16_is_faster() else "exact"
        self.converter = converter
        self.config = converter.config
        self.dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
        self.generate = FastGenerator(converter.generator, self.dtype)
        self.context = converter.latent_reach + converter.generator.reach
        self.generator_keep = GENERATOR_FRAMES - 2 * converter.generator.reach

    @torch.inference_mode()
    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Samples [N] -> tone colour embedding [gin_channels]."""
        return self.converter.embed(torch.from_numpy(np.ascontiguousarray(waveform, np.float32))[None])[0].numpy()

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Samples in blocks -> for each stretch of `chunk` frames the samples in each target voice."""
        source_voice = torch.as_tensor(source)[None]
        target_voices = [torch.as_tensor(target)[None] for target in targets]
        for window in windows(blocks, self.config, chunk or GENERATOR_CALLS * self.generator_keep, self.context):
            # Not a decorator: a caller that keeps the iterator waiting must not find itself in inference mode.
            with torch.inference_mode():
                neutral, mask = self._neutral(window, source_voice, tau, seed)
                converted = [self._voiced(window, neutral, target, mask) for target in target_voices]
            yield converted

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """The samples of each conversion, one after the other: a CPU gains nothing from sharing its passes."""
        return [
            np.concatenate(
                [part[0] for part in self.convert([one.samples], one.source, [one.target], one.tau, one.seed)]
            )
            for one in conversions
        ]

    def _neutral(self, window: Window, source: Tensor, tau: float, seed: int) -> tuple[Tensor, Tensor | None]:
        size = padded_size(window.frames)
        spec = self.converter.spectrogram.frames(torch.from_numpy(window.samples)[None])
        drawn = noise(seed, self.config.inter_channels, window.first, window.first + window.frames)
        mask = None
        if size > window.frames:
            mask = (torch.arange(size) < window.frames).to(spec.dtype)[None, None]
        extra = (0, size - window.frames)
        return self.converter.neutral(pad(spec, extra), source, pad(torch.from_numpy(drawn), extra), tau, mask), mask

    def _voiced(self, window: Window, neutral: Tensor, target: Tensor, mask: Tensor | None) -> np.ndarray:
        z = self.converter.voiced(neutral, target, mask)[:, :, : window.frames]
        edges = even_edges(window.keep.start, window.keep.stop, self.generator_keep)
        pieces = with_context(edges, window.frames, self.converter.generator.reach)
        return torch.cat([self._generated(z, piece, target) for piece in pieces]).numpy()[: window.keep_samples]

    def _generated(self, z: Tensor, piece: Piece, target: Tensor) -> Tensor:
        """Generate a piece of the latent frames z [1, I, T] and return the samples of the frames that it keeps."""
        waveform = self.generate(z[:, :, piece.frames], self.converter.direct(target))[0]
        hop = self.config.hop_length
        return waveform[piece.keep.start * hop : piece.keep.stop * hop]


def bfloat16_is_faster() -> bool:
    """Whether this CPU convolves in bfloat16 clearly faster than in fp32: timed once, then read from cpu.json."""
    machine = f"{_cpu_name()}, torch {torch.__version__}"
    path = home() / "cpu.json"
    try:
        known = json.loads(path.read_text())
    except (OSError, ValueError):
        known = {}
    if machine not in known:
        known[machine] = _bfloat16_gain()
        logger.info(f"{machine}: bfloat16 convolves {known[machine]:.1f} times as fast as fp32")
        _write_json(known, path)
    return known[machine] >= WORTHWHILE_GAIN


@torch.inference_mode()
def _bfloat16_gain() -> float:
    """Speed in bfloat16 over speed in fp32, in processor time of one thread, which other work does not distort."""

    def convolution(dtype: torch.dtype) -> Callable[[], Tensor]:
        x = torch.ones(1, 128, 1, 2048, dtype=dtype).contiguous(memory_format=torch.channels_last)
        weight = torch.ones(128, 128, 1, 7, dtype=dtype).contiguous(memory_format=torch.channels_last)
        return lambda: conv2d(x, weight, None, 1, (0, 3))

    runs = {dtype: convolution(dtype) for dtype in (torch.float32, torch.bfloat16)}
    best = dict.fromkeys(runs, float("inf"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for _ in range(8):
            for dtype, run in runs.items():
                start = time.thread_time()
                run()
                best[dtype] = min(best[dtype], time.thread_time() - start)
    finally:
        torch.set_num_threads(threads)
    return best[torch.float32] / best[torch.bfloat16]


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _write_json(content: dict, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            json.dump(content, file)
        os.replace(file.name, path)
    except OSError as error:
        logger.warning(f"{path} cannot be written ({error}); the CPU will be measured again next time")
