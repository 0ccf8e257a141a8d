# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Numeric format of each stage of the device path; no other file chooses one.

Every stage has float32 activations and weights and multiplies at HiFi4 into a float32 accumulator: the matrix unit then
multiplies TF32 by TF32. Attention alone runs in bfloat16, because the op takes nothing wider. Selections are products
with a matrix of zeros and ones, which bfloat8_b holds and HiFi2 multiplies without any loss beyond that of HiFi4.
"""

from dataclasses import dataclass, field

import ttnn
from models.tt_audio.tt.precision import Stage

SELECTION = Stage(weights=ttnn.bfloat8_b, fidelity=ttnn.MathFidelity.HiFi2)


@dataclass(frozen=True)
class Precision:
    """Format of each stage."""

    prenet: Stage = field(default_factory=Stage)
    frames: Stage = field(default_factory=Stage)  # in-convolution and out-convolution
    encoder: Stage = field(default_factory=Stage)
    decoder: Stage = field(default_factory=Stage)
