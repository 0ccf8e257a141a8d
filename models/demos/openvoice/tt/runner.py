# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The backend "ttnn" of pipeline.py: recordings of any length on fixed shapes.

A recording that fits the short bucket is converted in one piece. A longer one is cut (chunking.py) into windows of the
long bucket, which the encoder and the flow, cheap and far-seeing, take whole; the generator, dear and short-sighted,
runs over the frames to keep in windows of the short bucket. Both lengths follow from the device's L1 and the config.
Every bucket exists in two forms: all frames there, and masked, for a window in which the recording ends.

A call uploads one packed tensor and downloads one row of samples.
"""

import atexit
import os
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger

import ttnn
from models.demos.openvoice.chunking import Window, noise, windows
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.converter import Converter as ReferenceConverter
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.converter import Converter, packed_shape
from models.demos.openvoice.tt.precision import Precision, Stage
from models.demos.openvoice.tt.sharding import TILE, shard

CARDS = Path("/dev/tenstorrent")  # where the driver shows them
# Short windows in a long one. More would waste less of the long window on context, at the price of memory and latency.
LONG = 4
# Of a core's L1; the rest is for what the allocator cannot place tightly.
L1_SHARE = 0.9
VOICES_KEPT = 64  # on the device; 32 biases of 384 values each, about 3 MB in tiles
_BYTES = {ttnn.float32: 4, ttnn.bfloat16: 2}


def open_backend(reference: ReferenceConverter, device=None, precision: Precision | None = None) -> "DeviceConverter":
    """The converter on `device`, or on the machine's first one, which then stays open until the process ends."""
    if device is None:
        provided = ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH")
        if not CARDS.exists() and not any(os.environ.get(variable) for variable in provided):
            raise RuntimeError(
                f"there is no Tenstorrent card ({CARDS} does not exist): install its driver, or use the backend 'torch'"
            )
        device = ttnn.open_device(device_id=0)
        atexit.register(ttnn.close_device, device)
    return DeviceConverter(reference, device, precision)


@dataclass(frozen=True)
class Conditioning:
    """What a voice puts into the network: biases on the device, in the place of those of `parameters`."""

    encoder: list | None
    flow: list
    conv_pre: object | None


def generator_window(config: ConverterConfig, device, stage: Stage) -> int:
    """Frames of the largest generator window whose residual chains stay in L1.

    The widest moment of a resblock holds five activations (the stage's input, the sum, the chain, the convolution's
    input with its halo and its output); the convolution adds two activations' worth of unrolled rows and one tap's
    weights, double-buffered. Measured against the ledger in tests/pcc/test_runner.py.
    """
    grid = device.compute_with_storage_grid_size()
    step = TILE * grid.y  # whole tiles on every row of cores
    capacity = L1_SHARE * ttnn.get_memory_view(device, ttnn.BufferType.L1).total_bytes_per_bank
    fitting = 0
    while _resblock_bytes(config, device, stage, fitting + step) <= capacity:
        fitting += step
    if not fitting:
        raise ValueError(
            f"a generator of {config.upsample_initial_channel} channels does not fit the L1 of this device"
        )
    return fitting


def _resblock_bytes(config: ConverterConfig, device, stage: Stage, frames: int) -> int:
    """Bytes a core at the widest moment of the widest stage."""
    widest, rows, channels = 0, frames, config.upsample_initial_channel
    for rate in config.upsample_rates:
        rows, channels = rows * rate, channels // 2
        height, width = shard(device, rows, channels).shard_spec.shape
        activation = height * width * _BYTES[stage.activations]
        weights = 2 * (-(-channels // TILE) * TILE) ** 2 * _BYTES[stage.weights]
        widest = max(widest, 7 * activation + weights)
    return widest


class DeviceConverter:
    """A loaded converter on one device. `reference` gives the weights; the arithmetic is all the device's."""

    def __init__(self, reference: ReferenceConverter, device, precision: Precision | None = None):
        self.reference = reference
        self.config = reference.config
        self.device = device
        self.precision = precision or Precision()
        self.converter = Converter(parameters.preprocess(reference), self.config, device, self.precision)
        self.short = generator_window(self.config, device, self.precision.generator)
        self.long = LONG * self.short
        self.reach = reference.generator.reach
        self.context = reference.latent_reach + self.reach
        self.chunk = self.long - 2 * self.context
        if self.chunk <= 0:
            raise ValueError(
                f"this model sees {self.context} frames on each side, more than a window has on this device"
            )
        self._voices: OrderedDict[bytes, Conditioning] = OrderedDict()

    # --- the backend of pipeline.py -----------------------------------------------------------------------------------

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
        if chunk is not None and chunk > self.chunk:
            raise ValueError(f"a chunk of {chunk} frames does not fit: on this device at most {self.chunk} do")
        voice, voices = self.voice(source), [self.voice(target) for target in targets]
        for window in windows(blocks, self.config, chunk or self.chunk, self.context):
            yield self._converted(window, voice, voices, tau, seed)

    def voice(self, embedding: np.ndarray) -> Conditioning:
        """The conditioning of an embedding [gin_channels]; the last ones used stay on the device."""
        embedding = np.ascontiguousarray(embedding, np.float32)
        if embedding.shape != (self.config.gin_channels,):
            raise ValueError(
                f"this voice has shape {embedding.shape}, the model takes ({self.config.gin_channels},): "
                "it belongs to another model"
            )
        if not np.isfinite(embedding).all():
            raise ValueError("this voice holds values that are not finite: extract it again")
        key = embedding.tobytes()
        if key not in self._voices:
            self._voices[key] = self._condition(embedding)
            if len(self._voices) > VOICES_KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]

    def warm_up(self) -> None:
        """Compile every bucket's programs and prepare every weight, so that no conversion has to wait for it."""
        voice = self.voice(np.zeros(self.config.gin_channels, np.float32))
        overlap = self.config.filter_length - self.config.hop_length
        for frames in (self.short, self.short - 1, self.long, self.long - 1):
            samples = np.zeros(frames * self.config.hop_length + overlap, np.float32)
            keep = slice(0, min(frames, self.chunk))
            keep_samples = keep.stop * self.config.hop_length
            self._converted(Window(samples, 0, frames, keep, keep_samples), voice, [voice], 0.0, 0)
        logger.info(
            f"warm: windows of {self.short} and {self.long} frames, "
            f"{self.device.num_program_cache_entries()} programs compiled"
        )

    # --- one window ---------------------------------------------------------------------------------------------------

    def _converted(self, window: Window, source, targets, tau: float, seed: int) -> list[np.ndarray]:
        bucket = self.short if window.frames <= self.short else self.long
        masked = window.frames < bucket
        packed = ttnn.from_torch(
            self._packed(window, bucket, tau, seed),
            dtype=ttnn.float32,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            device=self.device,
        )
        hops, drawn, mask = self.converter.unpack(packed, bucket, masked)
        neutral = self.converter.neutral(hops, drawn, source, mask)
        starts = self._generator_starts(window, bucket)
        converted = []
        for target in targets:
            z = self.converter.voiced(neutral, target, mask)
            row = ttnn.to_torch(self.converter.waveform(z, starts, self.short, target, mask))
            converted.append(self._kept(row.numpy().reshape(len(starts), -1), starts, window))
        return converted

    def _packed(self, window: Window, bucket: int, tau: float, seed: int):
        """The window's samples, its noise (times tau) and its mask as the one tensor that travels."""
        hop, channels = self.config.hop_length, self.config.inter_channels
        packed = np.zeros((1, 1, *packed_shape(self.config, bucket)), np.float32)
        hops = window.samples.reshape(-1, hop)
        packed[0, 0, : len(hops), :hop] = hops
        drawn = noise(seed, channels, window.first, window.first + window.frames)
        packed[0, 0, : window.frames, hop : hop + channels] = tau * drawn.T
        packed[0, 0, : window.frames, hop + channels] = 1.0
        return parameters.from_numpy(packed)

    def _generator_starts(self, window: Window, bucket: int) -> list[int]:
        """First frames of the generator windows that cover what is kept of this window."""
        if bucket == self.short:
            return [0]
        step = self.short - 2 * self.reach
        starts = []
        while not starts or starts[-1] + self.short - self.reach < window.keep.stop:
            starts.append(min(len(starts) * step, bucket - self.short))
        return starts

    def _kept(self, rows: np.ndarray, starts: list[int], window: Window) -> np.ndarray:
        """Joins the stretches of the generator windows [window, samples] that are free of edge effects."""
        hop = self.config.hop_length
        pieces, done = [], window.keep.start
        for row, start in zip(rows, starts, strict=True):
            last = start == starts[-1]
            stop = window.keep.stop if last else min(window.keep.stop, start + self.short - self.reach)
            if stop > done:
                pieces.append(row[(done - start) * hop : (stop - start) * hop])
                done = stop
        return np.concatenate(pieces)[: window.keep_samples]

    def _condition(self, embedding: np.ndarray) -> Conditioning:
        biases = parameters.condition(self.reference, embedding)
        return Conditioning(
            encoder=biases.encoder
            and [self._upload(bias, self.precision.posterior_encoder) for bias in biases.encoder],
            flow=[[self._upload(bias, self.precision.flow) for bias in coupling] for coupling in biases.flow],
            conv_pre=None if biases.conv_pre is None else self._upload(biases.conv_pre, self.precision.generator),
        )

    def _upload(self, bias, stage: Stage):
        """A bias as the convolution keeps its own: in the weights' format, in tiles, in DRAM."""
        return ttnn.to_device(ttnn.to_layout(ttnn.to_dtype(bias, stage.weights), ttnn.TILE_LAYOUT), self.device)
