# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The tone colour converter: the same words in another voice.

    waveform -> spectrogram -> posterior encoder -> flow with the source voice -> flow reversed with the target voice
             -> generator -> waveform
    waveform -> spectrogram -> tone colour encoder -> speaker embedding

This form converts a whole recording at once. It is the oracle that every other implementation is compared with;
torch_backend/converter.py does the same for any length in constant memory.
"""

import torch
from torch import Tensor, nn

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.coupling import ResidualCouplingBlock
from models.demos.openvoice.reference.posterior_encoder import PosteriorEncoder
from models.demos.openvoice.reference.spectrogram import Spectrogram
from models.demos.openvoice.reference.tone_color_encoder import ToneColorEncoder
from models.tt_audio.reference.hifigan import Generator


class Converter(nn.Module):
    """Tone colour converter with the sizes of `config`."""

    def __init__(self, config: ConverterConfig):
        super().__init__()
        self.config = config
        self.spectrogram = Spectrogram(config)
        self.posterior_encoder = PosteriorEncoder(config)
        self.flow = ResidualCouplingBlock(config)
        self.generator = Generator(config)
        self.tone_color_encoder = ToneColorEncoder(config.spec_channels, config.gin_channels)

    def embed(self, waveform: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return speaker embeddings [B, gin_channels] of waveforms [B, N]; `lengths` [B] are their valid samples."""
        frames = None if lengths is None else lengths // self.config.hop_length
        return self.tone_color_encoder(self.spectrogram(waveform, lengths), frames)

    def forward(
        self,
        waveform: Tensor,
        source: Tensor,
        target: Tensor,
        noise: Tensor,
        tau: float,
        lengths: Tensor | None = None,
    ) -> Tensor:
        """Convert waveforms [B, N] from the voices `source` [B, G] to `target` [B, G] -> [B, T * hop], T = N // hop.

        `noise` [B, inter_channels, T] is standard normal. `lengths` [B] are the valid samples of each item; the result
        is zero after them.
        """
        mask = None
        if lengths is not None:
            frames = torch.arange(noise.shape[2], device=waveform.device) < lengths[:, None] // self.config.hop_length
            mask = frames[:, None].to(waveform.dtype)
        speaker_free = self.remove_voice(self.spectrogram(waveform, lengths), source, noise, tau, mask)
        return self.generator(self.add_voice(speaker_free, target, mask), self.speaker_conditioning(target), mask)

    def remove_voice(
        self, spec: Tensor, source: Tensor, noise: Tensor, tau: float, mask: Tensor | None = None
    ) -> Tensor:
        """Return latent frames [B, I, T] without the source voice [B, G]; they serve every target voice.

        `spec` [B, bins, T], `noise` [B, I, T] standard normal, `mask` [B, 1, T] or None.
        """
        z = self.posterior_encoder(spec, mask, noise, tau, self.speaker_conditioning(source))
        return self.flow(z, mask, source[:, :, None])

    def add_voice(self, speaker_free: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
        """Add the target voice [B, G] to latent frames [B, I, T] without a voice. -> [B, I, T]"""
        return self.flow(speaker_free, mask, target[:, :, None], reverse=True)

    def speaker_conditioning(self, embedding: Tensor) -> Tensor | None:
        """Return what conditions encoder and generator on a voice: the embedding [B, G] as [B, G, 1].

        None with `zero_g` (V2), where only the flow is conditioned.
        """
        return None if self.config.zero_g else embedding[:, :, None]

    @property
    def latent_receptive_field(self) -> int:
        """Return the receptive field of the generator's input, in frames to each side."""
        encoded = self.posterior_encoder.receptive_field
        return max(self.flow.receptive_field(self.flow.receptive_field((encoded, encoded)), reverse=True))
