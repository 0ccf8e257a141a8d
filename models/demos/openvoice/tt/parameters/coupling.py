# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Parameters of the flow.

    W (R x) = (W R) x, R (P y) = (R P) y    R: reversal of the channels between couplings

For odd couplings R is folded into the weight W that reads a half and into the projection P that writes one, so no
program reverses channels. The device alternates which half it adds to, instead of swapping the halves.

The weights of the WaveNet flow are balanced (balance.py), because truncated products shrink the latents of a trained
voice by 0.3 % (PERF.md, "A Piper voice").
"""

import torch

from models.demos.openvoice.reference.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.tt.parameters.attention import encoder
from models.demos.openvoice.tt.parameters.wavenet import wavenet
from models.tt_audio.parameters.balance import balanced
from models.tt_audio.parameters.layers import fused_linear


def residual_flow(module: ResidualCouplingBlock) -> dict:
    """Return the parameters of tt/coupling.ResidualCouplingBlock."""
    couplings = []
    for i, coupling in enumerate(module.couplings):
        odd = bool(i % 2)
        weight = coupling.pre.weight.flip(1) if odd else coupling.pre.weight
        couplings.append(
            {
                "pre": fused_linear(balanced(weight[:, :, 0]), coupling.pre.bias),
                "wavenet": wavenet(coupling.wavenet, coupling.post, reverse=odd, precise=True),
            }
        )
    channels = 2 * module.couplings[0].pre.in_channels
    return {"couplings": couplings, "identity": fused_linear(torch.eye(channels), torch.zeros(channels))}


def transformer_flow(module: TransformerCouplingBlock) -> dict:
    """Return the parameters of tt/coupling.TransformerCouplingBlock."""
    couplings = []
    for i, coupling in enumerate(module.couplings):
        odd = bool(i % 2)
        pre, post, bias = coupling.pre.weight[:, :, 0], coupling.post.weight[:, :, 0], coupling.post.bias
        couplings.append(
            {
                "pre": fused_linear(pre.flip(1) if odd else pre, coupling.pre.bias),
                "encoder": encoder(coupling.encoder),
                "post": fused_linear(post.flip(0) if odd else post, bias.flip(0) if odd else bias),
            }
        )
    return {"couplings": couplings}
