# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""WaveNet: the stack of gated convolutions in the posterior encoder and in each coupling of the flow."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class WaveNet(nn.Module):
    """Stack of gated dilated convolutions with residual and skip connections, conditioned on a speaker.

    With `gin_channels` 0 there is no speaker.
    """

    def __init__(self, channels: int, kernel_size: int, dilation_rate: int, layers: int, gin_channels: int):
        super().__init__()
        self.channels = channels
        dilations = [dilation_rate**i for i in range(layers)]
        self.receptive_field = (kernel_size - 1) // 2 * sum(dilations)  # frames to each side
        self.cond_layer = nn.Conv1d(gin_channels, 2 * channels * layers, 1) if gin_channels else None
        self.in_layers = nn.ModuleList(
            nn.Conv1d(channels, 2 * channels, kernel_size, dilation=dilation, padding=(kernel_size - 1) // 2 * dilation)
            for dilation in dilations
        )
        # Each layer adds to its input and to the output; the last has no next layer, so only the second half.
        self.res_skip_layers = nn.ModuleList(
            nn.Conv1d(channels, 2 * channels if i < layers - 1 else channels, 1) for i in range(layers)
        )

    def forward(self, x: Tensor, mask: Tensor | None = None, g: Tensor | None = None) -> Tensor:
        """Return features [B, C, T] of x [B, C, T] for a speaker g [B, G, 1], None for zeros.

        `mask` [B, 1, T] is 1 on valid frames, None if all are valid.
        """
        output = 0
        for in_layer, res_skip_layer, bias in zip(
            self.in_layers, self.res_skip_layers, self._conditions(g), strict=True
        ):
            h = in_layer(x) if bias is None else in_layer(x) + bias
            filtered, gate = h.chunk(2, dim=1)
            skip = res_skip_layer(torch.tanh(filtered) * torch.sigmoid(gate))
            if skip.shape[1] > self.channels:
                residual, skip = skip.chunk(2, dim=1)
                x = x + residual
                x = x if mask is None else x * mask
            output = output + skip
        return output if mask is None else output * mask

    def _conditions(self, g: Tensor | None) -> Sequence[Tensor | None]:
        """Return what the speaker adds to the result of each of `in_layers`, [B, 2 C, 1] or nothing."""
        if self.cond_layer is None:
            return [None] * len(self.in_layers)
        condition = self.cond_layer.bias[None, :, None] if g is None else self.cond_layer(g)
        return condition.chunk(len(self.in_layers), dim=1)
