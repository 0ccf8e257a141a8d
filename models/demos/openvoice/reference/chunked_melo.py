# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text to base speech on a CPU as fast as it goes: `melo_tts.py` with the generator in its fastest layout, in pieces.

What `pipeline.py` holds as its backend "torch". Text encoder, durations and flow see a whole sentence, as they must, in
fp32; the generator, which is nine tenths of the work, takes pieces of a fixed length with as many frames of context as
its receptive field demands, so its memory does not grow with the sentence.
"""

from collections.abc import Sequence

import torch
from torch import Generator as RandomGenerator
from torch import Tensor

from models.demos.openvoice.reference.chunked import GENERATOR_FRAMES, PRECISIONS, bfloat16_is_faster
from models.demos.openvoice.reference.melo_tts import MeloTTS, Prosody
from models.demos.openvoice.reference.text_encoder import Sentences
from models.demos.openvoice.windows import fixed_edges, with_context
from models.tt_audio.torch_backend.hifigan import FastGenerator


class ChunkedMeloTTS:
    """`precision` as for a converter: "exact" is fp32, "fast" computes the generator in bfloat16 where that pays."""

    def __init__(self, model: MeloTTS, precision: str = "fast"):
        if precision not in PRECISIONS:
            raise ValueError(f"precision is {precision!r}, it must be one of {', '.join(PRECISIONS)}")
        if precision == "fast":
            precision = "bfloat16" if bfloat16_is_faster() else "exact"
        self.model = model
        self.config = model.config
        self.generator = FastGenerator(model.generator, torch.bfloat16 if precision == "bfloat16" else torch.float32)
        self.reach = model.generator.reach
        self.keep = GENERATOR_FRAMES - 2 * self.reach

    @torch.inference_mode()
    def __call__(
        self, sentences: Sentences, speakers: Tensor, prosody: Prosody, randomness: Sequence[RandomGenerator]
    ) -> list[Tensor]:
        """One waveform [samples] for each sentence, from the same draws of noise as `MeloTTS.forward`."""
        latents, voices = self.model.drawn_latents(sentences, speakers, prosody, randomness)
        return [self.generate(z, voice[None]) for z, voice in zip(latents, voices, strict=True)]

    def generate(self, z: Tensor, voice: Tensor) -> Tensor:
        """z [1, I, T] -> [T * samples per frame]"""
        frames, rate = z.shape[2], self.config.samples_per_frame
        pieces = []
        for piece in with_context(fixed_edges(0, frames, self.keep), frames, self.reach):
            waveform = self.generator(z[:, :, piece.frames], voice)[0]
            pieces.append(waveform[piece.keep.start * rate : piece.keep.stop * rate])
        return torch.cat(pieces)
