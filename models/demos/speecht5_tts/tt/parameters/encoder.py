# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the text encoder.

The relative keys are laid out for a product with all heads of one query at a time:

    relative_keys[i, 0, :, j] = key of the distance i - j        [tokens, 1, width of a head, tokens]

A text of fewer tokens reads a corner of it, because a distance does not depend on the length.
"""

import ttnn
from models.demos.speecht5_tts.reference.encoder import Encoder, EncoderLayer
from models.demos.speecht5_tts.reference.positions import positions
from models.demos.speecht5_tts.tt.parameters.layers import feed_forward, self_attention
from models.demos.speecht5_tts.tt.precision import HALF
from models.tt_audio.parameters.layers import layer_norm, tiled
from models.tt_audio.tt.precision import Stage


def encoder(module: Encoder, heads: int, tokens: int, stage: Stage) -> dict:
    """Return the parameters of tt/encoder.Encoder for texts of at most `tokens` tokens."""
    width = module.embedding.embedding_dim
    keys = module.relative_keys[module._distances(tokens, module.relative_keys.device)]
    return {
        "heads": heads,
        "embedding": ttnn.from_torch(module.embedding.weight.detach(), dtype=HALF),
        "positions": tiled(module.position_scale * positions(tokens, width)),
        "relative_keys": ttnn.from_torch(
            keys.detach().transpose(1, 2)[:, None].contiguous(), dtype=HALF, layout=ttnn.TILE_LAYOUT
        ),
        "norm": layer_norm(module.norm),
        "layers": [_layer(layer, stage) for layer in module.layers],
    }


def _layer(layer: EncoderLayer, stage: Stage) -> dict:
    return {
        "attention": self_attention(layer.attention, stage),
        "attention_norm": layer_norm(layer.attention_norm),
        "feed_forward": feed_forward(layer.feed_forward, stage),
        "feed_forward_norm": layer_norm(layer.feed_forward_norm),
    }
