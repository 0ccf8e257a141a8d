# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS on one device for sentences of any length: base speech, or speech converted on the device.

A sentence costs two uploads and two downloads (packing.py draws the packed tensors):

    upload     ids, prosody and the noise of the durations
    download   the number of frames, which decides the next bucket and how much noise is drawn
    upload     the noise of the frames, and the index columns of the generator's windows
    download   samples

With a converter on the same device base speech does not leave it: it is resampled to the converter's hops there.
Phones, word pieces and frames each have their own buckets; a sentence is padded to its buckets, and the padding is
masked.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from loguru import logger
from torch import Generator as RandomGenerator

import ttnn
from models.demos.openvoice.backend import VoiceTarget
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.melo_tts import MeloTTS as ReferenceMeloTTS
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences, TooManyFrames, draw
from models.demos.openvoice.tt.batch import latent_rows
from models.demos.openvoice.tt.conditioning import Conditioning, Speaker
from models.demos.openvoice.tt.device_converter import DeviceConverter
from models.demos.openvoice.tt.forms import FRAMES, FrameForm, TextForm, frame_form, text_form
from models.demos.openvoice.tt.melo_tts import Encoding, MeloTTS
from models.demos.openvoice.tt.packing import frame_columns, pack_frames, pack_text, read_column, read_columns
from models.demos.openvoice.tt.parameters import bert as bert_parameters
from models.demos.openvoice.tt.parameters.conditioning import speaker_rows
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.parameters.resampling import hops_per_frame
from models.demos.openvoice.tt.parameters.resampling import resampling as resampling_parameters
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.resampling import Resampling
from models.demos.openvoice.tt.runner import ChipRunner
from models.demos.openvoice.windows import rows_of_frames, spread_starts
from models.tt_audio.tt.memory import generator_window
from models.tt_audio.tt.sharding import TILE
from models.tt_audio.tt.tensors import concat_rows, download, upload

if TYPE_CHECKING:
    from models.demos.openvoice.tt.backend import DeviceBackend

FORMS_KEPT = 24  # traces of sentences, each of up to 1,000 programs; backend.TRACE_REGION_SIZE is enough for them


class OnDevice(NamedTuple):
    """Parts that convert base speech on the device that speaks."""

    runner: ChipRunner
    resampling: Resampling


class DeviceMeloTTS:
    """MeloTTS on one device, as backend.SpeechNetwork: the two passes of a sentence, their buckets and noise."""

    def __init__(
        self,
        reference: ReferenceMeloTTS,
        device: ttnn.MeshDevice,
        bert: torch.nn.Module | None = None,
        backend: "DeviceBackend | None" = None,
        precision: Precision | None = None,
        window: int | None = None,
    ):
        """`reference` gives the weights; the device does all arithmetic.

        `bert`: the loaded BERT of the language (bert_loading.py), or None to speak without. `backend`: a DeviceBackend
        on the same device, whose traces are shared and whose runner converts. `window`: frames that the generator
        processes at once; None: as many as fit.
        """
        self.reference = reference
        self.config = reference.config
        self.device = device
        self.traces = None if backend is None else backend.traces
        precision = precision or Precision()
        # both None where base speech cannot be converted on the device
        self.backend: DeviceBackend | None = None
        self.conversion: OnDevice | None = None
        # the window is a bucket, too: a sentence that fits in it needs one window only
        self.window = window or min(generator_window(self.config, device, precision.generator, TILE), FRAMES[1])
        self.frames = sorted({*FRAMES, self.window})
        self.receptive_field = reference.generator.receptive_field
        encoder = reference.text_encoder
        self.model = MeloTTS(
            preprocess(reference),
            bert and (bert_parameters.bert(bert, precision.bert), bert_parameters.phone_features(encoder.bert)),
            self.config,
            device,
            precision,
            self.window,
        )
        if backend is not None and isinstance(backend.runner, ChipRunner) and self._convertible(backend.converter):
            config, frame = backend.converter.config, self.config.samples_per_frame
            parameters = resampling_parameters(self.config.sampling_rate, frame, config)
            resampling = Resampling(parameters, config, device, precision.spectrogram)
            self.backend, self.conversion = backend, OnDevice(backend.runner, resampling)
        self._speakers: dict[int, Speaker] = {}

    @property
    def speak_in_voice(self) -> Callable[..., list[torch.Tensor]] | None:
        """Return the method that speaks and converts, or None where base speech cannot be converted on the device."""
        return None if self.backend is None else self._speak_in_voice

    def speak(
        self,
        sentences: Sentences,
        speakers: torch.Tensor,
        prosody: Prosody,
        randomness: Sequence[RandomGenerator],
    ) -> list[torch.Tensor]:
        """Return one waveform [samples] for each sentence, from the same draws of noise as the oracle's `forward`."""
        encoding = self.encode(sentences, speakers, prosody, randomness)
        return self.speak_encoding(encoding, speakers, prosody, randomness)

    def _speak_in_voice(
        self,
        sentences: Sentences,
        speakers: torch.Tensor,
        prosody: Prosody,
        randomness: Sequence[RandomGenerator],
        voice: VoiceTarget,
    ) -> list[torch.Tensor]:
        """Speak as `speak` does, but convert the speech on the device; the samples are at the converter's rate."""
        encoding = self.encode(sentences, speakers, prosody, randomness)
        return self.speak_encoding(encoding, speakers, prosody, randomness, voice)

    def encode(
        self,
        sentences: Sentences,
        speakers: torch.Tensor,
        prosody: Prosody,
        randomness: Sequence[RandomGenerator],
    ) -> Encoding:
        """Run the text side, from ids to durations; the result stays on the device.

        `speakers` [B] is the same number for all sentences; `randomness` has a generator for each of them.
        """
        self.reference.check(sentences, speakers)
        self.reference.check_prosody(prosody)
        number, rows = self._speaker(speakers)
        form = text_form(sentences, prosody, self.model.bert is not None)
        packed = self._packed_text(sentences, prosody, randomness, form)
        if self.traces is not None:
            self.traces.keep_at_most(FORMS_KEPT, self)
        return self._run((self, number, form), packed, lambda tensor: self.model.encode(tensor, form, rows))

    def speak_encoding(
        self,
        encoding: Encoding,
        speakers: torch.Tensor,
        prosody: Prosody,
        randomness: Sequence[RandomGenerator],
        voice: VoiceTarget | None = None,
    ) -> list[torch.Tensor]:
        """Run the frame side: return one waveform [samples] for each sentence of an encoding.

        `speakers`, `prosody` and `randomness` are those of `encode`. With `voice` speech is converted on the device.
        """
        lengths = self._counts(encoding)
        counts = lengths.tolist()
        if (longest := max(counts)) > MOST_FRAMES:
            raise TooManyFrames(longest)
        drawn = prosody.noise_scale * draw(randomness, self.config.inter_channels, lengths)
        form = frame_form(encoding.form, counts, self.frames, self.window, self.receptive_field)
        packed = self._packed_frames(drawn.numpy(), counts, form, voice)
        number, speaker = self._speaker(speakers)
        voices = None if voice is None else self._on_device().runner.voices(voice.source, voice.target)

        def frames(tensor: ttnn.Tensor) -> ttnn.Tensor:
            return self._frames(tensor, encoding, form, speaker, voices)

        # a trace reads the encoding at the address where the trace of the text side wrote it
        rows = download(self._run((self, number, encoding.form, form, voice is not None), packed, frames))
        if voice is None:
            waveforms = self._kept(rows, counts, form)
        else:
            runner, resampling = self._on_device()
            valid = [count * resampling.hops for count in counts]
            waveforms = runner.kept_of_hops(rows, form.frames * resampling.hops, valid)
        return [torch.from_numpy(samples) for samples in waveforms]

    def _on_device(self) -> OnDevice:
        if self.conversion is None:
            raise ValueError("base speech cannot be converted on this device: convert its samples")
        return self.conversion

    def _convertible(self, converter: DeviceConverter) -> bool:
        """Return whether base speech can be converted on the device; if not, the host resamples it."""
        hops = hops_per_frame(self.config.sampling_rate, self.config.samples_per_frame, converter.config)
        if hops.denominator == 1 and FRAMES[-1] * hops <= latent_rows(converter):
            return True
        logger.info(f"base speech is resampled on the host: one of its frames lasts {hops} hops of the converter")
        return False

    def _counts(self, encoding: Encoding) -> torch.Tensor:
        """Download the number of frames of each sentence. -> int64 [batch], at least 1"""
        return ttnn.to_torch(encoding.placement.counts).reshape(-1).long().clamp_min(1)

    # --- text ---------------------------------------------------------------------------------------------------------

    def _packed_text(
        self, sentences: Sentences, prosody: Prosody, randomness: Sequence[RandomGenerator], form: TextForm
    ) -> np.ndarray:
        """Draw the noise of the durations and pack the text. -> [batch, 1, rows, TEXT_COLUMNS]"""
        duration_noise = draw(randomness, 2, sentences.lengths).numpy() if form.stochastic else None
        return pack_text(sentences, prosody, duration_noise, form)

    # --- frames -------------------------------------------------------------------------------------------------------

    def _packed_frames(
        self, drawn: np.ndarray, counts: list[int], form: FrameForm, voice: VoiceTarget | None
    ) -> np.ndarray:
        """Pack the frames with noise `drawn` [batch, I, T]. -> [batch, 1, rows, FrameColumns.total]"""
        resampling = None if voice is None else self._on_device().resampling
        return pack_frames(drawn, counts, form, self.config, self.window, self.receptive_field, voice, resampling)

    def _frames(
        self,
        packed: ttnn.Tensor,
        encoding: Encoding,
        form: FrameForm,
        speaker: Speaker,
        voices: tuple[Conditioning, Conditioning] | None,
    ) -> ttnn.Tensor:
        """Compute the rows of samples to download, one sentence after the other.

        Without `voices` (biases of source and target) they are the rows of `MeloTTS.waveform`, else those of
        `convert_hops`.
        """
        columns = frame_columns(self.config, None if voices is None else self._on_device().resampling)
        z, mask = self.model.latents(encoding, read_columns(packed, columns.noise, form.frames), form, speaker)
        frame_index = row_index = None
        if form.windows:
            frame_index = read_column(packed, columns.windows, form.windows * self.window)
        rows = self.model.waveform(z, mask, frame_index, form, speaker)
        if voices is None:
            return concat_rows(rows)
        runner, resampling = self._on_device()
        if form.windows:
            row_index = read_column(packed, columns.joined, form.frames)
        speech = self.model.base_speech(rows, mask, row_index, form)
        frames = form.frames * resampling.hops
        variants = range(columns.hop_masks.start, columns.hop_masks.stop)
        hop_masks = [read_column(packed, variant, frames + resampling.overlap) for variant in variants]
        drawn = read_columns(packed, columns.conversion_noise, frames)
        if resampling.hops > 1:
            mask = read_column(packed, columns.conversion_mask, frames)
        hops = resampling(speech, hop_masks, form.batch)
        return runner.convert_hops(hops, drawn, mask, frames, form.batch, *voices)

    def _kept(self, rows: np.ndarray, counts: Sequence[int], form: FrameForm) -> list[np.ndarray]:
        """Join the downloaded rows of all windows to the samples [N] of each sentence, which has `counts` frames."""
        items = rows.reshape(form.batch, -1, self.config.samples_per_frame)
        kept = []
        for own, count in zip(items, counts, strict=True):
            starts = spread_starts(count, self.window, form.windows)
            kept.append(own[rows_of_frames(count, starts, self.window, self.receptive_field)].reshape(-1))
        return kept

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _run(self, form: tuple[Hashable, ...], packed: np.ndarray, compute: Callable[[ttnn.Tensor], Any]) -> Any:
        """Upload `packed` and return the result of `compute` for it, which runs op by op or is replayed from a trace.

        Calls with the same `form` run the same programs.
        """
        if self.traces is not None:
            return self.traces.run(form, packed, compute)
        return compute(upload(packed, self.device, layout=ttnn.ROW_MAJOR_LAYOUT))

    def _speaker(self, speakers: torch.Tensor) -> tuple[int, Speaker]:
        """Return the number of the one speaker in `speakers` [batch] and its rows, which stay on the device."""
        numbers = set(speakers.tolist())
        if len(numbers) > 1:
            raise ValueError(f"the sentences of a batch have one speaker, not {sorted(numbers)}: give each its batch")
        (number,) = numbers
        if number not in self._speakers:
            if self.traces is not None:
                self.traces.release()  # a trace captured earlier would overwrite the rows
            rows = Speaker(**speaker_rows(self.reference, number))
            self._speakers[number] = rows.map(lambda row: ttnn.to_device(row, self.device))
        return number, self._speakers[number]
