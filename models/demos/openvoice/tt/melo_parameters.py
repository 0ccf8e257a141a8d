# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Reference modules of MeloTTS -> device parameters: what parameters.py is for the converter, whose modules it shares.

Everything that can be folded is folded here, once:
* the speaker: every speaker layer's output is a constant of a speaker, so it becomes that speaker's row (`condition`)
"""

import torch

from models.demos.openvoice.reference.coupling import TransformerCouplingBlock
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.tt import parameters
from models.demos.openvoice.tt.parameters import convolution, tiled
from ttnn.model_preprocessing import ParameterDict, make_parameter_dict


def preprocess(model: torch.nn.Module) -> ParameterDict:
    """The parameters of a module of MeloTTS (or of the converter), or of one that holds them, as host tensors."""
    return parameters.preprocess(model, PREPROCESSORS)


def _transformer_flow(flow: TransformerCouplingBlock) -> dict:
    couplings = []
    for i, coupling in enumerate(flow.couplings):
        odd = bool(i % 2)  # reads and writes reversed channels, as in parameters.py
        pre = coupling.pre.weight.flip(1) if odd else coupling.pre.weight
        post, bias = coupling.post.weight, coupling.post.bias
        couplings.append(
            {
                "pre": convolution(pre, coupling.pre.bias),
                "post": convolution(post.flip(0) if odd else post, bias.flip(0) if odd else bias),
            }
        )
    return {"couplings": couplings}


def condition(tts: MeloTTS, speaker: int) -> ParameterDict:
    """What a speaker of the checkpoint adds where it enters: host rows [1, 1, 1, channels], None where nothing."""
    g = tts.speaker_embedding.weight[speaker]

    def row(layer: torch.nn.Linear | None):
        return None if layer is None else tiled(layer(g))

    return make_parameter_dict(
        {
            "text_encoder": row(tts.text_encoder.encoder.speaker),
            "flow": [row(coupling.encoder.speaker) for coupling in tts.flow.couplings],
        }
    )


PREPROCESSORS = {
    **parameters.PREPROCESSORS,
    TransformerCouplingBlock: _transformer_flow,
}
