# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""LLVC: low-latency voice conversion to the one voice that the network was trained on.

    samples -> prenet -> in-convolution -> frames -> encoder -> decoder -> mask
                                           frames * mask -> out-convolution -> samples

A frame is made of three hops of samples: the one before, its own, and the one after (the look-ahead). `forward`
converts whole recordings. `begin`, `step` and `finish` convert a stream, and give the same samples.
"""

from dataclasses import replace

import torch
from torch import Tensor, cat, nn, relu

from models.demos.llvc.config import LlvcConfig
from models.demos.llvc.reference.decoder import Decoder
from models.demos.llvc.reference.encoder import Encoder
from models.demos.llvc.reference.prenet import Prenet
from models.demos.llvc.state import StreamState


class Net(nn.Module):
    """The network with the sizes of `config`."""

    def __init__(self, config: LlvcConfig):
        super().__init__()
        self.config = config
        hop, channels, narrow = config.hop, config.enc_dim, config.dec_dim
        self.prenet = Prenet(config) if config.prenet_kernel_sizes else None
        self.in_conv = nn.Conv1d(1, channels, 3 * hop, stride=hop, bias=False)
        self.encoder = Encoder(config)
        # Upstream computes the label by a network from an input that is always zero, so it is one vector (loading.py).
        self.register_buffer("label", torch.empty(channels))
        # each channel of the decoder reads two of the encoder
        self.to_memory = nn.Conv1d(channels, narrow, 1, groups=narrow)
        self.to_targets = nn.Conv1d(channels, narrow, 1, groups=narrow)
        self.decoder = Decoder(config)
        self.from_decoder = nn.Conv1d(narrow, channels, 1, groups=narrow)
        self.out_conv = nn.ConvTranspose1d(
            channels,
            1,
            (config.out_buf_len + 1) * hop,
            stride=hop,
            padding=config.out_buf_len * hop,
            bias=False,
        )

    def forward(self, samples: Tensor) -> Tensor:
        """Convert whole recordings [B, N] -> [B, N]."""
        state = self.begin(samples[:, : self.config.hop])
        return self.finish(samples[:, self.config.hop :], state)[:, : samples.shape[1]]

    # --- streams ------------------------------------------------------------------------------------------------------

    def begin(self, first: Tensor) -> StreamState:
        """Return the state of streams after their first samples [B, up to hop], which convert to nothing yet."""
        hop = self.config.hop
        # a hop of zeros takes the place of the hop before the first
        samples = nn.functional.pad(first, (hop, hop - first.shape[1]))
        return self._received(samples[:, None], StreamState.fresh(self.config, len(first), first.device))[1]

    def step(self, samples: Tensor, state: StreamState) -> tuple[Tensor, StreamState]:
        """Convert the next samples [B, N] -> [B, N], one hop earlier in the stream, and the state after them.

        N is a multiple of `config.chunk`.
        """
        inputs, state = self._received(samples[:, None], state)
        return self._converted(inputs, state)

    def finish(self, samples: Tensor, state: StreamState) -> Tensor:
        """Convert the last samples [B, N] -> [B, N rounded up to whole hops, and one hop more].

        The hop more is the one that was withheld since `begin`.
        """
        hop = self.config.hop
        inputs, state = self._received(nn.functional.pad(samples, (0, -samples.shape[1] % hop + hop))[:, None], state)
        return self._converted(inputs, state)[0]

    def step_like_upstream(self, samples: Tensor, state: StreamState) -> tuple[Tensor, StreamState]:
        """Convert the next samples [B, N] as upstream's streaming command does, which differs from `forward`.

        Upstream's prenet receives the last two hops of every chunk again with the next one, after a context that
        already contains them. So the first frames of a chunk are not those of `forward`. In this mode `state.tail`
        contains samples from before the prenet, and a stream begins with StreamState.fresh.
        """
        samples = cat((state.tail, samples[:, None]), dim=-1)
        tail = samples[..., -self.config.overlap :]
        inputs, context = samples, state.prenet
        if self.prenet is not None:
            inputs, context = self.prenet(samples, context)
        return self._converted(inputs, replace(state, tail=tail, prenet=context))

    def _received(self, samples: Tensor, state: StreamState) -> tuple[Tensor, StreamState]:
        """Pass new samples [B, 1, N] through the prenet; return the in-convolution's input [B, 1, 2 * hop + N]."""
        context = state.prenet
        if self.prenet is not None:
            samples, context = self.prenet(samples, context)
        inputs = cat((state.tail, samples), dim=-1)
        return inputs, replace(state, tail=inputs[..., -self.config.overlap :], prenet=context)

    def _converted(self, inputs: Tensor, state: StreamState) -> tuple[Tensor, StreamState]:
        """Return the converted samples [B, N] of the in-convolution's input [B, 1, 2 * hop + N]."""
        frames = relu(self.in_conv(inputs))
        encoded, encoder = self.encoder(frames, state.encoder)
        labelled = self.label[:, None] * encoded
        targets, memory = relu(self.to_targets(labelled)), relu(self.to_memory(encoded))
        decoded, decoder = self.decoder(targets, memory, state.decoder)
        mask = labelled + relu(self.from_decoder(decoded))
        masked = cat((state.output, frames * mask), dim=-1)
        samples = self.out_conv(masked).tanh()
        output = masked[..., masked.shape[-1] - self.config.out_buf_len :]
        return samples[:, 0], replace(state, encoder=encoder, decoder=decoder, output=output)
