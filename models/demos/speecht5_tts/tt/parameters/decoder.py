# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of one decoder step: prenet, blocks, and the two heads.

From the last dropout of the prenet on everything is linear up to the last ReLU, so it is folded into one product:

    relu(V (P h + p + a pos) + S s/|s| + v) = relu((V P) h + a V pos + (V p + v + S s/|s|))

V and S are the two parts of the speaker layer's weight, P and p the projection, a V pos a table of positions, and the
last bracket a bias of the voice. The gain of a dropout, 1 / (1 - probability), is in the weights that read its result.
The first layer reads both frames of the step before; the weights of all but the last frame are zeros.
"""

import torch

import ttnn
from models.demos.speecht5_tts.reference.decoder import DecoderLayer, Prenet
from models.demos.speecht5_tts.reference.positions import positions
from models.demos.speecht5_tts.reference.speecht5 import STOP, SpeechT5Network
from models.demos.speecht5_tts.tt.parameters.layers import feed_forward, joined, query, self_attention, stored_linear
from models.demos.speecht5_tts.tt.precision import HALF
from models.tt_audio.parameters.layers import layer_norm, tiled
from models.tt_audio.tt.precision import Stage


def decoder(module: SpeechT5Network, steps: int, stage: Stage) -> dict:
    """Return the parameters of tt/decoder.Decoder for at most `steps` steps."""
    config = module.config
    return {
        "heads": config.decoder_attention_heads,
        "prenet": _prenet(module.prenet, config.reduction_factor, steps, stage),
        "layers": [_layer(layer, stage) for layer in module.decoder.layers],
        "mel": stored_linear(module.mel.weight, module.mel.bias, stage),
        "stop": stored_linear(module.stop.weight, module.stop.bias, stage),
        # the sum of the probabilities, less than which a step does not end the speech
        "stop_sum": {"weight": tiled(torch.ones(config.reduction_factor, 1)), "bias": tiled(torch.tensor([-STOP]))},
    }


def _prenet(module: Prenet, reduction: int, steps: int, stage: Stage) -> dict:
    voice_weight = module.speaker.weight.detach().double()
    width = module.projection.out_features
    values, speaker = voice_weight[:, :width], voice_weight[:, width:]
    first, *others = module.layers
    weight = torch.cat((torch.zeros(first.out_features, (reduction - 1) * first.in_features), first.weight), dim=1)
    table = module.position_scale.double() * positions(steps, width).double() @ values.T
    return {
        "layers": [
            stored_linear(weight, first.bias, stage),
            *(stored_linear(module.gain * layer.weight, layer.bias, stage) for layer in others),
        ],
        "projection": stored_linear(values @ (module.gain * module.projection.weight.double()), None, stage),
        "positions": ttnn.from_torch(table.detach().float(), dtype=HALF),
        # on the host: the weight [C, S] of a normalised speaker embedding, and the bias [C] of the voice
        "speaker_weight": speaker.numpy(),
        "speaker_bias": (values @ module.projection.bias.double() + module.speaker.bias.double()).detach().numpy(),
    }


def _layer(layer: DecoderLayer, stage: Stage) -> dict:
    cross = layer.cross_attention
    return {
        "self_attention": self_attention(layer.self_attention, stage),
        "self_attention_norm": layer_norm(layer.self_attention_norm),
        "cross_query": stored_linear(*query(cross), stage),
        "cross_keys_values": stored_linear(*joined(cross.key, cross.value), stage),
        "cross_output": stored_linear(cross.output.weight, cross.output.bias, stage),
        "cross_attention_norm": layer_norm(layer.cross_attention_norm),
        "feed_forward": feed_forward(layer.feed_forward, stage),
        "feed_forward_norm": layer_norm(layer.feed_forward_norm),
    }
