# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""LLVC for users: recordings and streams in, converted samples out.

    llvc = Llvc.load("checkpoints/llvc")                   # a folder with config.json and G_500000.pth
    samples = llvc.convert("speech.wav")                   # the whole recording at once, on a CPU
    for piece in llvc.convert_stream("speech.wav"): ...    # in chunks, on a CPU or on a card
    stream = llvc.stream(sample_rate=44100)                # for samples as they arrive
    heard = stream.push(block), ..., stream.finish()
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.demos.llvc.loading import load_net
from models.demos.llvc.reference.net import Net
from models.demos.llvc.streams import Runner, Stream
from models.demos.llvc.torch_backend.graph_runner import open_graph_runner
from models.demos.llvc.torch_backend.runner import TorchRunner
from models.tt_audio.host import audio
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.resampling import resampler
from models.tt_audio.torch_backend.device import torch_device

BACKENDS = ("torch", "ttnn")


class ResampledStream:
    """Stream of samples at any rate: they are resampled on their way to the network, whose result has its own rate."""

    def __init__(self, stream: Stream, sample_rate: int, own_rate: int):
        self._stream = stream
        self._resampling = resampler(sample_rate, own_rate).signal()

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Take the next samples [N] at the source's rate; return samples at the network's rate."""
        if not np.isfinite(samples).all():
            return self._stream.push(samples)  # which refuses them, before they reach the resampler's state
        return _joined(self._stream.push(block) for block in self._resampling.push(np.asarray(samples, np.float32)))

    def finish(self) -> np.ndarray:
        """Return the samples that are left, and end the stream."""
        rest = [self._stream.push(block) for block in self._resampling.end()]
        return _joined([*rest, self._stream.finish()])

    def close(self) -> None:
        """End the stream without its last samples."""
        self._stream.close()


class Llvc:
    """A loaded network on a backend."""

    def __init__(self, net: Net, backend: str = "torch", factor: int = 1, **options: Any):
        """`factor`: windows of 13 ms in a chunk.

        Options of the backend "torch" are `device` ("cpu", "cuda" or "cuda:N"), and on a GPU `precision` and `streams`,
        the most that are open at once; those of "ttnn" are the ones of tt/backend.open_runner.
        """
        if factor < 1:
            raise UsageError(f"a chunk of {factor} windows cannot be converted: a factor is at least 1")
        self.net = net
        self.backend = backend
        self.factor = factor
        self.runner = _runner(net, backend, factor, options)

    @classmethod
    def load(cls, checkpoint: str | Path, config: str | Path | None = None, **options: Any) -> "Llvc":
        """Load a checkpoint (loading.load_net); the options are those of the class."""
        return cls(load_net(checkpoint, config), **options)

    @property
    def sampling_rate(self) -> int:
        """Samples a second of everything the network takes and gives."""
        return self.net.config.sampling_rate

    @property
    def chunk_seconds(self) -> float:
        """Seconds of a chunk."""
        return self.runner.chunk / self.sampling_rate

    @property
    def look_ahead_seconds(self) -> float:
        """Seconds after a sample that its conversion depends on, beside the chunk."""
        return self.net.config.hop / self.sampling_rate

    def convert(self, source: audio.Source | np.ndarray) -> np.ndarray:
        """Convert a whole recording at once, in PyTorch: a file, or samples [N] at `sampling_rate`.

        It runs on the GPU if the streams do.
        """
        samples = source if isinstance(source, np.ndarray) else audio.load(source, self.sampling_rate)
        if not np.isfinite(samples).all():
            raise UsageError("the samples are not all finite numbers, so they cannot be converted")
        if not len(samples):
            return np.zeros(0, np.float32)
        with torch.inference_mode():
            row = torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None]
            return self.net(row.to(self.net.label.device))[0].cpu().numpy()

    def convert_stream(self, source: audio.Source, block_seconds: float | None = None) -> Iterator[np.ndarray]:
        """Yield the converted samples of a recording in chunks, together as many as the recording has.

        `block_seconds`: how much is read at once; None: a chunk.
        """
        stream = self.stream()
        try:
            for block in audio.stream(source, self.sampling_rate, block_seconds or self.chunk_seconds):
                yield stream.push(block)
            yield stream.finish()
        finally:
            stream.close()

    def stream(self, sample_rate: int | None = None) -> Stream | ResampledStream:
        """Begin a stream of samples at `sample_rate`; None: at the network's own."""
        stream = Stream(self.runner, self.net.config.hop)
        if sample_rate in (None, self.sampling_rate):
            return stream
        return ResampledStream(stream, sample_rate, self.sampling_rate)


def _runner(net: Net, backend: str, factor: int, options: dict[str, Any]) -> Runner:
    if backend == "torch":
        return _torch_runner(net, factor, **options)
    if backend == "ttnn":
        from models.demos.llvc.tt.backend import open_runner  # imports ttnn, which only this backend needs

        return open_runner(net, factor=factor, **options)
    raise UsageError(f"there is no backend {backend}: choose one of {', '.join(BACKENDS)}")


def _torch_runner(net: Net, factor: int, device: str = "cpu", **options: Any) -> Runner:
    gpu = torch_device(device).type == "cuda"
    if unknown := options.keys() - ({"precision", "streams", "graphs"} if gpu else set()):
        raise UsageError(f"the backend torch has no option {', '.join(sorted(unknown))} on {device}")
    return open_graph_runner(net, device, factor, **options) if gpu else TorchRunner(net, factor)


def _joined(pieces: Any) -> np.ndarray:
    return np.concatenate([np.zeros(0, np.float32), *pieces])
