# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Texts on the device: the sentences of a text together, and one after the other."""

import numpy as np

from models.demos.speecht5_tts.pipeline import SpeechT5
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voices import Voice


def test_sentences_of_a_text_together(device, tiled_folder, tiled_vocoder_folder, tiled, voice, monkeypatch):
    """Speak three sentences with pauses, two at a time; the result is that of a CPU."""
    reference = SpeechT5.from_pretrained(tiled_folder, tiled_vocoder_folder, precision="exact")
    model = SpeechT5.from_pretrained(tiled_folder, tiled_vocoder_folder, backend="ttnn", device=device, rows=2)
    groups = []
    together = model.network._alone

    def record(utterances, keep):
        groups.append(len(utterances))
        return together(utterances, keep)

    monkeypatch.setattr(model.network, "_alone", record)
    text, anna = "A b. [pause 0.25] C d. [pause 0.5] Oh e.", Voice(voice(tiled), "anna", "a test")
    expected, result = (each.speak(text, anna, seed=3) for each in (reference, model))
    assert groups == [2, 1]
    assert len(result) == len(expected)
    assert np.corrcoef(result, expected)[0, 1] > 0.999


def test_settings_of_another_backend(tiled_folder, tiled_vocoder_folder, expect_error):
    with expect_error(UsageError, "the backend torch has no setting rows"):
        SpeechT5.from_pretrained(tiled_folder, tiled_vocoder_folder, rows=2)
    with expect_error(UsageError, "there is no backend gpu: choose one of torch, ttnn"):
        SpeechT5.from_pretrained(tiled_folder, tiled_vocoder_folder, backend="gpu")
