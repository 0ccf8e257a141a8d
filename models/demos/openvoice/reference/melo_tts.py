# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS, text to base speech. OpenVoice V1's base speakers and Piper's voices are the same model with smaller parts.

    sentences -> text encoder -> durations -> [repeat each phone] -> + noise -> reversed flow -> generator -> waveforms

There are four steps, because the durations decide how many frames of noise are drawn: `encode`, `durations`, `latents`
and `generate`. `forward` does all of them and draws the noise. This is the oracle that every other implementation is
compared with. Its input are ids (text/) and BERT features (bert.py); torch_backend/melo_tts.py is the fast form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Generator as RandomGenerator
from torch import Tensor, as_tensor, nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts, repeat_phones, sequence_mask
from models.demos.openvoice.reference.coupling import ResidualCouplingBlock, TransformerCouplingBlock
from models.demos.openvoice.reference.duration_predictor import DurationPredictor
from models.demos.openvoice.reference.stochastic_duration_predictor import StochasticDurationPredictor
from models.demos.openvoice.reference.text_encoder import TextEncoder, table
from models.demos.openvoice.sentences import Sentences, draw
from models.tt_audio.reference.hifigan import Generator


@dataclass(frozen=True)
class Encoding:
    """The result of `encode` for a batch, the input of `durations` and `latents`."""

    text: Tensor  # [B, C, N]
    mean: Tensor  # of the prior, [B, I, N]
    log_deviation: Tensor  # of the prior, [B, I, N]
    mask: Tensor  # of valid ids, [B, 1, N]
    speaker: Tensor | None  # embedding, [B, G, 1]; None if the model has no speakers


def each(speakers: Tensor | None, count: int) -> Sequence[Tensor | None]:
    """Split the embeddings [B, G, 1] of a batch into [1, G, 1] for each sentence; None gives `count` times None."""
    return [None] * count if speakers is None else speakers.split(1)


class MeloTTS(nn.Module):
    """Text-to-speech network with the sizes of `config`."""

    def __init__(self, config: MeloConfig):
        super().__init__()
        self.config = config
        channels, gin_channels = config.hidden_channels, config.gin_channels
        self.speaker_embedding = table(config.n_speakers, gin_channels) if gin_channels else None
        self.text_encoder = TextEncoder(config)
        self.duration_predictor = DurationPredictor(channels, gin_channels) if config.deterministic_durations else None
        self.stochastic_duration_predictor = StochasticDurationPredictor(channels, gin_channels)
        self.flow = TransformerCouplingBlock(config) if config.transformer_flow else ResidualCouplingBlock(config)
        self.generator = Generator(config, resblock=config.resblock)

    def encode(self, sentences: Sentences, speakers: Tensor) -> Encoding:
        """Encode the text of a batch; `speakers` [B] are numbers from the checkpoint's own list.

        The caller has called `check`, while both were on the host.
        """
        speaker = None if self.speaker_embedding is None else self.speaker_embedding(speakers).unsqueeze(2)
        mask = sequence_mask(sentences.lengths, sentences.phones.shape[1])
        text, mean, log_deviation = self.text_encoder(sentences, mask, speaker)
        return Encoding(text, mean, log_deviation, mask, speaker)

    def durations(self, encoding: Encoding, prosody: Prosody, noise: Tensor | None) -> Tensor:
        """Return whole frames [B, N] for each id. `noise` is [B, 2, N], and None if sdp_ratio is 0."""
        self.check_prosody(prosody)
        args = encoding.text, encoding.mask, encoding.speaker
        log_durations: Tensor | float = 0.0
        if self.duration_predictor is not None:
            log_durations = self.duration_predictor(*args) * (1 - prosody.sdp_ratio)
        if prosody.sdp_ratio:
            if noise is None:
                raise ValueError("stochastic durations need noise")
            stochastic = self.stochastic_duration_predictor(*args, noise * prosody.noise_scale_w)
            log_durations = stochastic * prosody.sdp_ratio + log_durations
        durations = as_tensor(log_durations).exp() * encoding.mask * prosody.length_scale
        return durations.ceil().squeeze(1).long()

    def latents(
        self, encoding: Encoding, durations: Tensor, counts: Tensor, prosody: Prosody, noise: Tensor
    ) -> list[Tensor]:
        """Return the generator's input [1, I, frames] of each sentence.

        `counts` [B] are the `frame_counts` of the durations, on the host; `noise` is [B, I, the largest of them].
        """
        mask = sequence_mask(counts.to(durations.device), noise.shape[2])
        mean = repeat_phones(encoding.mean, durations, noise.shape[2])
        deviation = repeat_phones(encoding.log_deviation, durations, noise.shape[2]).exp()
        z = mean + noise * deviation * prosody.noise_scale
        z = self.flow(z, mask, encoding.speaker, reverse=True) * mask
        return [z[row : row + 1, :, :count] for row, count in enumerate(counts.tolist())]

    def forward(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """Speak a batch: one waveform [samples] for each sentence.

        Each sentence draws its noise from a random generator of its own, so it sounds the same in any batch. The order
        of the draws: [2, N] for the stochastic durations (none if sdp_ratio is 0), then [I, frames].
        """
        self.check(sentences, speakers)
        encoding = self.encode(sentences, speakers)
        noise = draw(randomness, 2, sentences.lengths) if prosody.sdp_ratio else None
        durations = self.durations(encoding, prosody, noise)
        counts = frame_counts(durations).cpu()
        noise = draw(randomness, self.config.inter_channels, counts)
        return self.generate(self.latents(encoding, durations, counts, prosody, noise), encoding.speaker)

    def generate(self, latents: list[Tensor], speakers: Tensor | None) -> list[Tensor]:
        """Return the waveform [samples] of each latent [1, I, frames]; `speakers` [B, G, 1] are embeddings, or None."""
        # One by one: a batch would compute, and in the last stages hold, the padding after each shorter sentence.
        return [self.generator(z, speaker)[0] for z, speaker in zip(latents, each(speakers, len(latents)), strict=True)]

    def check_prosody(self, prosody: Prosody) -> None:
        """Raise a ValueError if the model lacks the deterministic duration predictor that the prosody asks for."""
        if self.duration_predictor is None and prosody.sdp_ratio != 1:
            raise ValueError(
                f"sdp_ratio is {prosody.sdp_ratio}; this model has stochastic durations only: it must be 1"
            )

    def check(self, sentences: Sentences, speakers: Tensor) -> None:
        """Raise a ValueError for ids outside of the tables: a device would read other memory for them.

        It reads the tensors' values, so they belong on the host.
        """
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
