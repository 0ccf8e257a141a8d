# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The backend "ttnn" of pipeline.py: recordings of any length on fixed shapes.

A recording that fits the short bucket is converted in one piece. A longer one is cut (windows.py) into windows of the
long bucket, which the encoder and the flow, cheap and far-seeing, take whole; the generator, dear and short-sighted,
runs over the frames to keep in windows of the short bucket. Both lengths follow from the device's L1 and the config.
Every bucket exists in two forms: all frames there, and masked, for a window in which the recording ends.

A window uploads one packed tensor and downloads one row of samples for each target. Where the device can replay traces
(trace.py) nothing else is left to the host, else it dispatches op by op; the programs are the same.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from loguru import logger

import ttnn
from models.demos.openvoice.reference.converter import Converter as ReferenceConverter
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.converter import Converter, packed_shape
from models.demos.openvoice.tt.embedding import Embedder
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.reference_encoder import ReferenceEncoder
from models.demos.openvoice.tt.trace import Form, Traces, obstacle
from models.demos.openvoice.windows import Window, covering_starts, join, noise, windows
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.tt.memory import BYTES, generator_window, longest_row
from models.tt_audio.tt.precision import Stage

# Short windows in a long one. More would waste less of the long window on context, at the price of memory and latency.
LONG = 4
VOICES_KEPT = 64  # on the device; 32 biases of 384 values each, about 3 MB in tiles


@dataclass(frozen=True)
class Conditioning:
    """What a voice puts into the network: biases in the place of those of `parameters`, ready for the convolutions.

    They lie on the device; under traces, which read them from one place, on the host."""

    encoder: list | None
    flow: list
    conv_pre: object | None

    def map(self, function: Callable) -> "Conditioning":
        return Conditioning(
            encoder=self.encoder and [function(bias) for bias in self.encoder],
            flow=[[function(bias) for bias in coupling] for coupling in self.flow],
            conv_pre=None if self.conv_pre is None else function(self.conv_pre),
        )

    def flat(self) -> list:
        biases = []
        self.map(biases.append)
        return biases


class DeviceConverter:
    """A loaded converter on one device. `reference` gives the weights; the arithmetic is all the device's.

    `traced`: whether windows are replayed from traces; None: where the device can (trace.obstacle).
    `window`: frames of the short bucket; None: as many as fit.
    """

    def __init__(
        self,
        reference: ReferenceConverter,
        device,
        precision: Precision | None = None,
        traced: bool | None = None,
        window: int | None = None,
    ):
        self.reference = reference
        self.config = reference.config
        self.device = device
        self.precision = precision or Precision()
        self.converter = Converter(parameters.preprocess(reference), self.config, device, self.precision)
        reference_encoder = ReferenceEncoder(
            parameters.preprocess(reference.reference_encoder), device, self.precision.reference_encoder
        )
        self.embedder = Embedder(self.converter.spectrogram, reference_encoder, self.config, device)
        limit = longest_row(device, self.config.hop_length * BYTES[ttnn.float32])  # a frame's samples are in one row
        self.short = window or generator_window(self.config, device, self.precision.generator, limit=limit)
        self.long = LONG * self.short
        self.reach = reference.generator.reach
        self.context = reference.latent_reach + self.reach
        self.chunk = self.long - 2 * self.context
        if self.chunk <= 0 or self.short <= 2 * self.reach:
            raise DeviceError(
                f"this model sees {self.context} frames on each side, more than a window has on this device"
            )
        self._voices: OrderedDict[bytes, Conditioning] = OrderedDict()
        self.traces = self._traces(traced)
        self._run = self._eager if self.traces is None else self.traces.begin

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
        voice, voices = self.voice(source), [self.voice(target) for target in targets]
        # Of a whole recording the next window is begun before this one is awaited; a stream gets its piece at once.
        ahead = 0 if chunk else 1
        begun: deque[Callable] = deque()
        try:
            for window in self._windows(blocks, chunk):
                begun.append(self._begin(window, voice, voices, tau, seed))
                if len(begun) > ahead:
                    yield begun.popleft()()
            while begun:
                yield begun.popleft()()
        finally:
            if begun:  # the caller has stopped, but the device still writes into the memory for these samples
                ttnn.synchronize_device(self.device)

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the tone colour [gin_channels] of one stretch of speech [N]."""
        if self.traces is not None:
            for form in self.embedder.forms(len(waveform) // self.config.hop_length):
                self.traces.meet(form)
        return self.embedder(waveform)

    def voice(self, embedding: np.ndarray) -> Conditioning:
        """The conditioning of an embedding [gin_channels]; the last ones used stay on the device."""
        embedding = self._checked(embedding)
        key = embedding.tobytes()
        if key not in self._voices:
            self._voices[key] = self._condition(embedding)
            if len(self._voices) > VOICES_KEPT:
                self._voices.popitem(last=False)
        self._voices.move_to_end(key)
        return self._voices[key]

    def _checked(self, embedding: np.ndarray) -> np.ndarray:
        embedding = np.ascontiguousarray(embedding, np.float32)
        if embedding.shape != (self.config.gin_channels,):
            raise ValueError(
                f"this voice has shape {embedding.shape}, the model takes ({self.config.gin_channels},): "
                "it belongs to another model"
            )
        if not np.isfinite(embedding).all():
            raise ValueError("this voice holds values that are not finite: extract it again")
        return embedding

    def warm_up(self) -> None:
        """Compile every bucket's programs and prepare every weight, so that nothing has to wait for it later."""
        self.embedder.warm_up(self.embed)  # before the first capture, because each form would undo it, as below
        voice = self.voice(np.zeros(self.config.gin_channels, np.float32))
        forms = self._forms()
        if self.traces is not None:  # all of them before the first capture, which each would undo
            for form in forms:
                self.traces.compile(form)
        for form in forms:
            silence = parameters.from_numpy(np.zeros((1, 1, *packed_shape(self.config, form.frames)), np.float32))
            self._run(silence, form, voice, [voice])()
        logger.info(
            f"warm: windows of {self.short} and {self.long} frames, "
            f"{self.device.num_program_cache_entries()} programs compiled"
        )

    def _windows(self, blocks: Iterable[np.ndarray], chunk: int | None = None) -> Iterator[Window]:
        if chunk is not None and chunk > self.chunk:
            raise UsageError(f"a chunk of {chunk} frames does not fit: on this device at most {self.chunk} do")
        return windows(blocks, self.config, chunk or self.chunk, self.context)

    # --- one window ---------------------------------------------------------------------------------------------------

    def _begin(self, window: Window, source, targets, tau: float, seed: int) -> Callable[[], list[np.ndarray]]:
        """Enqueues a window (op by op, only packs it); the result waits for its samples."""
        form = self._form(window)
        packed = self._packed(window, form.frames, tau, seed)
        rows = self._run(packed, form, source, targets)

        def finish() -> list[np.ndarray]:
            samples = [row.numpy().reshape(len(form.starts), -1) for row in rows()]
            return [self.kept(own, form.starts, window.keep)[: window.keep_samples] for own in samples]

        return finish

    def _eager(self, packed, form: Form, source, targets) -> Callable[[], list]:
        def finish():
            packed_rows = ttnn.from_torch(packed, dtype=ttnn.float32, layout=ttnn.ROW_MAJOR_LAYOUT, device=self.device)
            hops, drawn, mask = self.converter.unpack(packed_rows, form.frames, form.masked)
            neutral = self.converter.neutral(hops, drawn, source, mask)
            rows = []
            for target in targets:
                z = self.converter.voiced(neutral, target, mask)
                rows.append(ttnn.to_torch(self.converter.waveform(z, form.starts, self.short, target, mask)))
            return rows

        return finish

    def _form(self, window: Window) -> Form:
        bucket = self.short if window.frames <= self.short else self.long
        return Form(bucket, window.frames < bucket, self.generator_starts(bucket, window.keep.stop))

    def _forms(self) -> list[Form]:
        """Every form a window can have: a long one without a mask lies between others, so all it can give is kept."""
        starts = self.generator_starts(self.long, self.long - self.context)
        return [
            *(Form(self.short, masked, (0,)) for masked in (False, True)),
            Form(self.long, False, starts),
            *(Form(self.long, True, starts[:count]) for count in range(1, len(starts) + 1)),
        ]

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

    def generator_starts(self, bucket: int, stop: int) -> tuple[int, ...]:
        """Return the first frames of the generator windows that cover a bucket up to the last kept frame, `stop`."""
        return covering_starts(bucket, self.short, self.reach, stop)

    def kept(self, rows: np.ndarray, starts: Sequence[int], keep: slice) -> np.ndarray:
        """Join the rows of samples of the generator windows to the samples of the kept frames.

        rows [generator windows, samples]; the windows begin at the frames `starts`."""
        return join(rows, starts, self.short, self.reach, keep, self.config.hop_length)

    def _traces(self, traced: bool | None) -> Traces | None:
        reason = obstacle(self.device)
        if traced and reason:
            raise ValueError(f"no traces here: {reason}")
        if reason or traced is False:
            return None
        shapes = {frames: (1, 1, *packed_shape(self.config, frames)) for frames in (self.short, self.long)}
        pattern = self._biases(np.zeros(self.config.gin_channels, np.float32))
        return Traces(self.converter, self.short, shapes, pattern, self.device)

    def _condition(self, embedding: np.ndarray) -> Conditioning:
        biases = self._biases(embedding)
        return biases if self.traces else biases.map(lambda bias: ttnn.to_device(bias, self.device))

    def _biases(self, embeddings: np.ndarray, mapper=None) -> Conditioning:
        biases = parameters.condition(self.reference, embeddings, mapper)
        return Conditioning(
            encoder=biases.encoder and [_ready(bias, self.precision.posterior_encoder) for bias in biases.encoder],
            flow=[[_ready(bias, self.precision.flow) for bias in coupling] for coupling in biases.flow],
            conv_pre=None if biases.conv_pre is None else _ready(biases.conv_pre, self.precision.generator),
        )


def _ready(bias, stage: Stage):
    """A bias as the convolution keeps its own: in the weights' format, in tiles."""
    return ttnn.to_dtype(ttnn.to_layout(bias, ttnn.TILE_LAYOUT), stage.weights)
