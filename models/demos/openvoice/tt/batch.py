# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Many conversions in one pass, on one chip or spread over a mesh: what pipeline.py holds as its backend "ttnn".

The windows of all recordings (runner.py) are jobs. Jobs of one bucket share a pass: one packed upload, and the
spectrogram, the encoder and both ways of the flow once, over the rows of all of them; one download at the end. The
generator runs job by job, because its L1 holds one window. Jobs of different voices share all weights, but not the
biases of the convolutions that the voice enters: those become additions, one a layer, unless a chip has one voice only.

On a mesh the jobs of a pass are dealt out, equally many to each chip, in order: the upload and the voices are sharded
over the chips, the weights replicated, the rows of samples concatenated. A chip without a job computes silence.

Every number of jobs a chip compiles programs of its own when it first comes.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import numpy as np

import ttnn
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.converter import packed_shape
from models.demos.openvoice.tt.runner import Conditioning, DeviceConverter
from models.demos.openvoice.windows import Conversion, Window
from models.tt_audio.tt.memory import rows_in_l1
from models.tt_audio.tt.tensors import concat_rows

# Activations of the hidden width that the flow and a WaveNet's convolution hold at once, in the ledger: 13.2.
ACTIVATIONS = 13.3
COMBINATIONS_KEPT = 16  # of voices, on the device: of ten about 8 MB each in tiles


@dataclass(frozen=True)
class Job:
    """A window and what to make of it."""

    window: Window
    source: np.ndarray
    target: np.ndarray
    tau: float
    seed: int


@dataclass(frozen=True)
class Voices:
    """What the voices of a pass put into the network: biases [1 or jobs, 1, 1, channels] on each chip."""

    encoder: list | None
    flow: list
    conv_pre: list  # one a job: the generator runs job by job


class BatchConverter(DeviceConverter):
    def __init__(self, reference, device, precision=None, traced: bool | None = None, window: int | None = None):
        self.chips = device.get_num_devices()
        # A trace reads its inputs at the places of one chip; a mesh runs op by op.
        super().__init__(reference, device, precision, traced if self.chips == 1 else False, window)
        self.most_rows = rows_in_l1(
            device, self.config.hidden_channels, self.precision.posterior_encoder.activations, ACTIVATIONS
        )
        self._several: OrderedDict[tuple, Voices] = OrderedDict()

    def convert_batch(self, conversions: Sequence[Conversion]) -> list[np.ndarray]:
        """The samples of each conversion, in the order given, as long as its recording."""
        jobs, ends = [], []
        for conversion in conversions:
            for window in self._windows([conversion.samples]):
                jobs.append(Job(window, conversion.source, conversion.target, conversion.tau, conversion.seed))
            ends.append(len(jobs))
        pieces = {}
        for bucket in (self.short, self.long):
            numbers = [i for i, job in enumerate(jobs) if self._form(job.window).frames == bucket]
            for group in self._groups(numbers, bucket):
                pieces |= zip(group, self._pass([jobs[i] for i in group], bucket), strict=True)
        return [np.concatenate([pieces[i] for i in range(*of_one)]) for of_one in pairwise([0, *ends])]

    # --- the backend of pipeline.py, on a mesh ------------------------------------------------------------------------

    def convert(
        self,
        blocks: Iterable[np.ndarray],
        source: np.ndarray,
        targets: Sequence[np.ndarray],
        tau: float,
        seed: int,
        chunk: int | None = None,
    ) -> Iterator[list[np.ndarray]]:
        """Samples in blocks -> for each stretch of `chunk` frames the samples in each target voice.

        A stretch in one voice is a job; a stream gets its pieces one by one, else every chip has a job in each pass.
        """
        if self.chips == 1:
            return super().convert(blocks, source, targets, tau, seed, chunk)
        jobs = (Job(window, source, target, tau, seed) for window in self._windows(blocks, chunk) for target in targets)
        groups = iter(lambda: list(islice(jobs, len(targets) if chunk else self.chips)), [])
        pieces = chain.from_iterable(
            self._pass(group, max(self._form(job.window).frames for job in group)) for group in groups
        )
        return iter(lambda: list(islice(pieces, len(targets))), [])

    def speech_network(self, model, bert) -> None:
        """None: on a mesh PyTorch speaks."""
        return None

    def warm_up(self) -> None:
        """Of one chip as in runner.py; of a mesh every form with one window a chip."""
        if self.chips == 1:
            return super().warm_up()
        voice = np.zeros(self.config.gin_channels, np.float32)
        overlap = self.config.filter_length - self.config.hop_length
        for form in self._forms():
            frames = form.frames - form.masked
            samples = np.zeros(frames * self.config.hop_length + overlap, np.float32)
            keep = slice(0, min(frames, form.starts[-1] + self.short - self.reach))
            window = Window(samples, 0, frames, keep, keep.stop * self.config.hop_length)
            self._pass([Job(window, voice, voice, 0.0, 0)] * self.chips, form.frames)

    # --- one pass -----------------------------------------------------------------------------------------------------

    def _groups(self, numbers: list[int], bucket: int) -> list[list[int]]:
        """Jobs of one bucket in as few passes as L1 allows, all of about the same size."""
        most = self.chips * max(1, self.most_rows // bucket)
        return [list(group) for group in np.array_split(numbers, -(-len(numbers) // most))] if numbers else []

    def _pass(self, jobs: Sequence[Job], bucket: int) -> list[np.ndarray]:
        """The samples of each job. A chip has `batch` places; the jobs fill those of the first chip, then the next."""
        if self.traces:
            self.traces.drop()  # what a batch keeps on the device must not lie where a trace writes
        batch = -(-len(jobs) // self.chips)
        filled = [*jobs, *[jobs[-1]] * (batch * self.chips - len(jobs))]  # idle places need a voice, too
        source = self._voices_of([job.source for job in filled])
        target = self._voices_of([job.target for job in filled])
        masked = [job.window.frames < bucket for job in jobs]
        # What is generated of a job, every chip generates of the job that it has in the same place.
        stops = [job.window.keep.stop for job in jobs]
        starts = [self.generator_starts(bucket, max(stops[place::batch])) for place in range(batch)]

        packed = ttnn.from_torch(
            self._packed_jobs(jobs, bucket, batch),
            dtype=ttnn.float32,
            layout=ttnn.ROW_MAJOR_LAYOUT,
            device=self.device,
            mesh_mapper=ttnn.ShardTensorToMesh(self.device, dim=0),
        )
        hops, drawn, mask = self.converter.unpack(packed, bucket, any(masked))
        neutral = self.converter.neutral(hops, drawn, source, mask, batch)
        z = self.converter.voiced(neutral, target, mask, batch)
        rows = []
        for place in range(batch):
            own_mask = mask if any(masked[place::batch]) else None
            at = [place * bucket + start for start in starts[place]]
            rows += self.converter.rows(z, at, self.short, target.conv_pre[place], own_mask)
        samples = ttnn.to_torch(concat_rows(rows), mesh_composer=ttnn.ConcatMeshToTensor(self.device, dim=0)).numpy()

        of_place = np.cumsum([0, *map(len, starts)])
        samples = samples.reshape(self.chips, of_place[-1], -1)
        return [
            self.kept(samples[i // batch, slice(*of_place[i % batch :][:2])], starts[i % batch], job.window.keep)[
                : job.window.keep_samples
            ]
            for i, job in enumerate(jobs)
        ]

    def _packed_jobs(self, jobs: Sequence[Job], bucket: int, batch: int):
        packed = np.zeros((batch * self.chips, 1, *packed_shape(self.config, bucket)), np.float32)
        for job, place in zip(jobs, packed, strict=False):  # idle places stay zero
            place[:] = self._packed(job.window, bucket, job.tau, job.seed).numpy()[0]
        return parameters.from_numpy(packed)

    # --- voices -------------------------------------------------------------------------------------------------------

    def _voices_of(self, embeddings: Sequence[np.ndarray]) -> Voices:
        """The biases of one voice a job; the last combinations used stay on the device."""
        embeddings = np.stack([self._checked(embedding) for embedding in embeddings])
        key = len(embeddings), embeddings.tobytes()
        if key not in self._several:
            self._several[key] = self._combined(embeddings)
            if len(self._several) > COMBINATIONS_KEPT:
                self._several.popitem(last=False)
        self._several.move_to_end(key)
        return self._several[key]

    def _combined(self, embeddings: np.ndarray) -> Voices:
        chips = embeddings.reshape(self.chips, -1, embeddings.shape[1])
        of_one_voice = (chips == chips[:, :1]).all()
        shared = self._on_mesh(chips[:, 0] if of_one_voice else embeddings)
        places = [chips[:, 0]] if of_one_voice else chips.swapaxes(0, 1)
        conv_pre = [None if self.config.zero_g else self._on_mesh(place).conv_pre for place in places]
        return Voices(shared.encoder, shared.flow, conv_pre * (chips.shape[1] // len(conv_pre)))

    def _on_mesh(self, embeddings: np.ndarray) -> Conditioning:
        """Embeddings [chips * n, gin_channels] -> on each chip the biases of its n voices."""
        biases = self._biases(embeddings, ttnn.ShardTensorToMesh(self.device, dim=0))
        return biases.map(lambda bias: ttnn.to_device(bias, self.device))
