# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The one table of numeric formats: what each stage of the device path computes in.

Every stage holds float32 activations and multiplies at HiFi4 into a float32 accumulator: on the matrix unit that is
TF32 times TF32. BERT alone has bfloat16 weights, which halves its hundreds of megabytes. PERF.md has the measured
correlation of the alternatives; a stage goes down only with evidence there.
"""

from dataclasses import dataclass, field

import ttnn
from models.tt_audio.tt.precision import Stage


@dataclass(frozen=True)
class Precision:
    spectrogram: Stage = field(default_factory=Stage)
    posterior_encoder: Stage = field(default_factory=Stage)
    flow: Stage = field(default_factory=Stage)
    generator: Stage = field(default_factory=Stage)
    reference_encoder: Stage = field(default_factory=Stage)
    text: Stage = field(default_factory=Stage)  # MeloTTS's encoder of phones, its durations and the alignment
    bert: Stage = field(default_factory=lambda: Stage(weights=ttnn.bfloat16))
