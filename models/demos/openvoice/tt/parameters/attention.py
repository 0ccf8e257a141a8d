# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the transformer. Query, key and value are one projection, whose layout tt/attention.py draws.

    q_i . k_j / sqrt(D)            the divisor is folded into the queries
    q_i . r_d = (R Q x_i)_d        R Q: 81 more channels of each query, one for each pair of residues; R: learned keys
    O (sum over d of p_d s_d)      O S: 81 more inputs of the output projection O for each head; S: learned values
"""

import math

import torch

from models.demos.openvoice.constants import ATTENTION_WINDOW
from models.demos.openvoice.reference.attention import Encoder, RelativeAttention
from models.demos.openvoice.tt.attention import DISTANCES, PAIRS, head_width
from models.tt_audio.parameters.balance import (
    BIAS_BITS,
    LOSS,
    balanced_convolution,
    balanced_norm,
    rounded,
    two_parts,
    vector_norm,
)
from models.tt_audio.parameters.layers import convolution, fused_linear, layer_norm
from ttnn.model_preprocessing import ParameterDict


def pair_distances() -> torch.Tensor:
    """Return the index of the distance j - i for each pair (i mod 9, j mod 9) of a query and a near key. -> [PAIRS]"""
    pair = torch.arange(PAIRS)
    return (pair % DISTANCES - pair // DISTANCES + ATTENTION_WINDOW) % DISTANCES


def attention(module: RelativeAttention, precise: bool = False) -> dict:
    """Return the parameters of tt/attention.RelativeAttention; `precise`: weights in two parts (balance.py)."""
    heads = module.n_heads
    channels = module.query.out_channels // heads
    distances = pair_distances()
    keys, values = module.relative_keys[0, distances], module.relative_values[0, distances]  # [pairs, channels]

    def rows(layer: torch.nn.Conv1d) -> torch.Tensor:
        """Return each head's weight with its bias as the last column. -> [heads, channels, inputs + 1]"""
        return torch.cat([layer.weight[:, :, 0], layer.bias[:, None]], dim=1).unflatten(0, (heads, channels))

    def padded(weight: torch.Tensor, dim: int) -> torch.Tensor:
        """Pad dimension `dim`, the channels of a head, with zeros to `head_width`."""
        shape = list(weight.shape)
        shape[dim] = head_width(channels) - weight.shape[dim]
        return torch.cat([weight, torch.zeros(shape)], dim=dim)

    query = rows(module.query) / math.sqrt(channels)
    one = torch.zeros(heads, PAIRS, query.shape[2])
    # weight 0, bias 1: the projection gives 1, which `RelativeAttentionTables.qkv_mask` multiplies by 0 or 1
    one[:, :, -1] = 1
    near_and_far = [
        torch.stack([torch.cat([rows(layer), one], dim=1)] * 2, dim=1) for layer in (module.key, module.value)
    ]
    projections = [
        padded(torch.cat([query, keys @ query], dim=1), 1),
        *(padded(part.flatten(0, 1), 1) for part in near_and_far),
    ]
    projections = torch.cat([part.flatten(0, 1) for part in projections])
    output = module.output.weight[:, :, 0].unflatten(1, (heads, channels))
    output = padded(torch.cat([output, output @ values.T], dim=2), 2).flatten(1)
    weight, bias, output_bias = projections[:, :-1], projections[:, -1], module.output.bias
    if precise:
        width, pairs = head_width(channels), slice(channels, channels + PAIRS)
        # Query and key are truncated (but not the key of a pair, which is 1), and so are the scores. The softmax
        # truncates its reciprocal, and the product with the values truncates both operands.
        query_cuts, output_cuts = torch.full((width,), 6.0), torch.full((width,), 7.0)
        query_cuts[pairs], output_cuts[pairs] = 4.0, 5.0
        cuts = torch.cat([query_cuts.repeat(heads), torch.full((len(weight) - heads * width,), 2.0)])
        weight, bias = two_parts(weight, cuts[:, None]), rounded(bias * (1 + (cuts - 2) * LOSS), BIAS_BITS)
        output, output_bias = two_parts(output, output_cuts.repeat(heads)), rounded(output_bias, BIAS_BITS)
    return {
        "n_heads": heads,
        "projections": fused_linear(weight, bias),
        "output": fused_linear(output, output_bias) if precise else convolution(output[:, :, None], output_bias),
    }


def encoder(module: Encoder, precise: bool = False, vector_norms: bool = False) -> dict:
    """Return the parameters of tt/attention.Encoder; `precise`: balance the weights (balance.py).

    `vector_norms`: all norms but the first are VectorLayerNorm. Five programs for the first one would be too many for
    the budget of a Piper voice (tests/budgets).
    """
    conv, first_norm = (balanced_convolution, balanced_norm) if precise else (_convolution, layer_norm)
    norm = vector_norm if vector_norms else first_norm
    layers = [
        {
            "attention": attention(layer.attention, precise),
            "attention_norm": (norm if index else first_norm)(layer.attention_norm),
            "feed_forward": {"widen": conv(layer.feed_forward.widen), "narrow": conv(layer.feed_forward.narrow)},
            "feed_forward_norm": norm(layer.feed_forward_norm),
        }
        for index, layer in enumerate(module.layers)
    ]
    return {"layers": layers}


def _convolution(layer: torch.nn.Conv1d) -> ParameterDict:
    return convolution(layer.weight, layer.bias)
