# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The encoder: depthwise separable convolutions over frames, causal, each layer with twice the dilation of the last."""

from torch import Tensor, cat, nn, relu

from models.demos.llvc.config import LlvcConfig
from models.demos.llvc.constants import ENCODER_TAPS, EPSILON
from models.tt_audio.reference.layer_norm import LayerNorm


class Layer(nn.Module):
    """x + relu(norm(pointwise(relu(norm(depthwise(x))))))."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.context = (ENCODER_TAPS - 1) * dilation
        self.depthwise = nn.Conv1d(channels, channels, ENCODER_TAPS, dilation=dilation, groups=channels)
        self.depthwise_norm = LayerNorm(channels, EPSILON)
        self.pointwise = nn.Conv1d(channels, channels, 1)
        self.pointwise_norm = LayerNorm(channels, EPSILON)

    def forward(self, x: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, C, T] and the last inputs of the step before [B, C, context] -> result [B, C, T], last inputs."""
        inputs = cat((context, x), dim=-1)
        h = relu(self.depthwise_norm(self.depthwise(inputs)))
        h = relu(self.pointwise_norm(self.pointwise(h)))
        return x + h, inputs[..., inputs.shape[-1] - self.context :]


class Encoder(nn.Module):
    """Layers in a row."""

    def __init__(self, config: LlvcConfig):
        super().__init__()
        self.contexts = config.encoder_contexts
        self.layers = nn.ModuleList(Layer(config.enc_dim, dilation) for dilation in config.dilations)

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """frames [B, C, T] and StreamState.encoder -> encoded frames [B, C, T] and the state after them."""
        x, contexts = frames, []
        for layer, context in zip(self.layers, state.split(self.contexts, dim=-1), strict=True):
            x, context = layer(x, context)
            contexts.append(context)
        return x, cat(contexts, dim=-1)
