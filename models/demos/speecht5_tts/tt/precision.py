# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numeric format of each stage of the device path; no other file chooses one.

Activations are float32 and products accumulate in float32. Attention and its caches are bfloat16, because the op takes
nothing wider. Encoder and decoder have bfloat16 weights: a step of the decoder reads all of them for one row, so its
time is theirs. PERF.md has the measured correlation of the alternatives.
"""

from dataclasses import dataclass, field

import ttnn
from models.tt_audio.tt.precision import Stage

HALF = ttnn.bfloat16  # format of attention, of caches, and of the tables that ttnn.embedding reads


@dataclass(frozen=True)
class Precision:
    """Format of each stage."""

    encoder: Stage = field(default_factory=lambda: Stage(weights=ttnn.bfloat16))
    decoder: Stage = field(default_factory=lambda: Stage(weights=ttnn.bfloat16))
    postnet: Stage = field(default_factory=Stage)
    vocoder: Stage = field(default_factory=Stage)
