# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The device's half of speech.py: sentences of any length on fixed shapes, as base speech or already in a voice.

A sentence costs two uploads and two downloads. Up: its ids, its style and the noise of its durations; down: how many
frames that makes. Up: the frames' noise, drawn by then for exactly so many, and where what stands; down: samples.
With a converter on the same device, base speech stays there: resampled, it is the converter's input.

Phones, word pieces and frames each have their buckets, which are shapes and therefore programs; what lies behind a
sentence's end in them is masked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from loguru import logger

import ttnn
from models.demos.openvoice.backend import VoiceTarget
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.melo_tts import MeloTTS as ReferenceMeloTTS
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences, TooManyFrames, draw
from models.demos.openvoice.text.fitting import MOST_IDS
from models.demos.openvoice.tt import bert as word_pieces
from models.demos.openvoice.tt import melo_parameters, melo_tts, parameters
from models.demos.openvoice.tt.batch import ACTIVATIONS
from models.demos.openvoice.tt.melo_tts import Encoding, FrameForm, MeloTTS, TextForm
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.resampling import Resampling, hops_per_frame
from models.demos.openvoice.tt.runner import DeviceConverter
from models.demos.openvoice.tt.trace import Replays
from models.demos.openvoice.windows import covering_starts, noise, rows_of_frames, spread_starts
from models.tt_audio.tt.buckets import smallest_bucket
from models.tt_audio.tt.memory import generator_window, rows_in_l1
from models.tt_audio.tt.sharding import TILE
from models.tt_audio.tt.tensors import concat_rows

PHONES = (64, 128, 256, MOST_IDS)
FRAMES = (128, 512, 768, 1024, 1536, MOST_FRAMES)  # and the generator's window; 2,048 frames of MeloTTS last 23.8 s
NOWHERE = -1.0  # the number of no row


@dataclass(frozen=True)
class Speaker:
    """What a speaker of the checkpoint adds to the network: rows [1, 1, 1, channels], None where nothing."""

    text_encoder: object | None
    duration_predictor: object
    stochastic_duration_predictor: object
    flow: list
    conv_pre: object

    def map(self, function: Callable) -> "Speaker":
        def of(value):
            return [of(item) for item in value] if isinstance(value, list) else value and function(value)

        return Speaker(**{name: of(value) for name, value in vars(self).items()})


class DeviceMeloTTS:
    """A loaded MeloTTS on one device. `reference` gives the weights; the arithmetic is all the device's.

    `bert`: the loaded BERT of the language (bert_files.py), or None to speak without; `converter`: the converter of
    `speak_in_voice`, on the same device; `window`: frames that the generator takes at once, None: as many as fit. The
    attributes `converter`, `backend` and `speak_in_voice` are None if base speech cannot be converted on the device.
    """

    def __init__(
        self,
        reference: ReferenceMeloTTS,
        device,
        bert=None,
        converter: DeviceConverter | None = None,
        precision: Precision | None = None,
        window: int | None = None,
    ):
        self.reference = reference
        self.config = reference.config
        self.device = device
        self.replays = Replays(converter.traces) if converter is not None and converter.traces is not None else None
        precision = precision or Precision()
        self.converter = self.backend = converter if converter is not None and self._convertible(converter) else None
        if self.converter is None:
            self.speak_in_voice = None
        # a window that is a bucket of its own serves the sentences that it holds whole
        self.window = window or min(generator_window(self.config, device, precision.generator, TILE), FRAMES[1])
        self.frames = sorted({*FRAMES, self.window})
        self.reach = reference.generator.reach
        encoder = reference.text_encoder
        self.model = MeloTTS(
            melo_parameters.preprocess(reference),
            bert and (melo_parameters.bert(bert, precision.bert), melo_parameters.phone_features(encoder.bert)),
            self.config,
            device,
            precision,
            self.window,
        )
        self.resampling = None
        if self.converter is not None:
            source, frame = self.config.sampling_rate, self.config.samples_per_frame
            self.resampling = Resampling(source, frame, converter.config, device, precision.spectrogram)
        self._speakers = {}

    def _convertible(self, converter: DeviceConverter) -> bool:
        """Return whether base speech can be converted on the device; else it leaves it as samples first."""
        hops = hops_per_frame(self.config.sampling_rate, self.config.samples_per_frame, converter.config)
        activations = converter.precision.posterior_encoder.activations
        rows = rows_in_l1(self.device, converter.config.hidden_channels, activations, ACTIVATIONS)
        if hops.denominator == 1 and FRAMES[-1] * hops <= rows:
            return True
        logger.info(f"base speech is resampled on the host: one of its frames lasts {hops} hops of the converter")
        return False

    def speak(self, sentences: Sentences, speakers, prosody: Prosody, randomness: Sequence) -> list:
        """Return one waveform [samples] for each sentence, from the same draws of noise as the oracle's `forward`."""
        encoding = self.encode(sentences, speakers, prosody, randomness)
        return self.speak_encoding(encoding, speakers, prosody, randomness)

    def speak_in_voice(
        self, sentences: Sentences, speakers, prosody: Prosody, randomness: Sequence, voice: VoiceTarget
    ) -> list:
        """As `speak`, but convert the speech before it leaves the device; samples are at the converter's rate."""
        encoding = self.encode(sentences, speakers, prosody, randomness)
        return self.speak_encoding(encoding, speakers, prosody, randomness, voice)

    def encode(self, sentences: Sentences, speakers, prosody: Prosody, randomness: Sequence) -> Encoding:
        """What the text decides, durations included; it stays on the device."""
        self.reference.check(sentences, speakers)
        number, rows = self._speaker(speakers)
        form = self._text_form(sentences, prosody)
        packed = self._packed_text(sentences, prosody, randomness, form)
        if self.replays is not None:
            self.replays.make_room()
        return self._run((number, form), packed, lambda tensor: self.model.encode(tensor, form, rows))

    def speak_encoding(
        self,
        encoding: Encoding,
        speakers,
        prosody: Prosody,
        randomness: Sequence,
        conversion: VoiceTarget | None = None,
    ) -> list:
        """Return one waveform [samples] for each sentence of an encoding."""
        counts = self._counts(encoding)
        if (longest := max(counts.tolist())) > MOST_FRAMES:
            raise TooManyFrames(longest)
        drawn = prosody.noise_scale * draw(randomness, self.config.inter_channels, counts)
        counts = counts.tolist()
        form = self._frame_form(encoding.form, counts)
        packed = self._packed_frames(drawn.numpy(), counts, form, conversion)
        number, rows = self._speaker(speakers)
        voices = conversion and self._voices(conversion)

        def frames(tensor):
            return self._frames(tensor, encoding, form, rows, voices)

        # a trace reads the encoding where the text's trace left it
        rows = self._run((number, encoding.form, form, bool(conversion)), packed, frames)
        rows = ttnn.to_torch(rows).numpy()
        kept = self._kept_converted if conversion else self._kept
        return [parameters.from_numpy(samples) for samples in kept(rows, counts, form)]

    def _counts(self, encoding: Encoding):
        """Frames of each sentence, the one value that the host needs: it chooses the bucket, and how much is drawn."""
        return ttnn.to_torch(encoding.placement.counts).reshape(-1).long().clamp_min(1)

    # --- text ---------------------------------------------------------------------------------------------------------

    def _text_form(self, sentences: Sentences, prosody: Prosody) -> TextForm:
        batch, longest = sentences.phones.shape
        phones = _bucket(PHONES, longest, f"a sentence of {longest} phones")
        tokens = 0
        if self.model.bert is not None:
            if sentences.pieces is None:
                raise ValueError("BERT runs on the device here: a sentence needs its word pieces, not features of them")
            longest = max(len(pieces.ids) for pieces in sentences.pieces)
            tokens = _bucket(word_pieces.BUCKETS, longest, f"a sentence of {longest} word pieces")
        return TextForm(batch, phones, tokens, prosody.sdp_ratio != 0)

    def _packed_text(self, sentences: Sentences, prosody: Prosody, randomness: Sequence, form: TextForm) -> np.ndarray:
        packed = np.zeros((form.batch, 1, max(form.phones, form.tokens), melo_tts.TEXT_COLUMNS), np.float32)
        packed[..., melo_tts.PIECE] = NOWHERE
        packed[..., melo_tts.TOKEN_MASK] = word_pieces.MASKED
        lengths = sentences.lengths
        noise_of_durations = draw(randomness, 2, lengths).numpy() if form.stochastic else None
        for item, length in enumerate(lengths.tolist()):
            of_phones = packed[item, 0, :length]
            kinds = (melo_tts.PHONE, melo_tts.TONE, melo_tts.LANGUAGE)
            for kind, ids in zip(kinds, (sentences.phones, sentences.tones, sentences.languages), strict=True):
                if ids is not None:
                    of_phones[:, kind] = ids[item, :length]
            of_phones[:, melo_tts.MASK] = 1
            of_phones[:, melo_tts.SDP_RATIO] = prosody.sdp_ratio
            of_phones[:, melo_tts.LENGTH_SCALE] = prosody.length_scale
            if form.stochastic:
                drawn = prosody.noise_scale_w * noise_of_durations[item, :, :length]
                of_phones[:, melo_tts.NOISE], of_phones[:, melo_tts.HELPER_NOISE] = drawn
            if form.tokens:
                ids, word2ph = sentences.pieces[item]
                of_phones[:, melo_tts.PIECE] = np.repeat(np.arange(len(ids)), word2ph)
                packed[item, 0, : len(ids), melo_tts.TOKEN] = ids
                packed[item, 0, : len(ids), melo_tts.TOKEN_MASK] = 0
        return packed

    # --- frames -------------------------------------------------------------------------------------------------------

    def _frame_form(self, form: TextForm, counts: Sequence[int]) -> FrameForm:
        frames = _bucket(self.frames, max(counts), f"a sentence of {max(counts)} frames")
        windows = 0 if frames <= self.window else -(-(frames - 2 * self.reach) // (self.window - 2 * self.reach))
        return FrameForm(form.batch, form.phones, frames, windows, min(counts) < min(self.window, frames))

    def _packed_frames(self, drawn: np.ndarray, counts: Sequence[int], form: FrameForm, conversion) -> np.ndarray:
        """Noise of the frames [batch, I, T], and where what stands, as the one tensor that travels."""
        resampling = self.resampling if conversion else None
        columns = melo_tts.frame_columns(self.config, resampling)
        hops = form.frames * resampling.hops + resampling.overlap if conversion else form.frames
        rows = max(form.windows * self.window, hops)
        packed = np.zeros((form.batch, 1, rows, columns.total), np.float32)
        packed[..., columns.windows], packed[..., columns.joined] = NOWHERE, NOWHERE
        for item, count in enumerate(counts):
            own = packed[item, 0]
            own[:count, columns.noise] = drawn[item, :, :count].T
            starts = self._starts(count, form)
            for number, start in enumerate(starts):
                own[number * self.window : (number + 1) * self.window, columns.windows] = start + np.arange(self.window)
            own[:count, columns.joined] = self._joined(count, starts)
            if conversion:
                existing = count * resampling.hops
                drawn_there = noise(conversion.seeds[item], resampling.config.inter_channels, 0, existing)
                own[:existing, columns.conversion_noise] = conversion.tau * drawn_there.T
                own[:hops, columns.kinds] = resampling.masks(count, form.frames)
                if resampling.hops > 1:
                    own[:existing, columns.conversion_mask] = 1
        return packed

    def _starts(self, count: int, form: FrameForm) -> list[int]:
        """Return the first frame of each generator window of a sentence of `count` frames."""
        return spread_starts(count, self.window, form.windows)

    def _joined(self, count: int, starts: Sequence[int]) -> np.ndarray:
        """Return for each frame of a sentence the row that holds its samples, among all rows of the windows."""
        return rows_of_frames(count, starts, self.window, self.reach)

    def _frames(self, packed, encoding: Encoding, form: FrameForm, speaker, voices):
        """-> what is to be downloaded: rows of samples, those of all sentences one below the other"""
        resampling = self.resampling if voices else None
        columns = melo_tts.frame_columns(self.config, resampling)
        z, mask = self.model.latents(encoding, melo_tts.columns(packed, columns.noise, form.frames), form, speaker)
        places = form.windows and melo_tts.column(packed, columns.windows, form.windows * self.window)
        rows = self.model.waveform(z, mask, places, form, speaker)
        if voices is None:
            return concat_rows(rows)
        places = form.windows and melo_tts.column(packed, columns.joined, form.frames)
        speech = self.model.base_speech(rows, mask, places, form)
        frames = form.frames * resampling.hops
        kinds = range(columns.kinds.start, columns.kinds.stop)
        kinds = [melo_tts.column(packed, kind, frames + resampling.overlap) for kind in kinds]
        drawn = melo_tts.columns(packed, columns.conversion_noise, frames)
        if resampling.hops > 1:
            mask = melo_tts.column(packed, columns.conversion_mask, frames)
        return self._converted(resampling(speech, kinds, form.batch), drawn, mask, form, *voices)

    def _voices(self, conversion: VoiceTarget) -> tuple:
        """The biases of both voices on the device: under traces where the converter's traces read them, too."""
        voices = self.converter.voice(conversion.source), self.converter.voice(conversion.target)
        if self.replays is None:
            return voices
        traces = self.converter.traces
        for slot, voice in zip((traces.source, traces.target), voices, strict=True):
            slot.load(voice)
        return traces.source.biases, traces.target.biases

    def _converted(self, hops, drawn, mask, form: FrameForm, source, target):
        network, batch = self.converter.converter, form.batch
        z = network.voiced(network.neutral(hops, drawn, source, mask, batch), target, mask, batch)
        frames = form.frames * self.resampling.hops
        window, starts = min(self.converter.short, frames), self._converter_starts(frames)
        rows = []
        for item in range(batch):
            at = [item * frames + start for start in starts]
            rows += network.rows(z, at, window, target.conv_pre, mask)
        return concat_rows(rows)

    def _converter_starts(self, frames: int) -> tuple[int, ...]:
        return covering_starts(frames, self.converter.short, self.converter.reach)

    # --- what comes back ----------------------------------------------------------------------------------------------

    def _kept(self, rows: np.ndarray, counts: Sequence[int], form: FrameForm) -> list[np.ndarray]:
        items = rows.reshape(form.batch, -1, self.config.samples_per_frame)
        return [
            own[self._joined(count, self._starts(count, form))].reshape(-1)
            for own, count in zip(items, counts, strict=True)
        ]

    def _kept_converted(self, rows: np.ndarray, counts: Sequence[int], form: FrameForm) -> list[np.ndarray]:
        starts = self._converter_starts(form.frames * self.resampling.hops)
        items = rows.reshape(form.batch, len(starts), -1)
        kept = [slice(0, count * self.resampling.hops) for count in counts]
        return [self.converter.kept(own, starts, frames) for own, frames in zip(items, kept, strict=True)]

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _run(self, form, packed: np.ndarray, compute: Callable):
        """`compute` of the packed tensor on the device, op by op or replayed."""
        packed = parameters.from_numpy(packed)
        if self.replays is not None:
            return self.replays.run(form, packed, compute)
        return compute(ttnn.from_torch(packed, dtype=ttnn.float32, layout=ttnn.ROW_MAJOR_LAYOUT, device=self.device))

    def _speaker(self, speakers) -> tuple[int, Speaker]:
        """The number and the rows of a speaker, on the device; there are few of them, and each stays."""
        numbers = set(speakers.tolist())
        if len(numbers) > 1:
            raise ValueError(f"the sentences of a batch have one speaker, not {sorted(numbers)}: give each its batch")
        (number,) = numbers
        if number not in self._speakers:
            if self.replays is not None:
                self.replays.traces.drop()  # the rows must not lie where a trace writes
            rows = Speaker(**melo_parameters.condition(self.reference, number))
            self._speakers[number] = rows.map(lambda row: ttnn.to_device(row, self.device))
        return number, self._speakers[number]


def _bucket(buckets: Sequence[int], length: int, what: str) -> int:
    too_long = f"{what} is too long for the device: at most {buckets[-1]}; split the text, or use the backend 'torch'"
    return smallest_bucket(buckets, length, too_long)
