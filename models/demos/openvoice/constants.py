# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sizes that upstream's code fixes and no config.json states. The networks of reference/ and of tt/ both use them."""

from math import expm1, log

# Spectrogram: added to the power before the square root, so that digital silence has the magnitude 1e-3.
POWER_FLOOR = 1e-6

# Tone colour encoder: output channels of its convolutions, and the size of its GRU.
FILTERS = (32, 32, 64, 64, 128, 128)
GRU_SIZE = 128

# Text encoder: width of the BERT features. The wider ones belong to checkpoints trained on Chinese alone.
BERT_WIDTH = 768
CHINESE_BERT_WIDTH = 1024

# Relative attention: the largest distance with a learned key and value, and the layer (counted from 0) whose input
# receives the speaker.
ATTENTION_WINDOW = 4
SPEAKER_LAYER = 2

# Splines of the stochastic duration predictor: a curve of BINS pieces inside [-TAIL_BOUND, TAIL_BOUND], the identity
# outside. MIN_BIN is the smallest share of a piece in the width and in the height of the box. The slope at both ends is
# softplus(EDGE_SLOPE) + MIN_SLOPE = 1, so the curve joins the identity smoothly.
BINS = 10
TAIL_BOUND = 5.0
MIN_BIN = 1e-3
MIN_SLOPE = 1e-3
EDGE_SLOPE = log(expm1(1 - MIN_SLOPE))
