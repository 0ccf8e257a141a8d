# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT models with seeded weights: of the published shapes, and as large as published weights are."""

import torch
from transformers import BertConfig, BertModel

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
