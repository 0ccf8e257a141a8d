# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Forms of a batch of sentences: the buckets of its phones, word pieces and frames, and which programs run."""

from collections.abc import Sequence
from typing import NamedTuple

from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences
from models.demos.openvoice.text.fitting import MOST_IDS
from models.demos.openvoice.tt.bert import BUCKETS as WORD_PIECES
from models.tt_audio.tt.buckets import smallest_bucket

PHONES = (64, 128, 256, MOST_IDS)
FRAMES = (128, 512, 768, 1024, 1536, MOST_FRAMES)  # the generator's window is one more; 2,048 frames last 23.8 s


class TextForm(NamedTuple):
    """Form of a batch of sentences on the text side: batches with the same form run the same programs."""

    batch: int
    phones: int  # bucket
    tokens: int  # bucket of word pieces; 0: no BERT
    stochastic: bool  # whether the stochastic duration predictor runs


class FrameForm(NamedTuple):
    """Form of a batch of sentences on the frame side: batches with the same form run the same programs."""

    batch: int
    phones: int  # bucket
    frames: int  # bucket
    windows: int  # of the generator, for each sentence; 0: one, as long as the bucket
    masked: bool  # whether a sentence ends inside a window


def text_form(sentences: Sentences, prosody: Prosody, has_bert: bool) -> TextForm:
    """Return the form of the text side: the buckets of the longest sentence, and which predictors run.

    `has_bert`: whether the model speaks with BERT; then the sentences need word pieces.
    """
    batch, longest = sentences.phones.shape
    phones = _bucket(PHONES, longest, f"a sentence of {longest} phones")
    tokens = 0
    if has_bert:
        if sentences.pieces is None:
            raise ValueError("BERT runs on the device here: a sentence needs its word pieces, not features of them")
        longest = max(len(pieces.ids) for pieces in sentences.pieces)
        tokens = _bucket(WORD_PIECES, longest, f"a sentence of {longest} word pieces")
    return TextForm(batch, phones, tokens, prosody.sdp_ratio != 0)


def frame_form(
    form: TextForm, counts: Sequence[int], buckets: Sequence[int], window: int, receptive_field: int
) -> FrameForm:
    """Return the form of the frame side for sentences of `counts` frames, whose text side had the form `form`.

    `buckets` of frames, in ascending order; `window`: frames of a generator window, of which the outer
    `receptive_field` on each side are context.
    """
    frames = _bucket(buckets, max(counts), f"a sentence of {max(counts)} frames")
    kept = window - 2 * receptive_field
    windows = 0 if frames <= window else -(-(frames - 2 * receptive_field) // kept)
    return FrameForm(form.batch, form.phones, frames, windows, min(counts) < min(window, frames))


def _bucket(buckets: Sequence[int], length: int, what: str) -> int:
    """Return the smallest bucket of at least `length`, or raise an error that `what` is too long."""
    too_long = f"{what} is too long for the device: at most {buckets[-1]}; split the text, or use the backend 'torch'"
    return smallest_bucket(buckets, length, too_long)
