# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The input of a text-to-speech network: a batch of sentences as ids, and the noise that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator as RandomGenerator
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

# The longest sentence in frames that every backend speaks in one piece; MOST_IDS of text/fitting.py is the longest in
# ids. It is the longest shape for which the device compiles programs (tt/melo_runner.py), and it bounds time and memory
# on a CPU. 2,048 frames of MeloTTS last 23.8 s.
MOST_FRAMES = 2048


class TooManyFrames(Exception):
    """A sentence lasts longer than MOST_FRAMES. The caller speaks it in two parts."""

    def __init__(self, frames: int):
        super().__init__(f"a sentence of {frames} frames is too long to speak in one piece: at most {MOST_FRAMES}")
        self.frames = frames


class WordPieces(NamedTuple):
    """A sentence as BERT reads it."""

    ids: list[int]  # of [CLS], the word pieces and [SEP]
    word2ph: list[int]  # for each of them, the number of phones that take its features


@dataclass(frozen=True)
class Sentences:
    """A batch of sentences, padded with zeros to the longest.

    A network of a backend takes `pieces` and computes BERT features itself. The oracle in reference/ takes the
    features; a network that computes in PyTorch puts them in with `dataclasses.replace`.
    """

    phones: Tensor  # ids [B, N]
    lengths: Tensor  # valid ids of each sentence [B]
    tones: Tensor | None = None  # ids [B, N]; MeloTTS only, like all that follow
    languages: Tensor | None = None  # ids [B, N]
    bert: Tensor | None = None  # features [B, 768, N]; None is computed as zeros
    chinese_bert: Tensor | None = None  # features [B, 1024, N]; None is computed as zeros
    pieces: tuple[WordPieces, ...] | None = None  # one for each sentence

    @classmethod
    def stack(cls, sentences: Sequence["Sentences"]) -> "Sentences":
        """Join batches into one. All of them have the same kinds of input."""

        def rows(name: str) -> Tensor | None:
            tensors = [getattr(batch, name) for batch in sentences]
            if all(tensor is None for tensor in tensors):
                return None
            # pad_sequence wants the padded axis first
            parts = [row.movedim(-1, 0) for tensor in tensors for row in tensor]
            return pad_sequence(parts, batch_first=True).movedim(1, -1)

        names = ("phones", "tones", "languages", "bert", "chinese_bert")
        lengths = [length for batch in sentences for length in batch.lengths.unbind()]
        pieces = None
        if sentences[0].pieces is not None:
            pieces = tuple(piece for batch in sentences for piece in batch.pieces or ())
        fields = {name: rows(name) for name in names}
        return cls(lengths=sentences[0].lengths.new_tensor(lengths), pieces=pieces, **fields)


def draw(randomness: Sequence[RandomGenerator], channels: int, lengths: Tensor) -> Tensor:
    """Draw standard normal noise [B, channels, longest], zero after the end of a shorter sentence.

    Each sentence draws as many columns as `lengths` [B] says from a generator of its own. The noise of a conversion is
    another one (`noise` of windows.py): a function of the seed and the frame's number, so that windows can be computed
    in any order. A sentence is not cut into windows before its noise is added, so one sequence of draws serves it.
    """
    columns = lengths.tolist()
    noise = torch.zeros(len(columns), channels, max(columns))
    for row, (generator, length) in enumerate(zip(randomness, columns, strict=True)):
        noise[row, :, :length] = torch.randn(channels, length, generator=generator)
    return noise
