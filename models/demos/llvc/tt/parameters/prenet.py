# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the prenet: each convolution over time as one matrix from columns of samples to columns of samples.

    y[c] = sum over k of w[k] x[c - (K - 1 - k) * dilation] + b        A[c - (K - 1 - k) * dilation, c] = w[k]

The columns of the prenet's context (the first `reach`) have the filter's bias only where the stream has begun: their
bias is in the row of A that multiplies the `started` column. In a stream's first row the filter of zeros is zero there,
so is its tanh, and the block's result stays zero.
"""

import torch

from models.demos.llvc.reference.prenet import Prenet
from models.demos.llvc.tt.layout import Layout
from models.tt_audio.parameters.layers import linear


def prenet(module: Prenet, layout: Layout) -> list[dict]:
    """Return the parameters of tt/prenet.Prenet, for each block."""
    return [
        {"filter": _columns(block.filter, layout, gated=True), "gate": _columns(block.gate, layout, gated=False)}
        for block in module.blocks
    ]


def _columns(conv: torch.nn.Conv1d, layout: Layout, gated: bool) -> dict:
    """Return the matrix of a convolution; `gated`: its bias depends on whether the stream has begun."""
    taps, samples = conv.weight.shape[-1], layout.row_samples
    matrix = torch.zeros(layout.width, layout.width)
    for tap in range(taps):
        shift = (taps - 1 - tap) * conv.dilation[0]
        columns = torch.arange(shift, samples)
        matrix[columns - shift, columns] = conv.weight[0, 0, tap]
    bias = torch.zeros(layout.width)
    bias[:samples] = conv.bias
    if gated:
        bias[: layout.reach] = 0
        matrix[layout.started_column, : layout.reach] = conv.bias
    return linear(matrix.T, bias)
