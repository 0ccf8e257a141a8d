# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the layers that encoder and decoder share. The weights have the format of their stage.

The scale of the scores, 1 / sqrt(width of a head), is in the weights of the queries.
"""

import torch

import ttnn
from models.demos.speecht5_tts.reference.attention import Attention, FeedForward
from models.tt_audio.parameters.layers import linear
from models.tt_audio.tt.precision import Stage

Projection = tuple[torch.Tensor, torch.Tensor]  # weight [out, in], bias [out]


def stored_linear(weight: torch.Tensor, bias: torch.Tensor | None, stage: Stage) -> dict:
    """Return the parameters of a Linear: weight [out, in] in the stage's format, bias [out] in float32."""
    parameters = dict(linear(weight, bias))
    return parameters | {"weight": ttnn.to_dtype(parameters["weight"], stage.weights)}


def query(attention: Attention) -> Projection:
    """Return weight and bias of the scaled queries."""
    return attention.scale * attention.query.weight, attention.scale * attention.query.bias


def joined(*projections: torch.nn.Linear | Projection) -> Projection:
    """Return one projection with the outputs of several side by side."""
    pairs = [p if isinstance(p, tuple) else (p.weight, p.bias) for p in projections]
    return torch.cat([weight for weight, _ in pairs]), torch.cat([bias for _, bias in pairs])


def self_attention(attention: Attention, stage: Stage) -> dict:
    """Return the parameters of attention whose queries, keys and values are one projection."""
    qkv = joined(query(attention), attention.key, attention.value)
    output = attention.output
    return {"qkv": stored_linear(*qkv, stage), "output": stored_linear(output.weight, output.bias, stage)}


def feed_forward(module: FeedForward, stage: Stage) -> dict:
    """Return the parameters of the two-layer network."""
    return {
        "widen": stored_linear(module.widen.weight, module.widen.bias, stage),
        "narrow": stored_linear(module.narrow.weight, module.narrow.bias, stage),
    }
