# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Piper voices on the device: a trained voice at full size, and a small one with several speakers in a batch."""

import os

import pytest
import torch

from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, draw
from models.demos.openvoice.tests.pcc.test_melo_runner import durations_of
from models.demos.openvoice.tests.pcc.test_melo_tts import randomness
from models.demos.openvoice.tests.pcc.test_runner import mel
from models.demos.openvoice.tests.piper_weights import N_SYMBOLS, piper_model
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from tests.ttnn.utils_for_testing import assert_with_pcc

pytestmark = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="a simulator takes hours at full size")

PROSODY = Prosody(1.0, 0.667, 0.8, 1.0)


def expected_of(
    reference: MeloTTS, sentence: Sentences, speaker: torch.Tensor, durations: torch.Tensor, source: list
) -> torch.Tensor:
    """Return the reference's samples with given durations [1, N]; `source` has drawn the noise of the durations."""
    encoding = reference.encode(sentence, speaker)
    noise = draw(source, reference.config.inter_channels, frame_counts(durations))
    latents = reference.latents(encoding, durations, frame_counts(durations), PROSODY, noise)
    return reference.generate(latents, encoding.speaker)[0]


def test_a_trained_voice(device, tmp_path, monkeypatch):
    """Speak a sentence of 1 s: equal durations, and the reference's log-mel and waveform for them.

    The waveform's bar is 0.995, because the flow amplifies errors of single phones in this sentence; most sentences
    reach 0.999 (PERF.md, "A Piper voice").
    """
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    voice = load_piper(bundled_voice())
    reference, speaker = voice.model, torch.tensor([0])
    ids = voice.config.ids_of("ðə fˈɛɹi wʌz lˈeɪt.").ids
    sentence = Sentences(torch.tensor([ids]), torch.tensor([len(ids)]))
    source = randomness()
    encoding = reference.encode(sentence, speaker)
    expected_durations = reference.durations(encoding, PROSODY, draw(source, 2, sentence.lengths))

    tts = DeviceMeloTTS(reference, device)
    own_source = randomness()
    on_device = tts.encode(sentence, speaker, PROSODY, own_source)
    durations = durations_of(on_device, len(ids))
    assert (durations == expected_durations).float().mean() >= 0.99
    (actual,) = tts.speak_encoding(on_device, speaker, PROSODY, own_source)
    expected = expected_of(reference, sentence, speaker, durations, source)
    assert_with_pcc(*(mel(samples, reference.config.sampling_rate) for samples in (expected, actual)), 0.999)
    assert_with_pcc(expected, actual, 0.995)


def test_speakers_and_a_batch_of_sentences_that_end_inside_a_window(device):
    """Speak two sentences of different lengths by the second of two speakers."""
    reference, speaker, seeds = piper_model("small", 2), torch.tensor([1]), (3, 4)
    numbers = torch.Generator().manual_seed(0)
    single = [
        Sentences(torch.randint(0, N_SYMBOLS, (1, length), generator=numbers), torch.tensor([length]))
        for length in (9, 14)
    ]
    tts = DeviceMeloTTS(reference, device, window=64)
    own_source = [torch.Generator().manual_seed(seed) for seed in seeds]
    on_device = tts.encode(Sentences.stack(single), speaker.expand(2), PROSODY, own_source)
    durations = durations_of(on_device, 2 * 64).reshape(2, 64)
    spoken = tts.speak_encoding(on_device, speaker.expand(2), PROSODY, own_source)
    for sentence, seed, own, actual in zip(single, seeds, durations, spoken, strict=True):
        length = int(sentence.lengths)
        source = [torch.Generator().manual_seed(seed)]
        noise = draw(source, 2, sentence.lengths)
        expected_durations = reference.durations(reference.encode(sentence, speaker), PROSODY, noise)[0]
        assert own[:length].tolist() == expected_durations.tolist() and not own[length:].any()
        expected = expected_of(reference, sentence, speaker, own[None, :length], source)
        assert_with_pcc(expected, actual, 0.999)
