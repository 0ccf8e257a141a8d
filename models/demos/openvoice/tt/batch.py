# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Many conversions in one pass, on one chip or on a mesh.

Each window of a recording is a job (WindowJob). Jobs of one bucket share a pass: one packed upload; spectrogram,
encoder and both directions of the flow once, over the rows of all jobs; one download. The generator runs job by job,
because its L1 holds one window. Jobs in different voices share all weights, but not the biases of the convolutions that
a voice conditions: those become additions, one for each layer, unless a chip has one voice only.

On a mesh each chip gets equally many jobs of a pass, in order. The upload and the voices are sharded over the chips,
the weights replicated, the rows of samples concatenated. A chip without a job computes silence.

Programs are compiled for each number of jobs per chip, in the first pass that has this number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import numpy as np

import ttnn
from models.demos.openvoice.tt.conditioning import Conditioning
from models.demos.openvoice.tt.converter import packed_shape
from models.demos.openvoice.tt.device_converter import DeviceConverter
from models.demos.openvoice.windows import Conversion, Window
from models.tt_audio.host.recently_used import RecentlyUsed
from models.tt_audio.tt.memory import flow_rows
from models.tt_audio.tt.tensors import concat_rows, download, upload

COMBINATIONS_KEPT = 16  # of voices, on the device; a combination of ten voices takes about 8 MB in tiles


@dataclass(frozen=True)
class WindowJob:
    """A window and the conversion that it belongs to; voices are embeddings [gin_channels]."""

    window: Window
    source: np.ndarray
    target: np.ndarray
    tau: float
    seed: int


@dataclass(frozen=True)
class PassVoices:
    """Biases of the voices of a pass, [1 or jobs, 1, 1, channels] on each chip."""

    encoder: list[ttnn.Tensor] | None
    flow: list[list[ttnn.Tensor]]
    conv_pre: list[ttnn.Tensor | None]  # one for each job, because the generator runs job by job


def latent_rows(converter: DeviceConverter) -> int:
    """Return how many rows of frames the encoder and the flow can hold in L1."""
    dtype = converter.precision.posterior_encoder.activations
    return flow_rows(converter.device, converter.config.hidden_channels, dtype)


class Batcher:
    """Runner of passes with many jobs on the chips of a converter's device."""

    def __init__(self, converter: DeviceConverter):
        self.converter = converter
        self.chips = converter.device.get_num_devices()
        self.most_rows = latent_rows(converter)
        self._voices: RecentlyUsed[PassVoices] = RecentlyUsed(COMBINATIONS_KEPT)

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """Return the samples of each conversion, in the order given, as long as its recording."""
        jobs, ends = [], []
        for conversion in conversions:
            for window in self.converter.windows([conversion.samples]):
                jobs.append(WindowJob(window, conversion.source, conversion.target, conversion.tau, conversion.seed))
            ends.append(len(jobs))
        pieces: dict[int, np.ndarray] = {}
        for bucket in (self.converter.short, self.converter.long):
            numbers = [i for i, job in enumerate(jobs) if self.converter.form(job.window).frames == bucket]
            for group in self._groups(numbers, bucket):
                pieces |= zip(group, self.run([jobs[i] for i in group], bucket), strict=True)
        return [np.concatenate([pieces[i] for i in range(*of_one)]) for of_one in pairwise([0, *ends])]

    def run(self, jobs: Sequence[WindowJob], bucket: int) -> list[np.ndarray]:
        """Run one pass of jobs whose windows have at most `bucket` frames, and return the samples of each job.

        Every chip runs `batch` consecutive jobs, `batch` = jobs / chips rounded up.
        """
        converter, device = self.converter, self.converter.device
        if converter.traces is not None:
            converter.traces.release()  # the tensors of a pass must not be where a trace writes
        batch = -(-len(jobs) // self.chips)
        filled = [*jobs, *[jobs[-1]] * (batch * self.chips - len(jobs))]  # a row without a job needs a voice, too
        source = self.voices([job.source for job in filled])
        target = self.voices([job.target for job in filled])
        masked = [job.window.frames < bucket for job in jobs]
        # All chips run the same program, so job i of every chip gets the generator windows that the longest needs.
        stops = [job.window.keep.stop for job in jobs]
        starts = [converter.generator_starts(bucket, max(stops[slot::batch])) for slot in range(batch)]

        packed = upload(
            self._packed(jobs, bucket, batch),
            device,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            mesh_mapper=ttnn.ShardTensorToMesh(device, dim=0),
        )
        network = converter.network
        hops, drawn, mask = network.unpack(packed, bucket, any(masked))
        speaker_free = network.remove_voice(hops, drawn, source, mask, batch)
        z = network.add_voice(speaker_free, target, mask, batch)
        rows = []
        for slot in range(batch):
            own_mask = mask if any(masked[slot::batch]) else None
            at = [slot * bucket + start for start in starts[slot]]
            rows += network.rows(z, at, converter.short, target.conv_pre[slot], own_mask)

        first_row = np.cumsum([0, *map(len, starts)])  # rows of samples before each slot of a chip
        samples = download(concat_rows(rows)).reshape(self.chips, first_row[-1], -1)
        pieces = []
        for i, job in enumerate(jobs):
            chip, slot = divmod(i, batch)
            own = samples[chip, first_row[slot] : first_row[slot + 1]]
            pieces.append(converter.kept(own, starts[slot], job.window.keep)[: job.window.keep_samples])
        return pieces

    def voices(self, embeddings: Sequence[np.ndarray]) -> PassVoices:
        """Return the biases of one voice for each job; the combinations used last are kept on the device."""
        stacked = np.stack([self.converter.checked(embedding) for embedding in embeddings])
        return self._voices.get((len(stacked), stacked.tobytes()), lambda: self._combined(stacked))

    def _groups(self, numbers: list[int], bucket: int) -> list[list[int]]:
        """Divide jobs of one bucket into as few passes as L1 allows, all of about the same size."""
        most = self.chips * max(1, self.most_rows // bucket)
        return [list(group) for group in np.array_split(numbers, -(-len(numbers) // most))] if numbers else []

    def _packed(self, jobs: Sequence[WindowJob], bucket: int, batch: int) -> np.ndarray:
        packed = np.zeros((batch * self.chips, 1, *packed_shape(self.converter.config, bucket)), np.float32)
        for job, row in zip(jobs, packed, strict=False):  # rows without a job stay zero
            row[:] = self.converter.packed(job.window, bucket, job.tau, job.seed)[0]
        return packed

    def _combined(self, embeddings: np.ndarray) -> PassVoices:
        chips = embeddings.reshape(self.chips, -1, embeddings.shape[1])
        of_one_voice = (chips == chips[:, :1]).all()
        shared = self._on_mesh(chips[:, 0] if of_one_voice else embeddings)
        slots = [chips[:, 0]] if of_one_voice else chips.swapaxes(0, 1)
        conv_pre = [None if self.converter.config.zero_g else self._on_mesh(slot).conv_pre for slot in slots]
        return PassVoices(shared.encoder, shared.flow, conv_pre * (chips.shape[1] // len(conv_pre)))

    def _on_mesh(self, embeddings: np.ndarray) -> Conditioning:
        """Upload embeddings [chips * n, gin_channels]: each chip gets the biases of its n voices."""
        device = self.converter.device
        biases = self.converter.biases(embeddings, ttnn.ShardTensorToMesh(device, dim=0))
        return biases.map(lambda bias: ttnn.to_device(bias, device))


class MeshRunner:
    """Runner of a converter on all chips of a mesh, op by op."""

    def __init__(self, converter: DeviceConverter, batcher: Batcher):
        self.converter = converter
        self.batcher = batcher

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Yield for each stretch of `chunk` frames (None: as many as fit) its samples in each target voice.

        `blocks`: consecutive samples of the recording; `source`, `targets`: speaker embeddings [gin_channels]; `tau`
        and `seed`: scale and seed of the latent's noise. A stretch in one voice is a job. With `chunk` a pass contains
        one stretch in all voices, so that it is ready early; without it a pass contains one job for each chip.
        """
        jobs = (
            WindowJob(window, source, target, tau, seed)
            for window in self.converter.windows(blocks, chunk)
            for target in targets
        )
        groups = iter(lambda: list(islice(jobs, len(targets) if chunk else self.batcher.chips)), [])
        pieces = chain.from_iterable(
            self.batcher.run(group, max(self.converter.form(job.window).frames for job in group)) for group in groups
        )
        return iter(lambda: list(islice(pieces, len(targets))), [])

    def warm_up(self) -> None:
        """Compile every form, with one window on each chip."""
        converter, config = self.converter, self.converter.config
        voice = np.zeros(config.gin_channels, np.float32)
        for form in converter.forms():
            frames = form.frames - form.masked
            samples = np.zeros(frames * config.hop_length + config.filter_length - config.hop_length, np.float32)
            keep = slice(0, min(frames, form.starts[-1] + converter.short - converter.receptive_field))
            window = Window(samples, 0, frames, keep, keep.stop * config.hop_length)
            self.batcher.run([WindowJob(window, voice, voice, 0.0, 0)] * self.batcher.chips, form.frames)
