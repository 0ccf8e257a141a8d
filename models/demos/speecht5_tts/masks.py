# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Dropout masks of the prenet by seed, drawn once.

transformers draws all earlier rows again in each step (reference/decoder.upstream_masks), so step n costs 2 n units
random numbers: more time than a card or a GPU needs for the whole step. The masks depend on the seed only, and every
text begins with the same one.
"""

from collections.abc import Iterator
from itertools import count
from threading import Lock

from torch import Tensor

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.tt_audio.host.recently_used import RecentlyUsed

SEEDS_KEPT = 64  # each takes half a kilobyte a step at the released sizes


class _OfSeed:
    """The masks of one seed; those that were drawn are kept."""

    def __init__(self, config: SpeechT5Config, seed: int):
        self._drawing = upstream_masks(config, seed)
        self._drawn: list[Tensor] = []
        self._lock = Lock()

    def __iter__(self) -> Iterator[Tensor]:
        for step in count():
            with self._lock:
                if step == len(self._drawn):
                    self._drawn.append(next(self._drawing))
            yield self._drawn[step]


class DropoutMasks:
    """Masks of the last SEEDS_KEPT seeds that were used."""

    def __init__(self, config: SpeechT5Config):
        self.config = config
        self._of_seed: RecentlyUsed[_OfSeed] = RecentlyUsed(SEEDS_KEPT)
        self._lock = Lock()

    def __call__(self, seed: int) -> Iterator[Tensor]:
        """Return for each step the masks [layers, units] that transformers draws after torch.manual_seed(seed)."""
        with self._lock:
            return iter(self._of_seed.get(seed, lambda: _OfSeed(self.config, seed)))
