# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`check`: a sentence by the CPU and by a backend, with the same dropout masks, and how well they agree."""

import argparse
from dataclasses import asdict, dataclass

import numpy as np

from models.demos.speecht5_tts.demo.loading import model_files
from models.demos.speecht5_tts.pipeline import SpeechT5
from models.tt_audio.cli.backends import backend_settings, choose_backend
from models.tt_audio.cli.terminal import tell
from models.tt_audio.host.voices import Voice

LEAST_PCC = 0.99  # of the waveforms of a whole generation


@dataclass(frozen=True)
class Agreement:
    """Agreement of the speech of a backend with that of PyTorch in float32."""

    samples: int
    expected_samples: int
    pcc: float  # over the samples that both have
    largest_difference: float

    @property
    def good(self) -> bool:
        """Whether both are equally long and as alike as they have to be."""
        return self.samples == self.expected_samples and self.pcc >= LEAST_PCC


def check(options: argparse.Namespace) -> int:
    """Run the command; return 1 if the two differ."""
    backend, _ = choose_backend(options.backend, options.device)
    settings = backend_settings(options, backend)
    with model_files(options) as (folder, vocoder, voice_name):
        reference = SpeechT5.from_pretrained(folder, vocoder, precision="exact")
        model = SpeechT5.from_pretrained(folder, vocoder, backend=backend, **settings)
        agreement = compare(model, reference, options.text, model.voice(voice_name), options.seed)
    text = (
        f"{backend} beside PyTorch: {agreement.samples:,} samples of {agreement.expected_samples:,}, "
        f"PCC {agreement.pcc:.6f}, largest difference {agreement.largest_difference:.1e}"
    )
    tell(options, text, asdict(agreement) | {"backend": backend, "good": agreement.good})
    return int(not agreement.good)


def compare(model: SpeechT5, reference: SpeechT5, text: str, voice: Voice, seed: int) -> Agreement:
    """Speak a text by both."""
    own, expected = (each.speak(text, voice, seed) for each in (model, reference))
    count = min(len(own), len(expected))
    return Agreement(
        samples=len(own),
        expected_samples=len(expected),
        pcc=float(np.corrcoef(own[:count], expected[:count])[0, 1]),
        largest_difference=float(np.abs(own[:count] - expected[:count]).max()),
    )
