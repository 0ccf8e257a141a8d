# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the text encoder.

    scale * (phones[i] + tones[j] + languages[k] + BERT biases) = sum over tables of (high + low)

The tables contain the scale and the biases of the BERT projections. A float32 table is two of bfloat16, its high and
its low part, because ttnn.embedding reads no other format. One matmul with identity matrices adds all parts.

The projection to the prior has weights in two parts (balance.py). It is balanced for its own truncations, of the input
and of the output before the bias is added, and for the alignment, which reads its result as a weight of 9 bits.

Models with a WaveNet flow (OpenVoice V1, Piper) have exact norms, for 55 programs more, because their reversed flow
amplifies errors of single phones (PERF.md, "A Piper voice").
"""

import torch

import ttnn
from models.demos.openvoice.reference.text_encoder import TextEncoder
from models.demos.openvoice.tt.parameters.attention import encoder
from models.tt_audio.parameters.balance import BIAS_BITS, LOSS, rounded, two_parts
from models.tt_audio.parameters.layers import fused_linear, linear
from ttnn.model_preprocessing import ParameterDict

ALIGNMENT_CUTS = 2  # losses of a truncation to 9 bits, in losses of one to 10 bits


def text_encoder(module: TextEncoder) -> dict:
    """Return the parameters of tt/text_encoder.TextEncoder."""
    tables = [module.phones.weight * module.scale]
    if module.is_melo:
        tables[0] = tables[0] + (module.bert.bias + module.chinese_bert.bias) * module.scale
        tables += [module.tones.weight * module.scale, module.languages.weight * module.scale]
    return {
        "scale": module.scale,
        "tables": [_high_and_low(table.detach()) for table in tables],
        "sum": linear(torch.eye(module.phones.embedding_dim).repeat(1, 2 * len(tables))),
        "encoder": encoder(module.encoder, precise=True, vector_norms=not module.is_melo),
        "projection": _prior(module.projection),
    }


def _prior(layer: torch.nn.Conv1d) -> ParameterDict:
    """Return the parameters of the projection to means and log deviations."""
    bias = rounded(layer.bias * (1 + ALIGNMENT_CUTS * LOSS), BIAS_BITS)
    return fused_linear(two_parts(layer.weight[:, :, 0], 2 + ALIGNMENT_CUTS), bias)


def _high_and_low(table: torch.Tensor) -> ttnn.Tensor:
    """Split a float32 table [ids, C] into a high and a low part of bfloat16, side by side. -> [ids, 2 C]"""
    high = table.to(torch.bfloat16)
    low = (table - high).to(torch.bfloat16)
    return ttnn.from_torch(torch.cat([high, low], dim=1), dtype=ttnn.bfloat16)
