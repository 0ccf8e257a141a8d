# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The text encoder, first part of MeloTTS: ids -> text encoding, and mean and log deviation of the prior.

    phones, tones, languages, BERT features -> sum of embeddings -> transformer -> projection

A base speaker of OpenVoice V1 and a Piper voice embed phones alone. MeloTTS adds two kinds of BERT features: features
of width 768 for every language of its interface, and of width 1,024 for checkpoints trained on Chinese alone ("ZH"),
where the first kind is zero. Features that are zero are given as None, and only the bias of their projection is added.
"""

from math import sqrt

import torch
from torch import Tensor, nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.constants import BERT_WIDTH, CHINESE_BERT_WIDTH
from models.demos.openvoice.reference.attention import Encoder
from models.demos.openvoice.sentences import Sentences


def table(rows: int, channels: int) -> nn.Embedding:
    """Return a table of embeddings with normal random values.

    nn.Embedding would draw the same values by a function that, on the device "meta", imports PyTorch's compiler: 8 s of
    processor time whenever a model is loaded.
    """
    return nn.Embedding.from_pretrained(torch.randn(rows, channels), freeze=False)


class TextEncoder(nn.Module):
    """Embeddings, a transformer, and the projection to the prior."""

    def __init__(self, config: MeloConfig):
        super().__init__()
        channels = config.hidden_channels
        self.scale = sqrt(channels)
        self.phones = table(len(config.symbols), channels)
        if config.is_melo:
            self.tones = table(config.n_tones, channels)
            self.languages = table(config.n_languages, channels)
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

    def forward(self, sentences: Sentences, mask: Tensor, g: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Encode sentences with N ids: text [B, C, N], mean [B, I, N] and log deviation [B, I, N] of the prior.

        `mask` [B, 1, N] is 1 on valid ids; `g` [B, G, 1] is the speaker embedding, or None.
        """
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
