# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speech decoder: the frame of one step -> prenet -> blocks -> hidden vector of the step.

A step depends on all earlier ones by attention. Their keys and values do not change, so a cache keeps them and a step
computes one row only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, relu

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.reference.attention import Attention, FeedForward, KeysValues
from models.demos.speecht5_tts.reference.positions import positions


class Prenet(nn.Module):
    """Two linear layers with dropout, position, and voice: mel frames [B, L, mel] -> [B, L, C].

    The dropout is part of the model and always on: without it the decoder copies the last frame instead of speaking.
    Its masks are an input, so that a result can be repeated.
    """

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        width, units = config.hidden_size, config.speech_decoder_prenet_units
        self.gain = 1 / (1 - config.speech_decoder_prenet_dropout)
        inputs = [config.num_mel_bins, *[units] * (config.speech_decoder_prenet_layers - 1)]
        self.layers = nn.ModuleList(nn.Linear(size, units) for size in inputs)
        self.projection = nn.Linear(units, width)
        self.position_scale = nn.Parameter(torch.ones(()))
        self.speaker = nn.Linear(width + config.speaker_embedding_dim, width)

    def forward(self, frames: Tensor, speaker: Tensor, masks: Tensor, first: int = 0) -> Tensor:
        """Return the decoder's inputs [B, L, C] for frames [B, L, mel] at the positions `first`, `first` + 1, ...

        `speaker`: [B, S], of any length other than zero; `masks`: [L, layers, units], True where a unit is kept.
        """
        x = frames
        for layer, mask in zip(self.layers, masks.unbind(1), strict=True):
            x = self.gain * mask * relu(layer(x))
        x = self.projection(x)
        length, width = x.shape[1:]
        x = x + self.position_scale * positions(first + length, width, x.device)[first:]
        voice = normalize(speaker)[:, None].expand(-1, length, -1)
        return relu(self.speaker(torch.cat((x, voice), dim=2)))


class DecoderLayer(nn.Module):
    """Block of attention to earlier steps, attention to the text, and feed-forward network."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        width, heads = config.hidden_size, config.decoder_attention_heads
        self.self_attention = Attention(width, heads)
        self.self_attention_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.cross_attention = Attention(width, heads)
        self.cross_attention_norm = nn.LayerNorm(width, config.layer_norm_eps)
        self.feed_forward = FeedForward(width, config.decoder_ffn_dim)
        self.feed_forward_norm = nn.LayerNorm(width, config.layer_norm_eps)

    def forward(
        self, x: Tensor, steps: KeysValues, text: KeysValues, causal: Tensor | None, valid: Tensor | None
    ) -> Tensor:
        """Return the block's result for x [B, L, C].

        `steps`, `text`: keys and values of the steps so far, those of x included, and of the encoder's memory;
        `causal`, `valid`: where a step may use them, as `allowed` of `Attention`.
        """
        x = self.self_attention_norm(x + self.self_attention(x, steps, causal))
        x = self.cross_attention_norm(x + self.cross_attention(x, text, valid))
        return self.feed_forward_norm(x + self.feed_forward(x))


@dataclass
class Cache:
    """Keys and values of one utterance, layer by layer."""

    text: Sequence[KeysValues]
    valid: Tensor | None  # [B, 1, 1, T]
    steps: list[KeysValues | None]  # None before the first step
    length: int = 0  # steps so far


class Decoder(nn.Module):
    """Blocks of the speech decoder."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))

    def cache(self, memory: Tensor, valid: Tensor | None = None) -> Cache:
        """Return the cache before the first step, for the encoder's memory [B, T, C] and its valid tokens [B, T]."""
        text = [layer.cross_attention.keys_values(memory) for layer in self.layers]
        return Cache(text, None if valid is None else valid[:, None, None, :], [None] * len(self.layers))

    def forward(self, x: Tensor, cache: Cache) -> Tensor:
        """Return the hidden vectors [B, L, C] of the next L steps, with inputs x [B, L, C], which enter the cache."""
        causal = self._causal(cache.length, x.shape[1], x.device)
        for index, (layer, earlier, text) in enumerate(zip(self.layers, cache.steps, cache.text, strict=True)):
            own = layer.self_attention.keys_values(x)
            cache.steps[index] = steps = own if earlier is None else earlier.then(own)
            x = layer(x, steps, text, causal, cache.valid)
        cache.length += x.shape[1]
        return x

    @staticmethod
    def _causal(earlier: int, count: int, device: torch.device) -> Tensor:
        """Return where `count` steps after `earlier` others may look [count, earlier + count]: not at later steps."""
        return torch.ones(count, earlier + count, dtype=torch.bool, device=device).tril(earlier)


def upstream_masks(config: SpeechT5Config, seed: int) -> Iterator[Tensor]:
    """Yield for each step the masks [layers, units] that transformers draws after torch.manual_seed(seed).

    transformers computes the prenet for all n frames of step n again, with masks [n, units] drawn anew for each layer.
    Only the last row of the last step enters the decoder, whose cache has the earlier ones.
    """
    random = torch.Generator().manual_seed(seed)
    step = 0
    while True:
        step += 1
        drawn = [
            torch.empty(step, config.speech_decoder_prenet_units).bernoulli_(
                config.speech_decoder_prenet_dropout, generator=random
            )
            for _ in range(config.speech_decoder_prenet_layers)
        ]
        yield torch.stack([mask[-1] for mask in drawn]).bool()
