# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of a whole model, or of any module in it."""

import torch

from models.demos.openvoice.reference.attention import Encoder, RelativeAttention
from models.demos.openvoice.reference.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.demos.openvoice.reference.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.reference.spectrogram import Spectrogram
from models.demos.openvoice.reference.stochastic_duration_predictor import StochasticDurationPredictor
from models.demos.openvoice.reference.text_encoder import TextEncoder
from models.demos.openvoice.reference.tone_color_encoder import ToneColorEncoder
from models.demos.openvoice.tt.parameters.attention import attention, encoder
from models.demos.openvoice.tt.parameters.coupling import residual_flow, transformer_flow
from models.demos.openvoice.tt.parameters.duration_predictor import duration_predictor
from models.demos.openvoice.tt.parameters.posterior_encoder import posterior_encoder
from models.demos.openvoice.tt.parameters.spectrogram import spectrogram
from models.demos.openvoice.tt.parameters.stochastic_duration_predictor import stochastic_duration_predictor
from models.demos.openvoice.tt.parameters.text_encoder import text_encoder
from models.demos.openvoice.tt.parameters.tone_color_encoder import tone_color_encoder
from models.tt_audio.parameters import layers
from models.tt_audio.parameters.hifigan import generator
from models.tt_audio.reference.hifigan import Generator
from ttnn.model_preprocessing import ParameterDict

PREPROCESSORS = {
    Spectrogram: spectrogram,
    PosteriorEncoder: posterior_encoder,
    ResidualCouplingBlock: residual_flow,
    TransformerCouplingBlock: transformer_flow,
    Generator: generator,
    ToneColorEncoder: tone_color_encoder,
    RelativeAttention: attention,
    Encoder: encoder,
    TextEncoder: text_encoder,
    DurationPredictor: duration_predictor,
    StochasticDurationPredictor: stochastic_duration_predictor,
}


def preprocess(module: torch.nn.Module) -> ParameterDict:
    """Return the parameters of a reference module as host tensors. It is one of PREPROCESSORS or contains some."""
    return layers.preprocess(module, PREPROCESSORS)
