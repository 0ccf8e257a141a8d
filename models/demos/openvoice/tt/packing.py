# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The two packed uploads of a sentence: how the host fills their columns, and how the device reads them.

Text, [batch, 1, rows, TEXT_COLUMNS]; rows are the larger of the buckets of phones and of word pieces. A value of the
whole sentence is repeated in each of its rows:

    column    PHONE TONE LANGUAGE   MASK   NOISE HELPER_NOISE   SDP_RATIO LENGTH_SCALE   PIECE          TOKEN TOKEN_MASK
    row i     ids of phone i        1      of its duration      of the sentence          piece of it    of word piece i

Frames, [batch, 1, rows, FrameColumns.total]; the last three exist only if the speech is converted on the device:

    columns   noise        windows                  joined                 conversion_noise and _mask   hop_masks
    row t     of frame t   frame in row t of all    row that holds the     of the converter's frame t   of hop t
                           generator windows        samples of frame t
"""

from typing import NamedTuple

import numpy as np

import ttnn
from models.demos.openvoice.backend import VoiceTarget
from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tt.bert import MASKED
from models.demos.openvoice.tt.forms import FrameForm, TextForm
from models.demos.openvoice.tt.resampling import Resampling
from models.demos.openvoice.windows import noise, rows_of_frames, spread_starts

PHONE, TONE, LANGUAGE, MASK, HELPER_NOISE, NOISE, SDP_RATIO, LENGTH_SCALE, PIECE, TOKEN, TOKEN_MASK = range(11)
TEXT_COLUMNS = 11
NO_ROW = -1.0  # an index that no row has, so that a gather gives zeros


class FrameColumns(NamedTuple):
    """Columns of the packed frames."""

    noise: slice  # of base speech, scaled
    windows: int  # frame index
    joined: int  # row index
    conversion_noise: slice  # scaled by tau
    hop_masks: slice  # one column for each variant (resampling.py)
    conversion_mask: int  # 1 on valid frames of the converter; exists only if resampling.hops > 1
    total: int


def frame_columns(config: MeloConfig, resampling: Resampling | None) -> FrameColumns:
    """Return the columns of the packed frames, with those of the conversion if `resampling` is given."""
    channels = config.inter_channels
    hop_masks = channels + 2 + (resampling.config.inter_channels if resampling else 0)
    mask = hop_masks + (resampling.variants if resampling else 0)
    total = mask + bool(resampling and resampling.hops > 1)  # else the mask of base speech is the same
    return FrameColumns(
        noise=slice(0, channels),
        windows=channels,
        joined=channels + 1,
        conversion_noise=slice(channels + 2, hop_masks),
        hop_masks=slice(hop_masks, mask),
        conversion_mask=mask,
        total=total,
    )


# --- on the host ------------------------------------------------------------------------------------------------------


def pack_text(sentences: Sentences, prosody: Prosody, duration_noise: np.ndarray | None, form: TextForm) -> np.ndarray:
    """Return the packed text [batch, 1, rows, TEXT_COLUMNS] of a batch of sentences.

    `duration_noise` [batch, 2, N]: standard normal; None if `form` is not stochastic.
    """
    packed = np.zeros((form.batch, 1, max(form.phones, form.tokens), TEXT_COLUMNS), np.float32)
    packed[..., PIECE] = NO_ROW
    packed[..., TOKEN_MASK] = MASKED
    for item, length in enumerate(sentences.lengths.tolist()):
        rows = packed[item, 0, :length]
        columns = (PHONE, TONE, LANGUAGE)
        for index, ids in zip(columns, (sentences.phones, sentences.tones, sentences.languages), strict=True):
            if ids is not None:
                rows[:, index] = ids[item, :length]
        rows[:, MASK] = 1
        rows[:, SDP_RATIO] = prosody.sdp_ratio
        rows[:, LENGTH_SCALE] = prosody.length_scale
        if duration_noise is not None:
            drawn = prosody.noise_scale_w * duration_noise[item, :, :length]
            rows[:, NOISE], rows[:, HELPER_NOISE] = drawn
        if form.tokens and sentences.pieces is not None:
            pieces = sentences.pieces[item]
            rows[:, PIECE] = np.repeat(np.arange(len(pieces.ids)), pieces.word2ph)
            packed[item, 0, : len(pieces.ids), TOKEN] = pieces.ids
            packed[item, 0, : len(pieces.ids), TOKEN_MASK] = 0
    return packed


def pack_frames(
    drawn: np.ndarray,
    counts: list[int],
    form: FrameForm,
    config: MeloConfig,
    window: int,
    context: int,
    conversion: VoiceTarget | None = None,
    resampling: Resampling | None = None,
) -> np.ndarray:
    """Return the packed frames [batch, 1, rows, columns] of a batch of sentences that have `counts` frames.

    `drawn` [batch, I, T] is scaled noise; a generator window has `window` frames, of which the outer `context` on each
    side are context. With `conversion` and `resampling` the columns of the conversion are filled, too.
    """
    columns = frame_columns(config, resampling)
    hops = form.frames * resampling.hops + resampling.overlap if resampling else form.frames
    packed = np.zeros((form.batch, 1, max(form.windows * window, hops), columns.total), np.float32)
    packed[..., columns.windows], packed[..., columns.joined] = NO_ROW, NO_ROW
    for item, count in enumerate(counts):
        rows = packed[item, 0]
        rows[:count, columns.noise] = drawn[item, :, :count].T
        starts = spread_starts(count, window, form.windows)
        for number, start in enumerate(starts):
            rows[number * window : (number + 1) * window, columns.windows] = start + np.arange(window)
        rows[:count, columns.joined] = rows_of_frames(count, starts, window, context)
        if conversion is not None and resampling is not None:
            valid = count * resampling.hops
            own_noise = noise(conversion.seeds[item], resampling.config.inter_channels, 0, valid)
            rows[:valid, columns.conversion_noise] = conversion.tau * own_noise.T
            rows[:hops, columns.hop_masks] = resampling.masks(count, form.frames)
            if resampling.hops > 1:
                rows[:valid, columns.conversion_mask] = 1
    return packed


# --- on the device ----------------------------------------------------------------------------------------------------


def read_column(packed: ttnn.Tensor, index: int, count: int) -> ttnn.Tensor:
    """Read the first `count` values of a column of each item. -> [1, 1, batch * count, 1]"""
    return ttnn.to_layout(_slice(packed, index, index + 1, count), ttnn.TILE_LAYOUT)


def read_columns(packed: ttnn.Tensor, which: slice, count: int) -> ttnn.Tensor:
    """Read the first `count` rows of several columns of each item. -> [1, 1, batch * count, columns]"""
    return ttnn.to_layout(_slice(packed, which.start, which.stop, count), ttnn.TILE_LAYOUT)


def read_ids(packed: ttnn.Tensor, index: int, count: int) -> ttnn.Tensor:
    """Read the first `count` values of a column of each item as ids. -> uint32 [1, batch * count], row-major"""
    row = ttnn.reshape(_slice(packed, index, index + 1, count), (1, packed.shape[0] * count))
    return ttnn.typecast(row, ttnn.uint32)


def read_as_row(packed: ttnn.Tensor, index: int, count: int) -> ttnn.Tensor:
    """Read the first `count` values of a column of each item as a row. -> [batch, 1, 1, count]"""
    row = ttnn.reshape(_slice(packed, index, index + 1, count), (packed.shape[0], 1, 1, count))
    return ttnn.to_layout(row, ttnn.TILE_LAYOUT)


def _slice(packed: ttnn.Tensor, first: int, last: int, count: int) -> ttnn.Tensor:
    batch = packed.shape[0]
    x = ttnn.slice(packed, [0, 0, 0, first], [batch, 1, count, last])
    return ttnn.reshape(x, (1, 1, batch * count, last - first))  # a view
