# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Conditioning: biases that contain a speaker embedding g, for the layers that it enters.

    conv(x) + b + cond(g) = conv(x) + b',  b' = b + cond(g)

cond(g) is a constant of a voice, so it is computed once for each voice and no program multiplies by g.
"""

import numpy as np
import torch

import ttnn
from models.demos.openvoice.constants import SPEAKER_LAYER
from models.demos.openvoice.reference.attention import Encoder
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.coupling import Coupling, ResidualCoupling
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.reference.wavenet import WaveNet
from models.tt_audio.parameters.layers import host, tiled
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict


def voice_biases(
    converter: Converter, embeddings: np.ndarray, mesh_mapper: ttnn.CppTensorToMesh | None = None
) -> ParameterDict:
    """Return the biases of a voice [gin_channels] in the converter, as host tensors [1, 1, 1, channels].

    Several voices [voices, gin_channels] give [voices, 1, 1, channels], which `mesh_mapper` may share among chips. With
    `zero_g` (V2) only the flow is conditioned; encoder and generator keep the biases of their parameters (None).
    """
    g = torch.as_tensor(embeddings, dtype=torch.float32).reshape(-1, converter.config.gin_channels)

    def bias(own: torch.Tensor, cond: torch.Tensor) -> ttnn.Tensor:
        return host((own + cond)[:, None, None], mesh_mapper)

    def wavenet(module: WaveNet) -> list[ttnn.Tensor]:
        if module.cond_layer is None:
            raise ValueError("a WaveNet of a converter is conditioned on a voice")
        conditions = g @ module.cond_layer.weight[:, :, 0].T + module.cond_layer.bias
        parts = conditions.chunk(len(module.in_layers), dim=1)
        return [bias(layer.bias, part) for layer, part in zip(module.in_layers, parts, strict=True)]

    conditioned = not converter.config.zero_g
    generator = converter.generator
    conv_pre = None
    if conditioned and generator.cond is not None:
        conv_pre = bias(generator.conv_pre.bias, g @ generator.cond.weight[:, :, 0].T + generator.cond.bias)
    return make_parameter_dict(
        {
            "encoder": wavenet(converter.posterior_encoder.wavenet) if conditioned else None,
            "flow": [wavenet(coupling.wavenet) for coupling in converter.flow.couplings],
            "conv_pre": conv_pre,
        }
    )


def speaker_rows(tts: MeloTTS, speaker: int) -> ParameterDict:
    """Return the rows (conditioning.Speaker) of a speaker number of MeloTTS, as host tensors [1, 1, 1, channels].

    A row is None where a part of the network is not conditioned.
    """
    g = None if tts.speaker_embedding is None else tts.speaker_embedding.weight[speaker]

    def row(layer: torch.nn.Module | None, own: torch.Tensor | float = 0.0) -> ttnn.Tensor | None:
        """Apply a linear layer or a convolution of size 1 to g; `own` is the bias that the row replaces."""
        return None if layer is None else tiled(layer.weight.flatten(1) @ g + layer.bias + own)

    def encoder(module: Encoder) -> ttnn.Tensor | None:
        """Return the bias of the norm before SPEAKER_LAYER plus the speaker's term for that layer, or None."""
        return row(module.speaker, module.layers[SPEAKER_LAYER - 1].feed_forward_norm.bias)

    def wavenet(module: WaveNet) -> list[ttnn.Tensor] | None:
        if module.cond_layer is None:
            return None
        parts = (module.cond_layer.weight[:, :, 0] @ g + module.cond_layer.bias).chunk(len(module.in_layers))
        return [tiled(layer.bias + part) for layer, part in zip(module.in_layers, parts, strict=True)]

    def coupling(module: Coupling) -> list[ttnn.Tensor] | ttnn.Tensor | None:
        return wavenet(module.wavenet) if isinstance(module, ResidualCoupling) else encoder(module.encoder)

    deterministic, stochastic = tts.duration_predictor, tts.stochastic_duration_predictor
    return make_parameter_dict(
        {
            "text_encoder": encoder(tts.text_encoder.encoder),
            "duration_predictor": None if deterministic is None else row(deterministic.speaker),
            # the parameters of `pre` have no bias, so this row exists without a speaker, too
            "stochastic_duration_predictor": tiled(stochastic.pre.bias)
            if stochastic.speaker is None
            else row(stochastic.speaker, stochastic.pre.bias),
            "flow": [coupling(module) for module in tts.flow.couplings],
            "conv_pre": row(tts.generator.cond, tts.generator.conv_pre.bias),
        }
    )
