# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Layer norm over channels."""

from torch import Tensor, nn


class LayerNorm(nn.LayerNorm):
    """Layer norm over the channels of [B, C, T]."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each column of x [B, C, T]. -> [B, C, T]"""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)
