# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to base speech on the device: mirrors reference/melo_tts.py.

    packed text -> BERT, text encoder, both duration predictors -> frames of each sentence, to the host: they choose T
    packed frames -> [repeat each phone] -> + noise -> reversed flow -> generator, window by window -> rows of samples

Phones are rows [1, 1, batch * N, ...], frames are rows [1, 1, batch * T, ...], the sentences one below the other. What
a speaker changes are the rows of melo_parameters.condition. The generator's windows are chosen at run time: which frame
stands in which row of which window is data, a column of numbers that becomes a matrix of ones and zeros. So the last
window ends where the sentence ends, and only a sentence shorter than one window needs masks.
"""

from typing import NamedTuple

import ttnn
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.tt import alignment
from models.demos.openvoice.tt.alignment import Alignment, Placement
from models.demos.openvoice.tt.bert import Bert, PhoneFeatures
from models.demos.openvoice.tt.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.tt.duration_predictor import DurationPredictor
from models.demos.openvoice.tt.precision import Precision
from models.demos.openvoice.tt.resampling import Resampling
from models.demos.openvoice.tt.stochastic_duration_predictor import StochasticDurationPredictor
from models.demos.openvoice.tt.text_encoder import TextEncoder
from models.tt_audio.tt.activations import EXP
from models.tt_audio.tt.hifigan import Generator
from models.tt_audio.tt.tensors import RowGather, concat_rows, row_slice

# Columns of the packed text; a value of a whole sentence stands in each of its rows.
PHONE, TONE, LANGUAGE, MASK, HELPER_NOISE, NOISE, SDP_RATIO, LENGTH_SCALE, PIECE, TOKEN, TOKEN_MASK = range(11)
TEXT_COLUMNS = 11


class TextForm(NamedTuple):
    """What two batches of sentences must share to run as the same programs: buckets, and which parts take part."""

    batch: int
    phones: int
    tokens: int  # 0: no BERT
    stochastic: bool


class FrameForm(NamedTuple):
    batch: int
    phones: int
    frames: int
    windows: int  # of the generator, for a sentence; 0: one, as long as the bucket
    masked: bool  # whether a sentence ends inside a window


class FrameColumns(NamedTuple):
    """What stands where in the packed frames [batch, 1, rows, total]."""

    noise: slice  # of base speech, scaled
    windows: int  # the frame in each row of the generator's windows
    joined: int  # the row that holds each frame's samples
    conversion_noise: slice  # from here on only where the speech is converted
    kinds: slice  # of hops (resampling.py)
    conversion_mask: int  # 1 on the converter's frames that exist
    total: int


class Encoding(NamedTuple):
    """What stays on the device between text and frames."""

    statistics: ttnn.Tensor  # [1, 1, batch * N, 2 I]: means beside log deviations
    placement: Placement
    form: TextForm


class MeloTTS:
    """`bert`: parameters of the language's BERT and of its projection, or None to speak without it; `window`: frames
    that the generator takes at once."""

    def __init__(self, weights, bert, config: MeloConfig, device, precision: Precision, window: int):
        self.config = config
        self.device = device
        self.window = window
        self.bert = bert and Bert(bert[0], device, precision.bert)
        self.phone_features = bert and PhoneFeatures(bert[1], device, precision.bert)
        self.text_encoder = TextEncoder(weights.text_encoder, device, precision.text)
        self.duration_predictor = DurationPredictor(weights.duration_predictor, device, precision.text)
        self.stochastic_duration_predictor = StochasticDurationPredictor(
            weights.stochastic_duration_predictor, device, precision.text
        )
        self.alignment = Alignment(device, precision.text)
        flow = TransformerCouplingBlock if config.transformer_flow else ResidualCouplingBlock
        self.flow = flow(weights.flow, device, precision.flow)
        self.generator = Generator(weights.generator, device, precision.generator)
        self.gather = RowGather(device, precision.generator)

    def encode(self, packed, form: TextForm, speaker) -> Encoding:
        """packed [batch, 1, rows, TEXT_COLUMNS] -> what the text decides; the placement's counts are for the host."""
        batch, phones = form.batch, form.phones
        mask = column(packed, MASK, phones)
        features = None
        if form.tokens:
            rows = self.bert(_ids(packed, TOKEN, form.tokens), _as_row(packed, TOKEN_MASK, form.tokens))
            pieces = ttnn.reshape(column(packed, PIECE, phones), (batch, 1, phones, 1))
            features = self.phone_features(rows, pieces)
        ids = [_ids(packed, kind, phones) for kind in (PHONE, TONE, LANGUAGE)[: 3 if self.config.is_melo else 1]]
        text, statistics = self.text_encoder(ids, features, mask, speaker.text_encoder, batch)
        log_durations = self.duration_predictor(text, mask, speaker.duration_predictor, batch)
        if form.stochastic:
            noise = [column(packed, kind, phones) for kind in (NOISE, HELPER_NOISE)]
            stochastic = self.stochastic_duration_predictor(
                text, mask, speaker.stochastic_duration_predictor, noise, batch
            )
            log_durations = alignment.mixed(log_durations, stochastic, column(packed, SDP_RATIO, phones))
        durations = alignment.durations(log_durations, column(packed, LENGTH_SCALE, phones))
        statistics = ttnn.to_memory_config(statistics, ttnn.DRAM_MEMORY_CONFIG)
        return Encoding(statistics, self.alignment.place(durations, batch), form)

    def latents(self, encoding: Encoding, noise, form: FrameForm, speaker):
        """noise [1, 1, batch * T, I], scaled -> the generator's input of that shape, in DRAM, and a mask of frames."""
        batch, frames = form.batch, form.frames
        mask = self.alignment.sequence_mask(encoding.placement.counts, frames)
        repeated = self.alignment.repeat_phones(encoding.statistics, encoding.placement, frames)
        mean, log_deviation = ttnn.split(repeated, noise.shape[3], 3)
        deviated = ttnn.multiply(log_deviation, noise, input_tensor_a_activations=[EXP])
        z = ttnn.addcmul(mean, deviated, mask)  # what is repeated ends with the sentence, so noise has to, too
        halves = self.flow(ttnn.split(z, z.shape[3] // 2, 3), speaker.flow, mask, reverse=True, batch=batch)
        return ttnn.concat(list(halves), dim=3, memory_config=ttnn.DRAM_MEMORY_CONFIG), mask

    def waveform(self, z, mask, places, form: FrameForm, speaker) -> list:
        """The rows of samples of each sentence's windows, [1, 1, windows * window, samples of a frame].

        `places` [1, 1, batch * windows * window, 1]: the frame of z that stands in each of these rows."""
        return [concat_rows(self._sentence(z, mask, places, form, item, speaker)) for item in range(form.batch)]

    def _sentence(self, z, mask, places, form: FrameForm, item: int, speaker) -> list:
        z, mask = (item_rows(x, item, form.batch) for x in (z, mask))
        if not form.windows:
            return [self._rows_of_samples(z, mask if form.masked else None, speaker)]
        places = item_rows(places, item, form.batch)
        chosen = self.gather(z, places)
        existing = self.gather(mask, places) if form.masked else None
        return [
            self._rows_of_samples(
                row_slice(chosen, start, self.window),
                None if existing is None else row_slice(existing, start, self.window),
                speaker,
            )
            for start in range(0, form.windows * self.window, self.window)
        ]

    def base_speech(self, rows: list, mask, places, form: FrameForm):
        """The rows of `waveform` -> each sentence's samples, a row a frame, zeros behind its end.

        `places` [1, 1, batch * T, 1]: the row that holds each frame."""
        sentences = []
        for item, own in enumerate(rows):
            own = ttnn.to_layout(own, ttnn.TILE_LAYOUT)
            if form.windows:
                sentences.append(self.gather(own, item_rows(places, item, form.batch)))
            else:
                sentences.append(ttnn.multiply(own, item_rows(mask, item, form.batch)))
        return concat_rows(sentences)

    def _rows_of_samples(self, z, mask, speaker):
        """Frames of z -> their samples [1, 1, frames, samples of a frame]"""
        phases = self.generator(z, None if mask is None else self.generator.masks(mask), speaker.conv_pre)
        rows = ttnn.to_layout(phases, ttnn.ROW_MAJOR_LAYOUT, memory_config=ttnn.DRAM_MEMORY_CONFIG)
        ttnn.deallocate(phases)
        frame = self.config.samples_per_frame
        return ttnn.reshape(rows, (1, 1, rows.shape[2] * rows.shape[3] // frame, frame))


def frame_columns(config: MeloConfig, resampling: Resampling | None) -> FrameColumns:
    """Return the columns of the packed frames; with `resampling`, those of speech that is converted."""
    own = config.inter_channels
    theirs = own + 2 + (resampling.config.inter_channels if resampling else 0)
    mask = theirs + (resampling.kinds if resampling else 0)
    total = mask + bool(resampling and resampling.hops > 1)  # else the mask of base speech serves
    return FrameColumns(slice(0, own), own, own + 1, slice(own + 2, theirs), slice(theirs, mask), mask, total)


def item_rows(x, item: int, batch: int):
    """Of [1, 1, batch * rows, C] those of one item."""
    rows = x.shape[2] // batch
    return x if batch == 1 else row_slice(x, item * rows, rows)


def column(packed, index: int, count: int):
    """The first `count` values in a column of each item [batch, 1, rows, columns] -> [1, 1, batch * count, 1]"""
    return ttnn.to_layout(_column(packed, index, count), ttnn.TILE_LAYOUT)


def columns(packed, which: slice, count: int):
    """-> [1, 1, batch * count, columns]"""
    return ttnn.to_layout(_columns(packed, which.start, which.stop, count), ttnn.TILE_LAYOUT)


def _column(packed, index: int, count: int):
    return _columns(packed, index, index + 1, count)


def _columns(packed, first: int, last: int, count: int):
    batch = packed.shape[0]
    x = ttnn.slice(packed, [0, 0, 0, first], [batch, 1, count, last])
    return ttnn.reshape(x, (1, 1, batch * count, last - first))  # a view


def _ids(packed, index: int, count: int):
    row = ttnn.reshape(_column(packed, index, count), (1, packed.shape[0] * count))
    return ttnn.typecast(row, ttnn.uint32)


def _as_row(packed, index: int, count: int):
    """-> [batch, 1, 1, count]"""
    row = ttnn.reshape(_column(packed, index, count), (packed.shape[0], 1, 1, count))
    return ttnn.to_layout(row, ttnn.TILE_LAYOUT)
