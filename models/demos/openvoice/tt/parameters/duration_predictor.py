# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the duration predictor.

    W' = round(W (1 + cuts * LOSS))    makes up for the truncations of the matrix unit (tt_audio's balance.py)

conditioning.py computes the row of the speaker.
"""

from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.tt_audio.parameters.balance import balanced, balanced_convolution, balanced_norm
from models.tt_audio.parameters.layers import linear


def duration_predictor(module: DurationPredictor) -> dict:
    """Return the parameters of tt/duration_predictor.DurationPredictor."""
    return {
        "conv_1": balanced_convolution(module.conv_1),
        "norm_1": balanced_norm(module.norm_1),
        "conv_2": balanced_convolution(module.conv_2),
        "norm_2": balanced_norm(module.norm_2),
        "projection": linear(balanced(module.projection.weight[:, :, 0], 1), module.projection.bias),
    }
