# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT features: word pieces -> hidden states of a BERT -> one column for each id of the text encoder.

MeloTTS was trained with the hidden_states[-3] of one published BERT for each language. That is the output of the third
layer from the end, so the two layers after it and the word prediction are neither loaded nor computed
(bert_loading.py loads).
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.sentences import WordPieces


def phone_features(model: nn.Module, pieces: WordPieces) -> Tensor:
    """Return a sentence's features [width, phones]: each word piece's hidden state, once for each of its phones.

    `model` is a BERT of the transformers library without its last two layers.
    """
    return columns(model, *bert_input(pieces))


def bert_input(pieces: WordPieces) -> tuple[Tensor, Tensor]:
    """Return a sentence's word pieces [1, N], and for each phone the number of its word piece [phones]."""
    owners = [number for number, phones in enumerate(pieces.word2ph) for _ in range(phones)]
    return torch.tensor([pieces.ids]), torch.tensor(owners, dtype=torch.long)


def columns(model: nn.Module, ids: Tensor, owners: Tensor) -> Tensor:
    """Return the features [width, phones] of what `bert_input` returned, in fp32."""
    return model(ids).last_hidden_state[0].index_select(0, owners).float().T
