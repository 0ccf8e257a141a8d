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
    hidden = model(torch.tensor([pieces.ids])).last_hidden_state[0]
    return hidden.repeat_interleave(torch.tensor(pieces.word2ph), 0).T
