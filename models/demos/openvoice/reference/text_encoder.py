# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Phones -> what each of them should sound like, on average and how freely: the first room of MeloTTS.

    phones, tones, languages, BERT features -> sum of embeddings -> transformer -> text encoding, mean, log deviation

A base speaker of OpenVoice V1 has embedded phones alone. MeloTTS adds two kinds of BERT features: 768 wide ones for
every language of its API, and 1024 wide ones for checkpoints that were trained on pure Chinese ("ZH"), where the 768
wide ones are zero. Whichever is zero is given as None, and what remains of its projection is the bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference.attention import Encoder

BERT_WIDTH = 768
CHINESE_BERT_WIDTH = 1024


class WordPieces(NamedTuple):
    """A sentence as BERT reads it: ids of [CLS], its pieces and [SEP], and how many phones each of them has."""

    ids: list[int]
    word2ph: list[int]


@dataclass(frozen=True)
class Sentences:
    """A batch of sentences, padded with zeros to the longest: ids [B, N], lengths [B], features [B, width, N].

    `pieces`, one a sentence, are there in the place of features where BERT runs on a device.
    """

    phones: Tensor
    lengths: Tensor
    tones: Tensor | None = None
    languages: Tensor | None = None
    bert: Tensor | None = None
    chinese_bert: Tensor | None = None
    pieces: tuple[WordPieces, ...] | None = None

    @classmethod
    def stack(cls, sentences: Sequence["Sentences"]) -> "Sentences":
        """Joins batches into one; all of them have the same kinds of input."""

        def rows(name: str) -> Tensor | None:
            tensors = [getattr(batch, name) for batch in sentences]
            if all(tensor is None for tensor in tensors):
                return None
            # pad_sequence wants the padded axis first
            parts = [row.movedim(-1, 0) for tensor in tensors for row in tensor]
            return pad_sequence(parts, batch_first=True).movedim(1, -1)

        names = ("phones", "tones", "languages", "bert", "chinese_bert")
        lengths = [length for batch in sentences for length in batch.lengths.unbind()]
        pieces = None if sentences[0].pieces is None else sum((batch.pieces for batch in sentences), ())
        fields = {name: rows(name) for name in names}
        return cls(lengths=sentences[0].lengths.new_tensor(lengths), pieces=pieces, **fields)


class TextEncoder(nn.Module):
    def __init__(self, config: MeloConfig):
        super().__init__()
        channels = config.hidden_channels
        self.scale = sqrt(channels)
        self.phones = nn.Embedding(len(config.symbols), channels)
        if config.is_melo:
            self.tones = nn.Embedding(config.n_tones, channels)
            self.languages = nn.Embedding(config.n_languages, channels)
            self.bert = nn.Conv1d(BERT_WIDTH, channels, 1)
            self.chinese_bert = nn.Conv1d(CHINESE_BERT_WIDTH, channels, 1)
        self.is_melo = config.is_melo
        self.encoder = Encoder(
            channels,
            config.filter_channels,
            config.n_heads,
            config.n_layers,
            config.kernel_size,
            config.gin_channels if config.speaker_in_encoder else 0,
        )
        self.projection = nn.Conv1d(channels, 2 * config.inter_channels, 1)

    def forward(self, sentences: Sentences, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """mask [B, 1, N], speaker g [B, G, 1] -> encoding [B, C, N], mean [B, I, N], log deviation [B, I, N]"""
        x = self.phones(sentences.phones)
        if self.is_melo:
            x = x + self.tones(sentences.tones) + self.languages(sentences.languages)
        x = x.transpose(1, 2)
        if self.is_melo:
            x = x + _project(self.chinese_bert, sentences.chinese_bert) + _project(self.bert, sentences.bert)
        x = self.encoder(x * self.scale * mask, mask, g)
        mean, log_deviation = (self.projection(x) * mask).chunk(2, 1)
        return x, mean, log_deviation


def _project(projection: nn.Conv1d, features: Tensor | None) -> Tensor:
    return projection.bias.unsqueeze(1) if features is None else projection(features)
