# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sizes that upstream's code fixes and no config.json states. The networks of reference/ and of tt/ both use them."""

HEADS = 8  # of the decoder's attention
LABEL_WIDTH = 512  # hidden size of the network that makes the label; only loading.py needs it
EPSILON = 1e-5  # of every layer norm
ENCODER_TAPS = 3  # kernel size of the encoder's depthwise convolutions
