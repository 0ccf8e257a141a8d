# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The prenet: gated causal convolutions on the samples themselves, one channel wide."""

from torch import Tensor, cat, nn, sigmoid, tanh

from models.demos.llvc.config import LlvcConfig


class Block(nn.Module):
    """x + tanh(filter(x)) * sigmoid(gate(x)), with two causal convolutions."""

    def __init__(self, kernel: int, dilation: int):
        super().__init__()
        self.context = (kernel - 1) * dilation
        self.filter = nn.Conv1d(1, 1, kernel, dilation=dilation)
        self.gate = nn.Conv1d(1, 1, kernel, dilation=dilation)

    def forward(self, x: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, 1, N] and the last inputs of the step before [B, 1, context] -> result [B, 1, N], last inputs."""
        inputs = cat((context, x), dim=-1)
        return (
            x + tanh(self.filter(inputs)) * sigmoid(self.gate(inputs)),
            inputs[..., inputs.shape[-1] - self.context :],
        )


class Prenet(nn.Module):
    """Blocks in a row, and their input added to the result."""

    def __init__(self, config: LlvcConfig):
        super().__init__()
        self.contexts = config.prenet_contexts
        pairs = zip(config.prenet_kernel_sizes, config.prenet_dilations, strict=True)
        self.blocks = nn.ModuleList(Block(kernel, dilation) for kernel, dilation in pairs)

    def forward(self, samples: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """samples [B, 1, N] and StreamState.prenet -> result [B, 1, N] and the state after them."""
        x, contexts = samples, []
        for block, context in zip(self.blocks, state.split(self.contexts, dim=-1), strict=True):
            x, context = block(x, context)
            contexts.append(context)
        return samples + x, cat(contexts, dim=-1)
