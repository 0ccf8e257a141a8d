# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A trained Piper voice in PyTorch against ONNX Runtime, which executes the same file."""

import pytest
import torch

from models.demos.openvoice.piper.bundled import bundled_voice
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.sentences import Sentences, draw
from models.demos.openvoice.tests.piper_graph import OpenGraph, sentences
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from tests.ttnn.utils_for_testing import assert_with_pcc

SPEAKER = torch.tensor([0])


@pytest.fixture(scope="module")
def joe(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENVOICE_HOME", str(tmp_path_factory.mktemp("home")))
        return load_piper(bundled_voice())


@pytest.fixture(scope="module")
def graph():
    return OpenGraph(bundled_voice())


@pytest.mark.parametrize(
    "symbols, prosody",
    [
        pytest.param("ðə fˈɛɹi wʌz lˈeɪt.", Prosody(1.0, 0.0, 0.0, 1.0), id="no_noise"),
        pytest.param(sentences()[0], Prosody(1.0, 0.667, 0.8, 1.1), id="noise"),
    ],
)
def test_the_voice_equals_onnx_runtime(joe, graph, symbols, prosody):
    ids, unknown = joe.config.ids_of(symbols)
    assert not unknown
    sentence = Sentences(torch.tensor([ids]), torch.tensor([len(ids)]))
    source = [torch.Generator().manual_seed(3)]
    duration_noise = draw(source, 2, sentence.lengths)
    with torch.inference_mode():
        encoding = joe.model.encode(sentence, SPEAKER)
        durations = joe.model.durations(encoding, prosody, duration_noise)
        noise = draw(source, joe.model.config.inter_channels, frame_counts(durations))
        latents = joe.model.latents(encoding, durations, frame_counts(durations), prosody, noise)
        (waveform,) = joe.model.generate(latents, encoding.speaker)

    scales = prosody.noise_scale, prosody.length_scale, prosody.noise_scale_w
    expected_durations, expected = graph.speak(ids, scales, duration_noise[0].numpy(), noise[0].numpy())
    assert durations[0].tolist() == expected_durations.tolist()
    assert len(set(durations[0].tolist())) > 3 and expected.std() > 0.02
    assert_with_pcc(torch.from_numpy(expected), waveform, 0.99999)

    (spoken,) = ChunkedMeloTTS(joe.model, precision="exact").speak(
        sentence, SPEAKER, prosody, [torch.Generator().manual_seed(3)]
    )
    assert_with_pcc(torch.from_numpy(expected), spoken, 0.99999)
