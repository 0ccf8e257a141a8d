# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SpeechT5's text to speech: token ids and a speaker embedding -> mel frames, two in each step, until the stop.

    tokens -> Encoder -> memory
    frame of the last step -> Prenet -> Decoder (with memory) -> hidden vector -> mel: the step's frames
                                                                               -> stop: probabilities of the end
    all frames -> Postnet -> mel frames -> Vocoder (vocoder.py) -> samples

The first step gets a frame of zeros, every other one the last frame of the step before, as it is without the postnet.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from models.demos.speecht5_tts.config import SpeechT5Config
from models.demos.speecht5_tts.reference.decoder import Decoder, Prenet
from models.demos.speecht5_tts.reference.encoder import Encoder
from models.demos.speecht5_tts.reference.postnet import Postnet

# Speech ends with the step whose probabilities of the end add up to this.
STOP = 0.5


class SpeechT5Network(nn.Module):
    """Text-to-speech network of SpeechT5 without its vocoder."""

    def __init__(self, config: SpeechT5Config):
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.prenet = Prenet(config)
        self.decoder = Decoder(config)
        self.mel = nn.Linear(config.hidden_size, config.reduction_factor * config.num_mel_bins)
        self.stop = nn.Linear(config.hidden_size, config.reduction_factor)
        self.postnet = Postnet(config)

    def frames(self, hidden: Tensor) -> Tensor:
        """Return the frames [B, L * reduction_factor, mel] of hidden vectors [B, L, C]."""
        return self.mel(hidden).unflatten(2, (self.config.reduction_factor, -1)).flatten(1, 2)

    def ends(self, hidden: Tensor) -> Tensor:
        """Return for hidden vectors [B, L, C] whether speech ends with the step [B, L]."""
        return self.stop(hidden).sigmoid().sum(2) >= STOP

    def steps(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the frames [reduction_factor, mel] of each step, before the postnet.

        `tokens`: ids [T]; `speaker`: [S]; `masks`: dropout of the prenet for each step, [layers, units].
        """
        cache = self.decoder.cache(self.encoder(tokens[None]))
        frame = torch.zeros(1, 1, self.config.num_mel_bins, device=tokens.device)
        for step, mask in zip(range(max(1, self.config.most_steps(len(tokens)))), masks, strict=False):
            hidden = self.decoder(self.prenet(frame, speaker[None], mask[None], first=step), cache)
            frames = self.frames(hidden)
            yield frames[0]
            if self.ends(hidden):
                return
            frame = frames[:, -1:]

    def forward(self, tokens: Tensor, speaker: Tensor, masks: Iterable[Tensor]) -> Tensor:
        """Return the mel frames [L, mel] of an utterance; the arguments are those of `steps`."""
        return self.postnet(torch.cat([*self.steps(tokens, speaker, masks)])[None])[0]

    def teacher_forced(self, tokens: Tensor, speaker: Tensor, masks: Tensor, frames: Tensor) -> Tensor:
        """Return the hidden vectors [L, C] of steps that get the given frames [L, mel] in place of their own.

        All steps are computed at once. `masks`: [L, layers, units].
        """
        cache = self.decoder.cache(self.encoder(tokens[None]))
        return self.decoder(self.prenet(frames[None], speaker[None], masks), cache)[0]
