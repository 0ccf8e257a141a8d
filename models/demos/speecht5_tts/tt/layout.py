# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sizes of the tensors on the device, for a number of utterances that are decoded together.

Each utterance is a row. All rows take their steps together, so one position holds for all of them:

    steps of an utterance     0 ........ base ............................ n
    caches of keys, values    0 .......................................... n        [rows, heads, capacity, width]
    window of frames                      0 ...................... n - base         [1, rows, WINDOW, frames of a step]

When the window is full, its last OVERLAP steps are moved to its beginning. Postnet and vocoder run over the window:

    frames of the window      the first `margin`     those between     the last `margin`
    used as                   context                result            context

The first window of an utterance has no context on its left, the last one none on its right.
"""

from dataclasses import dataclass

from models.demos.speecht5_tts.config import SpeechT5Config

BLOCK = 16  # steps between two times that the host asks which utterances have ended
WINDOW = 128  # steps: 256 frames at the released sizes, which the generator holds in L1
OVERLAP = 64  # steps: 128 frames, two margins
TOKENS = 64  # text buckets are multiples of it
KEYS = 128  # keys that a core attends to at once; divides the capacity
HEAD_TILE = 32  # attention needs heads whose width is a multiple of it


def _rounded_up(size: int, step: int) -> int:
    return -(-size // step) * step


@dataclass(frozen=True)
class Layout:
    """Sizes for `rows` utterances at a time."""

    config: SpeechT5Config
    rows: int = 1
    most_steps: int | None = None  # of an utterance; None: as many as the model has positions

    @property
    def capacity(self) -> int:
        """Steps of which the caches have place: an utterance's, and those of the block in which it ends."""
        return _rounded_up((self.most_steps or self.config.max_speech_positions) + BLOCK, KEYS)

    @property
    def tokens(self) -> int:
        """Tokens of the largest text bucket."""
        return _rounded_up(self.config.most_tokens, TOKENS)

    @property
    def buckets(self) -> range:
        """Text buckets, ascending."""
        return range(TOKENS, self.tokens + 1, TOKENS)

    @property
    def step_values(self) -> int:
        """Values of the frames of one step."""
        return self.config.reduction_factor * self.config.num_mel_bins

    @property
    def window_frames(self) -> int:
        """Frames of a window."""
        return WINDOW * self.config.reduction_factor

    @property
    def margin(self) -> int:
        """Frames of context to each side; postnet and vocoder need 34 at the released sizes."""
        return OVERLAP * self.config.reduction_factor // 2
