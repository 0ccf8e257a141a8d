# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT models with seeded weights, of the published shapes and as large as published weights are; their inputs."""

import torch
from transformers import BertConfig, BertModel

import ttnn
from models.demos.openvoice.tt.bert import MASKED

WORDS = 1000  # of the vocabulary: what a test looks up does not depend on how many more there are
GAIN, SPREAD = 0.85, 0.04  # mean of trained norm gains, deviation of trained weights; training starts at 1 and 0.02


def make_bert(layers: int, width: int = 768, **sizes) -> BertModel:
    """`layers` computed ones. Wide as all languages' models but the pure Chinese one, whose width is 1,024."""
    shape = {"vocab_size": WORDS, "intermediate_size": 4 * width, "num_attention_heads": width // 64, **sizes}
    model = BertModel(BertConfig(hidden_size=width, num_hidden_layers=layers, **shape), add_pooling_layer=False)
    generator = torch.Generator().manual_seed(width)
    for name, parameter in model.eval().requires_grad_(False).named_parameters():
        parameter.normal_(GAIN if name.endswith("LayerNorm.weight") else 0, SPREAD, generator=generator)
    return model


def place(device, ids, tokens: int, word2ph=None, phones: int = 32) -> list:
    """Sentences' ids, their key mask, and the pieces of their phones (by default none has any), in their buckets."""
    table = torch.zeros(len(ids), tokens, dtype=torch.long)
    mask = torch.full((len(ids), 1, 1, tokens), MASKED)
    pieces = torch.full((len(ids), 1, phones, 1), -1.0)
    for item, (row, counts) in enumerate(zip(ids, word2ph or [[]] * len(ids), strict=True)):
        table[item, : len(row)] = torch.tensor(row)
        mask[item, ..., : len(row)] = 0
        repeated = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts, dtype=torch.long))
        pieces[item, 0, : len(repeated), 0] = repeated
    floats = {"dtype": ttnn.float32, "layout": ttnn.TILE_LAYOUT, "device": device}
    return [
        ttnn.from_torch(table.reshape(1, -1), dtype=ttnn.uint32, device=device),
        *(ttnn.from_torch(tensor, **floats) for tensor in (mask, pieces)),
    ]
