# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The network in the form that a CPU or GPU computes fastest: few operations on rows of frames.

Frames are [B, T, C], so that every 1x1 convolution and every norm reads consecutive values. The filter and the gate
of a prenet's block are one convolution, the depthwise convolutions are three multiply-adds, the in- and the
out-convolution and the grouped projections are matrix products, and the label is in the weights of the projection to
the decoder.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, cat
from torch.nn.functional import conv1d, layer_norm, linear, pad, relu, scaled_dot_product_attention

from models.demos.llvc.constants import EPSILON, HEADS
from models.demos.llvc.reference.decoder import positions
from models.demos.llvc.reference.net import Net
from models.demos.llvc.state import StreamState


@dataclass
class FastState:
    """A StreamState in the layout of this file, in pieces that a step replaces."""

    prenet: list[Tensor]  # for each block [B, 1, context]
    tail: Tensor  # [B, 2 * hop]
    encoder: list[Tensor]  # for each layer [B, context, enc_dim]
    decoder: list[Tensor]  # memory, then the input of each layer [B, context, dec_dim]
    output: Tensor  # [B, out_buf_len, enc_dim]


class FastNet:
    """The network of a reference, for streams."""

    def __init__(self, net: Net):
        self.config = net.config
        with torch.no_grad():
            blocks = [] if net.prenet is None else net.prenet.blocks
            self.blocks = [
                (
                    cat((block.filter.weight, block.gate.weight)),
                    cat((block.filter.bias, block.gate.bias)),
                    block.filter.dilation,
                )
                for block in blocks
            ]
            self.in_conv = net.in_conv.weight[:, 0].contiguous()
            self.layers = [
                (
                    layer.depthwise.weight[:, 0].T.contiguous(),
                    layer.depthwise.bias,
                    layer.depthwise_norm,
                    layer.pointwise.weight[:, :, 0].contiguous(),
                    layer.pointwise.bias,
                    layer.pointwise_norm,
                )
                for layer in net.encoder.layers
            ]
            self.to_decoder = (  # memory, then targets
                cat((_grouped(net.to_memory.weight), _grouped(net.to_targets.weight) * net.label)),
                cat((net.to_memory.bias, net.to_targets.bias)),
            )
            self.from_decoder = net.from_decoder.weight[:, 0, 0], net.from_decoder.bias
            self.label = net.label
            self.decoder = net.decoder
            self.places = None
            if self.config.use_pos_enc:
                length = self.config.context + self.config.window
                self.places = positions(length, self.config.dec_dim).to(self.label.device)
            self.out_conv = net.out_conv.weight[:, 0].T.contiguous()

    # --- states -------------------------------------------------------------------------------------------------------

    def unpacked(self, state: StreamState) -> FastState:
        """Return a StreamState in the layout of this file."""
        config = self.config
        return FastState(
            prenet=list(state.prenet.split(config.prenet_contexts, dim=-1)),
            tail=state.tail[:, 0],
            encoder=[part.transpose(1, 2) for part in state.encoder.split(config.encoder_contexts, dim=-1)],
            decoder=list(state.decoder.unbind(1)),
            output=state.output.transpose(1, 2),
        )

    def packed(self, state: FastState) -> StreamState:
        """Return a state as the reference has it."""
        batch = len(state.tail)
        return StreamState(
            prenet=cat(state.prenet, dim=-1) if state.prenet else state.tail.new_zeros(batch, 1, 0),
            tail=state.tail[:, None].clone(),
            encoder=cat(state.encoder, dim=1).transpose(1, 2).contiguous(),
            decoder=torch.stack(state.decoder, dim=1),
            output=state.output.transpose(1, 2).contiguous(),
        )

    # --- streams ------------------------------------------------------------------------------------------------------

    @torch.inference_mode()
    def begin(self, first: Tensor) -> FastState:
        """Return the state of streams after their first samples [B, up to hop]; as the reference's `begin`."""
        hop = self.config.hop
        state = self.unpacked(StreamState.fresh(self.config, len(first), first.device))
        self._received(pad(first, (hop, hop - first.shape[1])), state)
        return state

    @torch.inference_mode()
    def step(self, samples: Tensor, state: FastState, valid: Tensor | None = None) -> Tensor:
        """Convert the next samples [B, N] -> [B, N], one hop earlier in the stream, and put the new state into `state`.

        N is a multiple of `config.chunk`, or of a hop in the last step of a stream. `valid` [B, N / hop] is 1 on the
        frames that a stream has, so that its last step may have as many samples as any other; None: all.
        """
        config = self.config
        inputs = self._received(samples, state)
        frames = relu(linear(inputs.unfold(1, 3 * config.hop, config.hop), self.in_conv))
        encoded = self._encoded(frames, state)
        both = relu(linear(encoded, *self.to_decoder))
        memory, targets = (both if valid is None else both * valid[:, :, None]).chunk(2, dim=-1)
        decoded = self._decoded(targets, memory, state)
        weight, bias = self.from_decoder
        mask = torch.addcmul(bias, decoded.repeat_interleave(2, dim=2), weight).relu_()
        masked = cat((state.output, frames * mask.addcmul_(encoded, self.label)), dim=1)
        state.output = masked[:, masked.shape[1] - config.out_buf_len :]
        return self._samples(masked)

    def _received(self, samples: Tensor, state: FastState) -> Tensor:
        """Pass new samples [B, N] through the prenet; return the in-convolution's input [B, 2 * hop + N]."""
        x = samples[:, None]
        for number, (weight, bias, dilation) in enumerate(self.blocks):
            inputs = cat((state.prenet[number], x), dim=-1)
            both = conv1d(inputs, weight, bias, dilation=dilation)
            state.prenet[number] = inputs[..., samples.shape[1] :]
            x = torch.addcmul(x, both[:, :1].tanh(), both[:, 1:].sigmoid())
        inputs = cat((state.tail, samples + x[:, 0] if self.blocks else samples), dim=1)
        state.tail = inputs[:, samples.shape[1] :]
        return inputs

    def _encoded(self, x: Tensor, state: FastState) -> Tensor:
        count, channels = x.shape[1], x.shape[2:]
        for number, (taps, bias, norm1, weight, pointwise_bias, norm2) in enumerate(self.layers):
            dilation = self.config.dilations[number]
            inputs = cat((state.encoder[number], x), dim=1)
            state.encoder[number] = inputs[:, count:]
            h = torch.addcmul(bias, inputs[:, :count], taps[0])
            h.addcmul_(inputs[:, dilation : dilation + count], taps[1]).addcmul_(x, taps[2])
            h = layer_norm(h, channels, norm1.weight, norm1.bias, EPSILON).relu_()
            h = linear(h, weight, pointwise_bias)
            x = layer_norm(h, channels, norm2.weight, norm2.bias, EPSILON).relu_().add_(x)
        return x

    def _decoded(self, targets: Tensor, memory: Tensor, state: FastState) -> Tensor:
        window, frames = self.config.window, targets.shape[1]
        missing = -frames % window
        if missing:
            targets, memory = pad(targets, (0, 0, 0, missing)), pad(memory, (0, 0, 0, missing))
        memory, state.decoder[0] = self.decoder.windows(memory, state.decoder[0])
        memory = self._placed(memory)
        x = targets
        for number, layer in enumerate(self.decoder.layers, start=1):
            windows, state.decoder[number] = self.decoder.windows(x, state.decoder[number])
            windows = self._placed(windows) if number == 1 else windows
            x = windows[:, -window:]
            x = layer.norm1(x + _attended(layer.self_attention, x, windows))
            x = layer.norm2(x + _attended(layer.memory_attention, x, memory))
            x = layer.norm3(x + layer.narrow(relu(layer.widen(x)))).reshape(targets.shape)
        return x[:, :frames]

    def _placed(self, windows: Tensor) -> Tensor:
        return windows if self.places is None else windows + self.places

    def _samples(self, masked: Tensor) -> Tensor:
        """Return the samples of the last frames of masked [B, out_buf_len + T, enc_dim] -> [B, T * hop]."""
        hop, before = self.config.hop, self.config.out_buf_len
        parts = linear(masked, self.out_conv)
        count = parts.shape[1] - before
        samples = parts[:, before:, :hop].clone()
        for tap in range(1, before + 1):
            samples += parts[:, before - tap : before - tap + count, tap * hop : (tap + 1) * hop]
        return samples.tanh_().flatten(1)


def _grouped(weight: Tensor) -> Tensor:
    """Return the dense matrix [out, 2 * out] of a convolution in which each output reads two inputs [out, 2, 1]."""
    out = len(weight)
    dense = weight.new_zeros(out, 2 * out)
    channels = torch.arange(out, device=weight.device)
    dense[channels, 2 * channels], dense[channels, 2 * channels + 1] = weight[:, 0, 0], weight[:, 1, 0]
    return dense


def _attended(attention: torch.nn.Module, queries: Tensor, keys: Tensor) -> Tensor:
    channels = queries.shape[-1]
    weight, bias = attention.in_proj_weight, attention.in_proj_bias
    q = linear(queries, weight[:channels], bias[:channels])
    k, v = linear(keys, weight[channels:], bias[channels:]).chunk(2, dim=-1)
    q, k, v = (x.unflatten(-1, (HEADS, -1)).transpose(1, 2) for x in (q, k, v))
    return attention.out_proj(scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
