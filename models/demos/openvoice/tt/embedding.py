# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speaker embedding of a stretch of speech of any length, computed on buckets of fixed length.

A stretch that fits the longest bucket is embedded in one piece, in the shortest bucket that holds it. A longer one is
cut into pieces. A step of the GRU reads `step_frames` - 1 frames to each side of its own first frame, so a piece
begins one step before the end of the piece before it, and the GRU ignores that first step:

    piece 0   | 0 | 1 | ... | n-2 | n-1 |
    piece 1                       | n-1 |  n  | ... | 2n-2 |        its first step, n-1, lacks frames and is ignored

Each piece starts with the GRU's state after the piece before it, so the result equals that of the whole stretch.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

import ttnn
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.tt.converter import packed_shape
from models.demos.openvoice.tt.spectrogram import Spectrogram
from models.demos.openvoice.tt.tone_color_encoder import SHORTEST, ToneColorEncoder
from models.tt_audio.host.voice_activity import MAX_SEGMENT_SECONDS
from models.tt_audio.tt.tensors import download, upload


class Piece(NamedTuple):
    """Frames of a stretch of speech that pass through the network at once."""

    first: int  # index of its first frame in the stretch
    frames: int
    bucket: int

    @property
    def masked(self) -> bool:
        return self.frames < self.bucket


class Embedder:
    """Spectrogram and tone colour encoder over stretches of speech.

    `buckets` are the lengths in frames that stretches of up to MAX_SEGMENT_SECONDS need; each is a set of programs.
    """

    def __init__(
        self, spectrogram: Spectrogram, encoder: ToneColorEncoder, config: ConverterConfig, device: ttnn.MeshDevice
    ):
        self.spectrogram = spectrogram
        self.encoder = encoder
        self.config = config
        self.device = device
        self.buckets = [SHORTEST]
        while self.buckets[-1] < min(MAX_SEGMENT_SECONDS * config.sampling_rate / config.hop_length, encoder.longest):
            self.buckets.append(2 * self.buckets[-1])

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding [gin_channels] of speech: float32 samples [N] at the converter's rate."""
        hop = self.config.hop_length
        margin = (self.config.filter_length - hop) // 2
        mirrored = np.pad(np.asarray(waveform, np.float32), margin, mode="reflect")
        state = None
        for piece in self.pieces(len(waveform) // hop):
            inputs = self.encoder.inputs(piece.bucket, [piece.frames], skipped=0 if state is None else 1)
            start, counter, *masks = (ttnn.to_device(tensor, self.device) for tensor in inputs)
            if state is not None:
                start = ttnn.add(state, start)
            spectrogram = self.spectrogram(self._hops(mirrored, piece))
            state = self.encoder.state(spectrogram, start, counter, masks or None)
        embedding = self.encoder.embedding(state)
        return download(embedding).reshape(-1, self.config.gin_channels)[0]  # every chip has the same

    def pieces(self, frames: int) -> Iterator[Piece]:
        """Yield the pieces of a stretch of `frames` frames."""
        first = 0
        while True:
            count = min(frames - first, self.buckets[-1])
            yield Piece(first, count, next(bucket for bucket in self.buckets if count <= bucket))
            if first + count == frames:
                return
            first += count - self.encoder.step_frames

    def forms(self, frames: int) -> set[tuple]:
        """Return the forms of a stretch of `frames` frames: stretches with the same forms run the same programs."""
        pieces = list(self.pieces(frames))
        forms = {("embedding", piece.bucket, piece.masked) for piece in pieces}
        return forms | {("embedding", "continued")} if len(pieces) > 1 else forms

    def warm_up(self, embed: Callable[[np.ndarray], np.ndarray]) -> None:
        """Call `embed` (samples [N] -> embedding) with silence of such lengths that every form runs once."""
        lengths = [frames for bucket in self.buckets for frames in (bucket, bucket - 1)]
        for frames in (*lengths, self.buckets[-1] + 1):
            embed(np.zeros(frames * self.config.hop_length, np.float32))

    def _hops(self, mirrored: np.ndarray, piece: Piece) -> ttnn.Tensor:
        """Upload the samples of a piece as hops [1, 1, rows, hop_length], zeros after its end.

        `mirrored`: the stretch with the spectrogram's margin of mirrored samples on both sides.
        """
        hop = self.config.hop_length
        rows, _ = packed_shape(self.config, piece.bucket)
        existing = piece.frames + rows - piece.bucket
        hops = np.zeros((1, 1, rows, hop), np.float32)
        hops[0, 0, :existing] = mirrored[piece.first * hop :][: existing * hop].reshape(-1, hop)
        return upload(hops, self.device, layout=ttnn.ROW_MAJOR_LAYOUT)
