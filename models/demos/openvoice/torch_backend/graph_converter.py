# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The backend "torch" of pipeline.py on a GPU: windows of fixed sizes, several in a pass, each size one CUDA graph.

reference/converter.py defines what is computed. A pass takes rows: each is a window of a recording, with its own source
and target voice. Frames after a window's end are masked, so its result does not depend on the size it is padded to. The
host packs the next pass while the GPU computes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.torch_backend.graph_forms import FRAMES, GraphForm, bucket, form_for, forms
from models.demos.openvoice.torch_backend.graph_melo_tts import GraphMeloTTS
from models.demos.openvoice.windows import Conversion, Window, noise, windows
from models.tt_audio.torch_backend.accelerate import Accelerated
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.hifigan import FastGenerator, padded_size
from models.tt_audio.torch_backend.stages import IEEE, Stages, products


class Row(NamedTuple):
    """One window to convert; voices are embeddings [gin_channels]."""

    window: Window
    source: np.ndarray
    target: np.ndarray
    tau: float
    seed: int


class WindowNetwork:
    """The whole converter for a pass, with each stage in its format."""

    def __init__(self, converter: Converter, stages: Stages):
        self.converter = converter
        self.stages = stages
        self.generate = FastGenerator(converter.generator, stages.vocoder.dtype)

    def __call__(self, samples: Tensor, noise: Tensor, mask: Tensor, source: Tensor, target: Tensor) -> Tensor:
        """Return the converted samples [B, T * hop]; those after an item's last valid frame have any values.

        samples [B, T * hop + 2 * margin]; noise [B, I, T], tau times standard normal; mask [B, 1, T] of valid frames;
        source, target [B, G].
        """
        converter = self.converter
        spec = converter.spectrogram.frames(samples)
        with products(self.stages.encoder):
            z = converter.posterior_encoder(spec, mask, noise, 1.0, converter.speaker_conditioning(source))
        with products(self.stages.flow):
            z = converter.flow(z, mask, source[:, :, None])
            z = converter.flow(z, mask, target[:, :, None], reverse=True)
        with products(self.stages.vocoder):
            return self.generate(z, converter.speaker_conditioning(target), mask)


class GraphConverter:
    """A loaded converter on the device of `graphs`; implements `Backend`."""

    def __init__(
        self, converter: Converter, graphs: GraphCache, stages: Stages, known: Sequence[GraphForm] | None = None
    ):
        """`known`: the forms that are captured; None: those for the released sizes."""
        self.converter = converter.to(graphs.device).eval().requires_grad_(False)
        self.config = converter.config
        self.graphs = graphs
        self.stages = stages
        self.context = converter.latent_receptive_field + converter.generator.receptive_field
        self.margin = converter.spectrogram.margin
        longest = FRAMES[-1] + 2 * self.context  # for a window of 1,024 kept frames in the middle of a recording
        self.forms = list(forms((*FRAMES, -(-longest // 8) * 8)) if known is None else known)
        self.chunk = max(form.frames for form in self.forms) - 2 * self.context
        self.window = Accelerated(WindowNetwork(self.converter, stages), graphs, IEEE)
        with graphs.opening():
            for form in self.forms:
                self.window(*self._packed([], form))

    def embed(self, waveform: np.ndarray) -> np.ndarray:
        """Return the speaker embedding [gin_channels] of samples [N]; its lengths are too many for graphs."""
        samples = torch.from_numpy(np.ascontiguousarray(waveform, np.float32))[None]
        frames = torch.tensor([samples.shape[1] // self.config.hop_length])
        return self.graphs.eager([samples, frames], self.embedding)[0].cpu().numpy()

    def embedding(self, samples: Tensor, frames: Tensor) -> Tensor:
        """Return the speaker embeddings [B, gin_channels] of samples [B, N] of `frames` [B] frames each."""
        spec = self.converter.spectrogram(samples)
        spec = pad(spec, (0, padded_size(spec.shape[2]) - spec.shape[2]))
        with products(self.stages.encoder):
            return self.converter.tone_color_encoder(spec, frames)

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Convert samples that arrive in blocks; yield for each `chunk` frames the samples in each target voice.

        Without `chunk` the next window is packed while the GPU computes; with it each piece is yielded at once.
        """
        ahead = 0 if chunk else 1
        begun: deque[Callable[[], list[np.ndarray]]] = deque()
        for window in windows(blocks, self.config, min(chunk or self.chunk, self.chunk), self.context):
            begun.append(self._begin([Row(window, source, target, tau, seed) for target in targets]))
            if len(begun) > ahead:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """Return the samples of each conversion; windows of similar lengths of all of them share passes."""
        rows, owners = [], []
        for number, one in enumerate(conversions):
            for window in windows([one.samples], self.config, self.chunk, self.context):
                rows.append(Row(window, one.source, one.target, one.tau, one.seed))
                owners.append(number)
        pieces: list[list[np.ndarray]] = [[] for _ in conversions]
        for number, samples in zip(owners, self._begin(rows)(), strict=True):
            pieces[number].append(samples)
        return [np.concatenate(own) for own in pieces]

    def speech_network(self, model: MeloTTS, bert: nn.Module | None) -> GraphMeloTTS:
        """Return what speaks with a loaded text-to-speech model and its BERT, on the same GPU."""
        return GraphMeloTTS(model, bert, self.graphs, self.stages)

    # --- passes -------------------------------------------------------------------------------------------------------

    def _begin(self, rows: Sequence[Row]) -> Callable[[], list[np.ndarray]]:
        """Enqueue passes for all rows; return a function that waits for the samples that each row keeps."""
        by_size: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            by_size.setdefault(bucket(row.window.frames, self.forms), []).append(number)
        passes = []
        for frames, numbers in by_size.items():
            while numbers:
                form = form_for(len(numbers), frames, self.forms)
                now, numbers = numbers[: form.rows], numbers[form.rows :]
                passes.append((now, self.window(*self._packed([rows[number] for number in now], form))))

        def finish() -> list[np.ndarray]:
            kept = [np.zeros(0, np.float32)] * len(rows)
            for numbers, samples in passes:
                for number, waveform in zip(numbers, samples.cpu().numpy(), strict=False):
                    window, hop = rows[number].window, self.config.hop_length
                    samples_of_keep = waveform[window.keep.start * hop : window.keep.stop * hop]
                    kept[number] = samples_of_keep[: window.keep_samples].copy()
            return kept

        return finish

    def _packed(self, rows: Sequence[Row], form: GraphForm) -> list[Tensor]:
        """Return the arguments of `WindowNetwork` on the host for up to `form.rows` rows."""
        config = self.config
        samples = np.zeros((form.rows, form.frames * config.hop_length + 2 * self.margin), np.float32)
        drawn = np.zeros((form.rows, config.inter_channels, form.frames), np.float32)
        mask = np.zeros((form.rows, 1, form.frames), np.float32)
        voices = np.zeros((2, form.rows, config.gin_channels), np.float32)
        for number, row in enumerate(rows):
            window = row.window
            samples[number, : len(window.samples)] = window.samples
            stop = window.first + window.frames
            drawn[number, :, : window.frames] = row.tau * noise(row.seed, config.inter_channels, window.first, stop)
            mask[number, :, : window.frames] = 1
            voices[:, number] = row.source, row.target
        return [torch.from_numpy(array) for array in (samples, drawn, mask, *voices)]
