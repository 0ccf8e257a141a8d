# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to base speech: MeloTTS, and OpenVoice V1's base speakers, which are the same model with smaller parts.

    sentences -> text encoder -> durations -> [repeat each phone] -> + noise -> reversed flow -> generator -> waveforms

Four steps, because the second noise has as many frames as the first one decides: `encode`, `durations`, `latents` and
`generate`. `forward` takes them all and draws the noise. Nothing here knows letters: ids come from text/, BERT features
from bert.py. This is the plain form, the oracle; `chunked_melo.py` is the fast one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.reference.alignment import frame_counts, repeat_phones, sequence_mask
from models.demos.openvoice.reference.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.demos.openvoice.reference.stochastic_duration_predictor import StochasticDurationPredictor
from models.demos.openvoice.reference.text_encoder import Sentences, TextEncoder
from models.tt_audio.reference.hifigan import Generator


@dataclass(frozen=True)
class Prosody:
    """How a sentence is spoken; the defaults are those of upstream's MeloTTS interface."""

    sdp_ratio: float = 0.2  # share of the stochastic duration predictor, 0 ... 1: rhythm that varies from draw to draw
    noise_scale: float = 0.6  # freedom of intonation
    noise_scale_w: float = 0.8  # freedom of rhythm within the stochastic share
    length_scale: float = 1.0  # 1 / speed


@dataclass(frozen=True)
class Encoding:
    """A batch between `encode` and `latents`: text [B, C, N], mean and log deviation [B, I, N], mask [B, 1, N], speaker
    [B, G, 1]."""

    text: Tensor
    mean: Tensor
    log_deviation: Tensor
    mask: Tensor
    speaker: Tensor


class MeloTTS(nn.Module):
    def __init__(self, config: MeloConfig):
        super().__init__()
        self.config = config
        self.speaker_embedding = nn.Embedding(config.n_speakers, config.gin_channels)
        self.text_encoder = TextEncoder(config)
        self.duration_predictor = DurationPredictor(config.hidden_channels, config.gin_channels)
        self.stochastic_duration_predictor = StochasticDurationPredictor(config.hidden_channels, config.gin_channels)
        self.flow = TransformerCouplingBlock(config) if config.transformer_flow else ResidualCouplingBlock(config)
        self.generator = Generator(config)

    def encode(self, sentences: Sentences, speakers: Tensor) -> Encoding:
        """speakers [B] are numbers of the checkpoint's own list."""
        self.check(sentences, speakers)
        speaker = self.speaker_embedding(speakers).unsqueeze(2)
        mask = sequence_mask(sentences.lengths, sentences.phones.shape[1])
        text, mean, log_deviation = self.text_encoder(sentences, mask, speaker)
        return Encoding(text, mean, log_deviation, mask, speaker)

    def durations(self, encoding: Encoding, prosody: Prosody, noise: Tensor | None) -> Tensor:
        """Whole frames for each phone, [B, N]. `noise` is [B, 2, N], and None where sdp_ratio is 0."""
        args = encoding.text, encoding.mask, encoding.speaker
        log_durations = self.duration_predictor(*args) * (1 - prosody.sdp_ratio)
        if prosody.sdp_ratio:
            stochastic = self.stochastic_duration_predictor(*args, noise * prosody.noise_scale_w)
            log_durations = stochastic * prosody.sdp_ratio + log_durations
        durations = log_durations.exp() * encoding.mask * prosody.length_scale
        return durations.ceil().squeeze(1).long()

    def latents(self, encoding: Encoding, durations: Tensor, prosody: Prosody, noise: Tensor) -> list[Tensor]:
        """The generator's input [1, I, frames] of each sentence. `noise` is [B, I, T], T of the longest sentence."""
        frames = frame_counts(durations)
        mask = sequence_mask(frames)
        mean = repeat_phones(encoding.mean, durations)
        deviation = repeat_phones(encoding.log_deviation, durations).exp()
        z = mean + noise * deviation * prosody.noise_scale
        z = self.flow(z, mask, encoding.speaker, reverse=True) * mask
        return [z[row : row + 1, :, :count] for row, count in enumerate(frames.tolist())]

    def drawn_latents(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> tuple[list[Tensor], Tensor]:
        """All of it but the generator, whose input for each sentence this is, and the speakers [B, G, 1].

        Each sentence draws its noise from a random generator of its own, so it sounds the same in any batch. The order:
        [2, N] for the stochastic durations (none where sdp_ratio is 0), then [I, T] for the frames.
        """
        encoding = self.encode(sentences, speakers)
        noise = draw(randomness, 2, sentences.lengths) if prosody.sdp_ratio else None
        durations = self.durations(encoding, prosody, noise)
        noise = draw(randomness, self.config.inter_channels, frame_counts(durations))
        return self.latents(encoding, durations, prosody, noise), encoding.speaker

    def forward(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """One waveform [samples] for each sentence."""
        return self.generate(*self.drawn_latents(sentences, speakers, prosody, randomness))

    def generate(self, latents: list[Tensor], speakers: Tensor) -> list[Tensor]:
        # One by one: a batch would compute, and at the last stages hold, the padding behind every shorter sentence.
        return [self.generator(z, speaker[None])[0] for z, speaker in zip(latents, speakers, strict=True)]

    def check(self, sentences: Sentences, speakers: Tensor) -> None:
        """Ids beyond a table would read memory on a device, and say 'index out of range' at best."""
        config = self.config
        limits = [("phones", len(config.symbols)), ("tones", config.n_tones), ("languages", config.n_languages)]
        for name, limit in limits if config.is_melo else limits[:1]:
            ids = getattr(sentences, name)
            if ids is None:
                raise ValueError(f"this model needs {name} for its sentences")
            if ids.shape != sentences.phones.shape or not 0 <= int(ids.min()) <= int(ids.max()) < limit:
                raise ValueError(
                    f"{name} need the shape of phones {list(sentences.phones.shape)} and lie in 0 ... {limit - 1}, "
                    "the range of this checkpoint"
                )
        if not 1 <= int(sentences.lengths.min()) <= int(sentences.lengths.max()) <= sentences.phones.shape[1]:
            raise ValueError("each sentence needs a length of at least one phone and at most the batch's width")
        if not 0 <= int(speakers.min()) <= int(speakers.max()) < config.n_speakers:
            raise ValueError(f"speakers {speakers.tolist()} must lie in 0 ... {config.n_speakers - 1}")


def draw(randomness: Sequence[RandomGenerator], channels: int, lengths: Tensor) -> Tensor:
    """Standard normal noise [B, channels, longest], zero behind a sentence's end."""
    noise = torch.zeros(len(lengths), channels, int(lengths.max()))
    for row, (generator, length) in enumerate(zip(randomness, lengths.tolist(), strict=True)):
        noise[row, :, :length] = torch.randn(channels, length, generator=generator)
    return noise
