# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of speaking a sentence on the device, full-size.

They cover programs and transfers of its text, of 512 frames, and of its conversion on the device.
"""

import numpy as np
import pytest
import torch

from mock_device.ledger import Ledger
from models.demos.openvoice.backend import VoiceTarget
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences, WordPieces
from models.demos.openvoice.tests.bert_models import make_bert
from models.demos.openvoice.tests.melo_checkpoints import melo_config
from models.demos.openvoice.tests.pcc.test_melo_tts import load, randomness
from models.demos.openvoice.tt.backend import DeviceBackend
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS

pytestmark = pytest.mark.device

TEXT = 900  # BERT of twelve layers, of which ten are computed, encoder, both duration predictors
FRAMES = 800  # alignment, flow, generator
PHONES, LONGEST = 100, 512
SPEAKER, PROSODY = torch.tensor([0]), Prosody()


class Told(DeviceMeloTTS):
    """MeloTTS with a given number of frames per sentence, because a mocked card without goldens gives no durations."""

    told = 0

    def _counts(self, encoding):
        return torch.full_like(super()._counts(encoding), self.told)


def sentence(seed: int) -> Sentences:
    ids = torch.randint(0, 8, (3, 1, PHONES), generator=torch.Generator().manual_seed(seed))
    pieces = WordPieces([seed + 1] * 20, [5] * 20)
    return Sentences(ids[0], torch.tensor([PHONES]), ids[1], ids[2], pieces=(pieces,))


def test_a_sentence(bare_device, reference):
    bert = make_bert(10, intermediate_size=128)  # a narrower layer; no program depends on this width
    tts = Told(load(melo_config()), bare_device, bert, DeviceBackend(reference, bare_device))
    voices = np.random.default_rng(0).standard_normal((2, reference.config.gin_channels)).astype(np.float32)

    def spoken(seed: int, frames: int, conversion):
        tts.told = frames
        with Ledger(bare_device) as text:
            encoding = tts.encode(sentence(seed), SPEAKER, PROSODY, randomness(seed))
        with Ledger(bare_device) as sound:
            (samples,) = tts.speak_encoding(encoding, SPEAKER, PROSODY, randomness(seed), conversion)
        assert len(samples) == frames * (reference.config.hop_length if conversion else 512)
        return text, sound

    conversion = VoiceTarget(*voices, 0.3, [0])
    tts.told = LONGEST
    encoding = tts.encode(sentence(0), SPEAKER, PROSODY, randomness(0))  # compiles all programs, like the next two
    for voiced in (None, conversion):
        tts.speak_encoding(encoding, SPEAKER, PROSODY, randomness(0), voiced)
    for frames in (LONGEST, 450):  # lengths not spoken before, in buckets that were
        text, base = spoken(1, frames, None)
        text.check(programs=TEXT, uploads=1, downloads=0, cache_misses=0, peak_l1_fraction=0.9)
        base.check(programs=FRAMES, uploads=1, downloads=2, cache_misses=0, peak_l1_fraction=0.9)
        _, voiced = spoken(1, frames, conversion)
        voiced.check(uploads=1, downloads=2, cache_misses=0, peak_l1_fraction=0.9)
        print(
            f"{frames} frames: text {text.num_programs}, base speech {base.num_programs}, voice {voiced.num_programs}"
        )
