# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the whole device path."""

from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.tt.layout import Layout
from models.demos.speecht5_tts.tt.parameters.decoder import decoder
from models.demos.speecht5_tts.tt.parameters.encoder import encoder
from models.demos.speecht5_tts.tt.parameters.postnet import postnet
from models.demos.speecht5_tts.tt.precision import Precision
from models.tt_audio.parameters.hifigan import generator
from models.tt_audio.parameters.layers import nested
from ttnn.model_preprocessing import ParameterDict


def speecht5(speech: SpeechT5Network, vocoder: Vocoder, layout: Layout, precision: Precision) -> ParameterDict:
    """Return the parameters of tt/speecht5.SpeechT5, as host tensors."""
    heads = speech.config.encoder_attention_heads
    return nested(
        {
            "encoder": encoder(speech.encoder, heads, layout.tokens, precision.encoder),
            "decoder": decoder(speech, layout.capacity, precision.decoder),
            "postnet": postnet(speech.postnet, vocoder),
            "vocoder": generator(vocoder.generator),
        }
    )
