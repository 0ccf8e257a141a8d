# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to base speech on a CPU: the network of reference/melo_tts.py with the generator in its fastest layout.

BERT, text encoder, durations and flow run over the whole sentence in fp32. The generator, nine tenths of the work, runs
over windows of a fixed length, each with as many frames of context as its receptive field needs, so its memory does not
grow with the sentence.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator as RandomGenerator
from torch import Tensor, nn

from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.bert import phone_features
from models.demos.openvoice.reference.melo_tts import MeloTTS, each
from models.demos.openvoice.sentences import MOST_FRAMES, Sentences, TooManyFrames, draw
from models.demos.openvoice.windows import fixed_edges, with_context
from models.tt_audio.host.home import home
from models.tt_audio.torch_backend.hifigan import FastGenerator
from models.tt_audio.torch_backend.precision import generator_dtype

GENERATOR_FRAMES = 256  # per call of the generator, context included; measured in converter.py


class ChunkedMeloTTS:
    """A loaded text-to-speech model and the BERT that it speaks with, or None to speak without.

    `precision` is one of tt_audio.torch_backend.precision.PRECISIONS. Implements `SpeechNetwork`.
    """

    backend = None
    speak_in_voice = None

    def __init__(self, model: MeloTTS, bert: nn.Module | None = None, precision: str = "fast"):
        self.model = model
        self.bert = bert
        self.config = model.config
        self.generator = FastGenerator(model.generator, generator_dtype(precision, home()))
        self.receptive_field = model.generator.receptive_field
        self.keep = GENERATOR_FRAMES - 2 * self.receptive_field

    @torch.inference_mode()
    def speak(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """Return one waveform [samples] for each sentence, from the same draws as `MeloTTS.forward`."""
        model = self.model
        model.check(sentences, speakers)
        encoding = model.encode(self._with_features(sentences), speakers)
        noise = draw(randomness, 2, sentences.lengths) if prosody.sdp_ratio else None
        durations = model.durations(encoding, prosody, noise)
        counts = frame_counts(durations)
        if (longest := max(counts.tolist())) > MOST_FRAMES:
            raise TooManyFrames(longest)
        noise = draw(randomness, self.config.inter_channels, counts)
        latents = model.latents(encoding, durations, counts, prosody, noise)
        speakers = each(encoding.speaker, len(latents))
        return [self.generate(z, speaker) for z, speaker in zip(latents, speakers, strict=True)]

    def _with_features(self, sentences: Sentences) -> Sentences:
        """Put in BERT's features, padded with zeros to the longest sentence."""
        if self.bert is None:
            return sentences
        if sentences.pieces is None:
            raise ValueError("BERT needs the word pieces of a sentence, not features of them")
        width = sentences.phones.shape[1]
        features = [phone_features(self.bert, pieces) for pieces in sentences.pieces]
        padded = [nn.functional.pad(rows, (0, width - rows.shape[1])) for rows in features]
        return replace(sentences, bert=torch.stack(padded))

    def generate(self, z: Tensor, voice: Tensor | None) -> Tensor:
        """Return the waveform [T * samples per frame] of latent frames z [1, I, T].

        `voice`: speaker embedding [1, G, 1], or None for a model without speakers.
        """
        frames, rate = z.shape[2], self.config.samples_per_frame
        pieces = []
        for piece in with_context(fixed_edges(0, frames, self.keep), frames, self.receptive_field):
            waveform = self.generator(z[:, :, piece.frames], voice)[0]
            pieces.append(waveform[piece.keep.start * rate : piece.keep.stop * rate])
        return torch.cat(pieces)
