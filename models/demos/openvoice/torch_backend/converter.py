# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The backend "torch" of pipeline.py: the converter on a CPU, for recordings of any length in constant memory.

reference/converter.py defines what is computed. Here a recording is cut into windows. The encoder and the flow run over
long windows in fp32; the generator runs over short ones in the dtype that `precision` chooses. Each window carries as
many frames of context as the receptive fields need, so the result equals that of the whole recording. One source can be
converted into several voices; what does not depend on the target voice is computed once.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.demos.openvoice.windows import Conversion, Piece, Window, even_edges, noise, windows, with_context
from models.tt_audio.host.home import home
from models.tt_audio.torch_backend.hifigan import FastGenerator, padded_size
from models.tt_audio.torch_backend.precision import generator_dtype

# Frames per call of the generator, context included. Measured at the released sizes on a CPU with 2 MB of second-level
# cache a core and 32 MB of third: time is flat from 96 to 512, a quarter more from 1024 on; memory grows throughout.
GENERATOR_FRAMES = 256
# Calls of the generator for one call of encoder and flow, whose longer context would otherwise be computed too often.
GENERATOR_CALLS = 4


class ChunkedConverter:
    """A loaded converter. `precision` is one of tt_audio.torch_backend.precision.PRECISIONS."""

    def __init__(self, converter: Converter, precision: str = "fast"):
        self.converter = converter
        self.config = converter.config
        self.dtype = generator_dtype(precision, home())
        self.generate = FastGenerator(converter.generator, self.dtype)
        self.context = converter.latent_receptive_field + converter.generator.receptive_field
        self.generator_keep = GENERATOR_FRAMES - 2 * converter.generator.receptive_field

    @torch.inference_mode()
    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding [gin_channels] of samples [N].

        The spectrogram is padded to one of a few sizes and masked, because oneDNN keeps compiled kernels and buffers
        for every size. The valid frames do not depend on the padding.
        """
        spec = self.converter.spectrogram(torch.from_numpy(np.ascontiguousarray(waveform, np.float32))[None])
        frames = spec.shape[2]
        padded = pad(spec, (0, padded_size(frames) - frames))
        return self.converter.tone_color_encoder(padded, torch.tensor([frames]))[0].numpy()

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Convert samples that arrive in blocks; yield for each `chunk` frames the samples in each target voice."""
        source_voice = torch.as_tensor(source)[None]
        target_voices = [torch.as_tensor(target)[None] for target in targets]
        for window in windows(blocks, self.config, chunk or GENERATOR_CALLS * self.generator_keep, self.context):
            # Not a decorator: between two values the caller must not run in inference mode.
            with torch.inference_mode():
                speaker_free, mask = self._remove_voice(window, source_voice, tau, seed)
                converted = [self._samples(window, speaker_free, target, mask) for target in target_voices]
            yield converted

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """Return the samples of each conversion, computed one after the other: a CPU gains nothing from a batch."""
        return [
            np.concatenate(
                [part[0] for part in self.convert([one.samples], one.source, [one.target], one.tau, one.seed)]
            )
            for one in conversions
        ]

    def speech_network(self, model: MeloTTS, bert: nn.Module | None) -> ChunkedMeloTTS:
        """Return what speaks with a loaded text-to-speech model. It chooses its number format by speed ("fast")."""
        return ChunkedMeloTTS(model, bert)

    def _remove_voice(self, window: Window, source: Tensor, tau: float, seed: int) -> tuple[Tensor, Tensor | None]:
        """Return the latent frames [1, I, size] without a voice, padded to a size, and the mask of the valid ones."""
        size = padded_size(window.frames)
        spec = self.converter.spectrogram.frames(torch.from_numpy(window.samples)[None])
        drawn = noise(seed, self.config.inter_channels, window.first, window.first + window.frames)
        mask = None
        if size > window.frames:
            mask = (torch.arange(size) < window.frames).to(spec.dtype)[None, None]
        extra = (0, size - window.frames)
        spec, drawn_and_padded = pad(spec, extra), pad(torch.from_numpy(drawn), extra)
        return self.converter.remove_voice(spec, source, drawn_and_padded, tau, mask), mask

    def _samples(self, window: Window, speaker_free: Tensor, target: Tensor, mask: Tensor | None) -> np.ndarray:
        """Return the samples that a window keeps, in the target voice."""
        z = self.converter.add_voice(speaker_free, target, mask)[:, :, : window.frames]
        edges = even_edges(window.keep.start, window.keep.stop, self.generator_keep)
        pieces = with_context(edges, window.frames, self.converter.generator.receptive_field)
        return torch.cat([self._generated(z, piece, target) for piece in pieces]).numpy()[: window.keep_samples]

    def _generated(self, z: Tensor, piece: Piece, target: Tensor) -> Tensor:
        """Generate a piece of the latent frames z [1, I, T] and return the samples of the frames that it keeps."""
        waveform = self.generate(z[:, :, piece.frames], self.converter.speaker_conditioning(target))[0]
        hop = self.config.hop_length
        return waveform[piece.keep.start * hop : piece.keep.stop * hop]
