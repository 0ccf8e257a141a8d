# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Converter loaded on a device or a mesh: network, buckets and voices.

A recording that fits the short bucket is converted in one piece. A longer one is cut (windows.py) into windows of the
long bucket. The encoder and the flow have a large receptive field and cost little, so they run over the whole window.
The generator has a small receptive field and costs most, so it runs over windows of the short bucket that cover the
frames to keep. Both lengths follow from the device's L1 and the config. Every bucket has two forms: without a mask, if
all frames are valid, and masked, for a window in which the recording ends.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

import ttnn
from models.demos.openvoice.reference.converter import Converter as ReferenceConverter
from models.demos.openvoice.tt.conditioning import Conditioning
from models.demos.openvoice.tt.converter import Converter, packed_shape
from models.demos.openvoice.tt.embedding import Embedder
from models.demos.openvoice.tt.parameters.conditioning import voice_biases
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.tone_color_encoder import ToneColorEncoder
from models.demos.openvoice.tt.window_traces import WindowForm
from models.demos.openvoice.windows import Window, covering_starts, join, noise, windows
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.host.recently_used import RecentlyUsed
from models.tt_audio.tt.memory import BYTES, generator_window, longest_row
from models.tt_audio.tt.precision import Stage
from models.tt_audio.tt.trace_cache import TraceCache

# Short windows in a long one. More would waste less of the long window on context, at the price of memory and latency.
LONG = 4
VOICES_KEPT = 64  # on the device; 32 biases of 384 values each, about 3 MB in tiles


class DeviceConverter:
    """Network, buckets and voices of one converter; the runners use it (runner.py, batch.py, melo_runner.py)."""

    def __init__(
        self,
        reference: ReferenceConverter,
        device: ttnn.MeshDevice,
        precision: Precision | None = None,
        traces: TraceCache | None = None,
        window: int | None = None,
    ):
        """`reference` gives the weights; the device does all arithmetic.

        `traces`: the device's trace cache, with which every new form is registered; None: the device runs op by op.
        `window`: frames of the short bucket; None: as many as fit.
        """
        self.reference = reference
        self.config = reference.config
        self.device = device
        self.precision = precision or Precision()
        self.traces = traces
        self.network = Converter(preprocess(reference), self.config, device, self.precision)
        encoder = ToneColorEncoder(preprocess(reference.tone_color_encoder), device, self.precision.tone_color_encoder)
        self.embedder = Embedder(self.network.spectrogram, encoder, self.config, device)
        limit = longest_row(device, self.config.hop_length * BYTES[ttnn.float32])  # a frame's samples are in one row
        self.short = window or generator_window(self.config, device, self.precision.generator, limit=limit)
        self.long = LONG * self.short
        self.receptive_field = reference.generator.receptive_field
        self.context = reference.latent_receptive_field + self.receptive_field
        self.chunk = self.long - 2 * self.context
        if self.chunk <= 0 or self.short <= 2 * self.receptive_field:
            raise DeviceError(
                f"this model needs {self.context} frames of context on each side, more than a window has on this device"
            )
        self._voices: RecentlyUsed[Conditioning] = RecentlyUsed(VOICES_KEPT)

    # --- voices -------------------------------------------------------------------------------------------------------

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding [gin_channels] of one stretch of speech [N]."""
        if self.traces is not None:
            for form in self.embedder.forms(len(waveform) // self.config.hop_length):
                self.traces.register_shape((self, *form))
        return self.embedder(waveform)

    def voice(self, embedding: np.ndarray) -> Conditioning:
        """Return the biases of an embedding [gin_channels]: on the host if there are traces, else on the device."""
        embedding = self.checked(embedding)

        def make() -> Conditioning:
            biases = self.biases(embedding)
            return biases if self.traces else biases.map(lambda bias: ttnn.to_device(bias, self.device))

        return self._voices.get(embedding.tobytes(), make)

    def checked(self, embedding: np.ndarray) -> np.ndarray:
        """Return an embedding as float32 [gin_channels], or raise UsageError."""
        embedding = np.ascontiguousarray(embedding, np.float32)
        if embedding.shape != (self.config.gin_channels,):
            raise UsageError(
                f"this voice has shape {embedding.shape}, the model takes ({self.config.gin_channels},): "
                "it belongs to another model"
            )
        if not np.isfinite(embedding).all():
            raise UsageError("this voice holds values that are not finite: extract it again")
        return embedding

    def biases(self, embeddings: np.ndarray, mesh_mapper: ttnn.CppTensorToMesh | None = None) -> Conditioning:
        """Return the biases of embeddings [gin_channels] or [voices, gin_channels] as host tensors for convolutions.

        `mesh_mapper` distributes several voices over the chips of a mesh.
        """
        biases = voice_biases(self.reference, embeddings, mesh_mapper)
        return Conditioning(
            encoder=biases.encoder and [_ready(bias, self.precision.posterior_encoder) for bias in biases.encoder],
            flow=[[_ready(bias, self.precision.flow) for bias in coupling] for coupling in biases.flow],
            conv_pre=None if biases.conv_pre is None else _ready(biases.conv_pre, self.precision.generator),
        )

    # --- windows ------------------------------------------------------------------------------------------------------

    def windows(self, blocks: Iterable[np.ndarray], chunk: int | None = None) -> Iterator[Window]:
        """Cut blocks of float32 samples [N] into windows that keep `chunk` frames each; None: as many as fit."""
        if chunk is not None and chunk > self.chunk:
            raise UsageError(f"a chunk of {chunk} frames does not fit: on this device at most {self.chunk} do")
        return windows(blocks, self.config, chunk or self.chunk, self.context)

    def form(self, window: Window) -> WindowForm:
        """Return the form of a window: its bucket, whether it is masked, and its generator windows."""
        bucket = self.short if window.frames <= self.short else self.long
        return WindowForm(bucket, window.frames < bucket, self.generator_starts(bucket, window.keep.stop))

    def forms(self) -> list[WindowForm]:
        """Return every form that a window can have.

        A long window without a mask is never the last one of a recording, so it always needs every generator window. A
        masked one may need fewer.
        """
        starts = self.generator_starts(self.long, self.long - self.context)
        return [
            *(WindowForm(self.short, masked, (0,)) for masked in (False, True)),
            WindowForm(self.long, False, starts),
            *(WindowForm(self.long, True, starts[:count]) for count in range(1, len(starts) + 1)),
        ]

    def packed(self, window: Window, bucket: int, tau: float, seed: int) -> np.ndarray:
        """Pack a window as the one tensor that is uploaded: [1, 1, rows, columns] as converter.packed_shape says.

        columns        hop                 channels           32
        row t          samples of hop t    tau * noise of t   1 where frame t is valid, then 31 zeros
        """
        hop, channels = self.config.hop_length, self.config.inter_channels
        packed = np.zeros((1, 1, *packed_shape(self.config, bucket)), np.float32)
        hops = window.samples.reshape(-1, hop)
        packed[0, 0, : len(hops), :hop] = hops
        drawn = noise(seed, channels, window.first, window.first + window.frames)
        packed[0, 0, : window.frames, hop : hop + channels] = tau * drawn.T
        packed[0, 0, : window.frames, hop + channels] = 1.0
        return packed

    def generator_starts(self, bucket: int, stop: int | None = None) -> tuple[int, ...]:
        """Return the first frames of the generator windows that cover a bucket up to frame `stop`; None: all of it."""
        return covering_starts(bucket, self.short, self.receptive_field, stop)

    def kept(self, rows: np.ndarray, starts: Sequence[int], keep: slice) -> np.ndarray:
        """Join the rows of samples [generator windows, samples] to the samples of the kept frames.

        The generator windows begin at the frames `starts`.
        """
        return join(rows, starts, self.short, self.receptive_field, keep, self.config.hop_length)


def _ready(bias: ttnn.Tensor, stage: Stage) -> ttnn.Tensor:
    """Convert a bias to the format of a convolution's own bias: tiles in the data type of the stage's weights."""
    return ttnn.to_dtype(ttnn.to_layout(bias, ttnn.TILE_LAYOUT), stage.weights)
