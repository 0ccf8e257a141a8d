# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The four numbers by which a text-to-speech network speaks a sentence; styles.py makes them from a `Style`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prosody:
    """How one sentence is spoken. The defaults are those of MeloTTS's own interface."""

    sdp_ratio: float = 0.2  # share of the stochastic duration predictor, 0 to 1: rhythm that varies from draw to draw
    noise_scale: float = 0.6  # amount of noise in the frames: how far the intonation varies
    noise_scale_w: float = 0.8  # amount of noise in the stochastic durations: how far the rhythm varies
    length_scale: float = 1.0  # 1 / speed
