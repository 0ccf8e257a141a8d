# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of BERT.

    q . k / sqrt(D)                  the divisor is folded into the queries
    word + position + token type 0   the row of token type 0 is added to the positions
    query, key, value                one projection
"""

import math

import torch

import ttnn
from models.tt_audio.host.errors import UsageError
from models.tt_audio.parameters.layers import layer_norm, linear, nested, tiled
from models.tt_audio.tt.precision import Stage
from ttnn.model_preprocessing import ParameterDict


def bert(model: torch.nn.Module, stage: Stage) -> ParameterDict:
    """Return the parameters of tt/bert.Bert for a loaded BERT whose last layer is the last one in use.

    The weights are converted to the format of the stage on the host, because they take hundreds of megabytes.
    """
    config = model.config
    if config.hidden_act != "gelu":
        raise UsageError(
            f"a BERT with the activation {config.hidden_act} is none that MeloTTS was trained with; give another folder"
        )
    scale = 1 / math.sqrt(config.hidden_size // config.num_attention_heads)

    def concatenated(*layers: torch.nn.Linear, first: float = 1.0) -> dict:
        """Concatenate the outputs of layers into one layer; `first` multiplies the first one."""
        factors = [first] + [1.0] * (len(layers) - 1)
        weight = torch.cat([factor * layer.weight for factor, layer in zip(factors, layers, strict=True)])
        bias = torch.cat([factor * layer.bias for factor, layer in zip(factors, layers, strict=True)])
        return {"weight": ttnn.to_dtype(tiled(weight.T), stage.weights), "bias": tiled(bias)}

    def layer(layer: torch.nn.Module) -> dict:
        attention, out = layer.attention.self, layer.attention.output
        return {
            "heads": config.num_attention_heads,
            "query_key_value": concatenated(attention.query, attention.key, attention.value, first=scale),
            "attention_out": concatenated(out.dense),
            "attention_norm": layer_norm(out.LayerNorm),
            "widen": concatenated(layer.intermediate.dense),
            "narrow": concatenated(layer.output.dense),
            "norm": layer_norm(layer.output.LayerNorm),
        }

    embeddings = model.embeddings
    return nested(
        {
            # ttnn.embedding reads rows of bfloat16 only
            "words": ttnn.from_torch(embeddings.word_embeddings.weight.detach(), dtype=ttnn.bfloat16),
            "positions": tiled(embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]),
            "norm": layer_norm(embeddings.LayerNorm),
            "layers": [layer(one) for one in model.encoder.layer],
        }
    )


def phone_features(projection: torch.nn.Conv1d) -> ParameterDict:
    """Return the parameters of tt/bert.PhoneFeatures for the text encoder's projection of BERT features.

    The bias is in the tables of the text encoder, because it is added without BERT, too.
    """
    return linear(projection.weight[:, :, 0])
