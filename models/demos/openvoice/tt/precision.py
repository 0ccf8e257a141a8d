# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numeric format of each stage of the device path; no other file chooses one.

Every stage has float32 activations and multiplies at HiFi4 into a float32 accumulator: the matrix unit then multiplies
TF32 by TF32. Only BERT has bfloat16 weights, which halves its hundreds of megabytes. PERF.md contains the measured
correlation of the alternatives. Choose a narrower format only with a measurement there.
"""

from dataclasses import dataclass, field

import ttnn
from models.tt_audio.tt.precision import Stage


@dataclass(frozen=True)
class Precision:
    """Format of each stage."""

    spectrogram: Stage = field(default_factory=Stage)
    posterior_encoder: Stage = field(default_factory=Stage)
    flow: Stage = field(default_factory=Stage)
    generator: Stage = field(default_factory=Stage)
    tone_color_encoder: Stage = field(default_factory=Stage)
    text: Stage = field(default_factory=Stage)  # MeloTTS's text encoder, duration predictors and alignment
    bert: Stage = field(default_factory=lambda: Stage(weights=ttnn.bfloat16))
