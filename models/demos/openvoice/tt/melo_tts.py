# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS on the device, from text to base speech: mirrors reference/melo_tts.py.

    packed text -> BERT, text encoder, duration predictors -> number of frames, downloaded to choose the bucket T
    packed frames -> repeated phones + noise -> reversed flow -> generator, window by window -> rows of samples

Phones are rows [1, 1, batch * N, ...], frames are rows [1, 1, batch * T, ...], one sentence after the other. A speaker
enters as rows of biases (parameters/conditioning.py). The generator's windows are chosen at run time: an index column
says which frame each row of each window takes, and a one-hot matrix gathers them. So the last window ends where the
sentence ends, and only a sentence shorter than one window needs masks. packing.py draws the packed tensors.
"""

from typing import Any, NamedTuple

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.tt import alignment
from models.demos.openvoice.tt.alignment import Alignment, Placement
from models.demos.openvoice.tt.bert import Bert, PhoneFeatures
from models.demos.openvoice.tt.conditioning import Speaker
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.tt.duration_predictor import DurationPredictor
from models.demos.openvoice.tt.forms import FrameForm, TextForm
from models.demos.openvoice.tt.packing import (
    HELPER_NOISE,
    LANGUAGE,
    LENGTH_SCALE,
    MASK,
    NOISE,
    PHONE,
    PIECE,
    SDP_RATIO,
    TOKEN,
    TOKEN_MASK,
    TONE,
    read_as_row,
    read_column,
    read_ids,
)
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.stochastic_duration_predictor import StochasticDurationPredictor
from models.demos.openvoice.tt.text_encoder import TextEncoder
from models.tt_audio.tt.activations import EXP
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.tensors import RowGather, concat_rows, row_slice
from ttnn.model_preprocessing import ParameterDict


class Encoding(NamedTuple):
    """Results of the text side; the tensors stay on the device."""

    statistics: ttnn.Tensor  # [1, 1, batch * N, 2 I]: means, then log deviations
    placement: Placement
    form: TextForm


class MeloTTS:
    """Text-to-speech networks of MeloTTS with their weights on the device."""

    def __init__(
        self,
        weights: ParameterDict,
        bert: tuple[ParameterDict, ParameterDict] | None,
        config: MeloConfig,
        device: ttnn.MeshDevice,
        precision: Precision,
        window: int,
    ):
        """`bert`: parameters of the language's BERT and of its projection, or None to speak without it.

        `window`: frames that the generator processes at once.
        """
        self.config = config
        self.device = device
        self.window = window
        self.bert = bert and Bert(bert[0], device, precision.bert)
        self.phone_features = bert and PhoneFeatures(bert[1], device, precision.bert)
        self.text_encoder = TextEncoder(weights.text_encoder, device, precision.text)
        self.duration_predictor = None
        if config.deterministic_durations:
            self.duration_predictor = DurationPredictor(weights.duration_predictor, device, precision.text)
        self.stochastic_duration_predictor = StochasticDurationPredictor(
            weights.stochastic_duration_predictor, device, precision.text
        )
        self.alignment = Alignment(device, precision.text)
        flow = TransformerCouplingBlock if config.transformer_flow else ResidualCouplingBlock
        self.flow = flow(weights.flow, device, precision.flow)
        self.generator = Generator(weights.generator, device, precision.generator)
        self.gather = RowGather(device, precision.generator)

    def encode(self, packed: ttnn.Tensor, form: TextForm, speaker: Speaker) -> Encoding:
        """Run the text side on packed text [batch, 1, rows, TEXT_COLUMNS]. The host then reads `placement.counts`."""
        batch, phones = form.batch, form.phones
        mask = read_column(packed, MASK, phones)
        features = None
        if form.tokens:
            if self.bert is None or self.phone_features is None:
                raise ValueError("word pieces were given to a model without BERT")
            rows = self.bert(read_ids(packed, TOKEN, form.tokens), read_as_row(packed, TOKEN_MASK, form.tokens))
            pieces = ttnn.reshape(read_column(packed, PIECE, phones), (batch, 1, phones, 1))
            features = self.phone_features(rows, pieces)
        ids = [read_ids(packed, index, phones) for index in (PHONE, TONE, LANGUAGE)[: 3 if self.config.is_melo else 1]]
        text, statistics = self.text_encoder(ids, features, mask, speaker.text_encoder, batch)
        log_durations = None
        if self.duration_predictor is not None:
            log_durations = self.duration_predictor(text, mask, speaker.duration_predictor, batch)
        if form.stochastic:
            noise = [read_column(packed, index, phones) for index in (NOISE, HELPER_NOISE)]
            stochastic = self.stochastic_duration_predictor(
                text, mask, speaker.stochastic_duration_predictor, noise, batch
            )
            if log_durations is None:
                log_durations = stochastic
            else:
                log_durations = alignment.mixed(log_durations, stochastic, read_column(packed, SDP_RATIO, phones))
        durations = alignment.durations(log_durations, read_column(packed, LENGTH_SCALE, phones))
        return Encoding(statistics, self.alignment.place(durations, batch), form)

    def latents(
        self, encoding: Encoding, noise: ttnn.Tensor, form: FrameForm, speaker: Speaker
    ) -> tuple[ttnn.Tensor, ttnn.Tensor]:
        """Return the generator's input [1, 1, batch * T, I] in DRAM and the mask of valid frames [1, 1, batch * T, 1].

        `noise` [1, 1, batch * T, I] is already scaled.
        """
        batch, frames = form.batch, form.frames
        mask = self.alignment.sequence_mask(encoding.placement.counts, frames)
        repeated = self.alignment.repeat_phones(encoding.statistics, encoding.placement, frames)
        mean, log_deviation = ttnn.split(repeated, noise.shape[3], 3)
        deviated = ttnn.multiply(log_deviation, noise, input_tensor_a_activations=[EXP])
        z = ttnn.addcmul(mean, deviated, mask)  # mask the noise; the repeated means are 0 after the end already
        biases: Any = speaker.flow  # those that this kind of flow takes
        halves = self.flow(ttnn.split(z, z.shape[3] // 2, 3), biases, mask, reverse=True, batch=batch)
        return ttnn.concat(list(halves), dim=3, memory_config=ttnn.DRAM_MEMORY_CONFIG), mask

    def waveform(
        self, z: ttnn.Tensor, mask: ttnn.Tensor, frame_index: ttnn.Tensor | None, form: FrameForm, speaker: Speaker
    ) -> list[ttnn.Tensor]:
        """Generate the sentences; return for each its rows of samples [1, 1, windows * window, samples of a frame].

        `z` and `mask` are those of `latents`. `frame_index` [1, 1, batch * windows * window, 1]: the frame of z that
        each of the rows takes; None where the form has no windows: then the one window is the whole bucket.
        """
        return [concat_rows(self._sentence(z, mask, frame_index, form, item, speaker)) for item in range(form.batch)]

    def base_speech(
        self, rows: list[ttnn.Tensor], mask: ttnn.Tensor, row_index: ttnn.Tensor | None, form: FrameForm
    ) -> ttnn.Tensor:
        """Gather the rows of `waveform` that are kept: one for each frame, zeros after the end of a sentence.

        -> [1, 1, batch * T, samples of a frame]

        `mask` is that of `latents`. `row_index` [1, 1, batch * T, 1]: the row of the sentence's own `rows` that
        contains each frame, or -1 after the end; None where the form has no windows.
        """
        sentences = []
        for item, own in enumerate(rows):
            own = ttnn.to_layout(own, ttnn.TILE_LAYOUT)
            if form.windows:
                sentences.append(self.gather(own, _item_rows(row_index, item, form.batch)))
            else:
                sentences.append(ttnn.multiply(own, _item_rows(mask, item, form.batch)))
        return concat_rows(sentences)

    def _sentence(
        self,
        z: ttnn.Tensor,
        mask: ttnn.Tensor,
        frame_index: ttnn.Tensor | None,
        form: FrameForm,
        item: int,
        speaker: Speaker,
    ) -> list[ttnn.Tensor]:
        """Generate sentence number `item`; return the rows of samples of each window. Arguments as in `waveform`."""
        z, mask = (_item_rows(x, item, form.batch) for x in (z, mask))
        if not form.windows:
            return [self._rows_of_samples(z, mask if form.masked else None, speaker)]
        index = _item_rows(frame_index, item, form.batch)
        frames = self.gather(z, index)
        valid = self.gather(mask, index) if form.masked else None
        return [
            self._rows_of_samples(
                row_slice(frames, start, self.window),
                None if valid is None else row_slice(valid, start, self.window),
                speaker,
            )
            for start in range(0, form.windows * self.window, self.window)
        ]

    def _rows_of_samples(self, z: ttnn.Tensor, mask: ttnn.Tensor | None, speaker: Speaker) -> ttnn.Tensor:
        """Generate the frames of z [1, 1, frames, I]. -> [1, 1, frames, samples of a frame], row-major in DRAM"""
        phases = self.generator(z, None if mask is None else self.generator.masks(mask), speaker.conv_pre)
        rows = ttnn.to_layout(phases, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(phases)
        frame = self.config.samples_per_frame
        return ttnn.reshape(rows, (1, 1, rows.shape[2] * rows.shape[3] // frame, frame))


def _item_rows(x: ttnn.Tensor, item: int, batch: int) -> ttnn.Tensor:
    """Return the rows of one item of x [1, 1, batch * rows, C]."""
    rows = x.shape[2] // batch
    return x if batch == 1 else row_slice(x, item * rows, rows)
