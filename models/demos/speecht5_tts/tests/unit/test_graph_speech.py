# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""SpeechT5 as on a GPU, without one: with the stand-in for graphs on the CPU, and with tensors that have no values."""

import copy

import pytest
import torch

from models.demos.speecht5_tts.pipeline import SpeechT5
from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.torch_backend.graph_speech import STEPS_AT_ONCE, GraphSpeech, StepNetwork
from models.tt_audio.host.errors import DeviceError, UsageError
from models.tt_audio.testing.device_checks import on_fake_gpu
from models.tt_audio.testing.recorded_graphs import RecordedGraphs
from models.tt_audio.torch_backend.graph_cache import GraphCache
from models.tt_audio.torch_backend.stages import stages


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def graphed(speech, vocoder):
    graphs = GraphCache(torch.device("cpu"), RecordedGraphs())
    return GraphSpeech(copy.deepcopy(speech), copy.deepcopy(vocoder), graphs, stages("exact"))


@pytest.fixture
def steps_looked_at(graphed, monkeypatch):
    """Count the steps of each block."""
    counts = []
    compute = graphed._next_steps
    monkeypatch.setattr(graphed, "_next_steps", lambda masks: counts.append(len(masks)) or compute(masks))
    return counts


def equal(result: torch.Tensor, expected: torch.Tensor) -> None:
    assert expected.std() > 0.05
    torch.testing.assert_close(result, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("seed, length", [(0, 17), (5, 17), (1, 5), (2, 11)])
def test_steps_of_one_utterance_after_another_equal_the_reference(graphed, speech, tokens, speaker, seed, length):
    """A longer text before a shorter one: the mask hides the values of the longer one."""
    tokens = tokens[:length]
    expected = list(speech.steps(tokens, speaker, upstream_masks(speech.config, seed)))
    steps = list(graphed.steps(tokens, speaker, upstream_masks(speech.config, seed)))
    assert len(steps) == len(expected) >= 2
    equal(torch.cat(steps), torch.cat(expected))
    assert graphed.graphs.stats().eager == 0


def test_the_stop_value_is_read_every_eight_steps(graphed, speech, tokens, speaker, steps_looked_at):
    count = len(list(graphed.steps(tokens, speaker, upstream_masks(speech.config, 5))))
    assert steps_looked_at == [STEPS_AT_ONCE] * -(-count // STEPS_AT_ONCE)


def test_speech_ends_at_the_largest_length(graphed, speech, tokens, speaker, steps_looked_at):
    bias = graphed.speech.stop.bias  # its graph reads it where it is
    before = bias.clone()
    bias.fill_(-100)
    try:
        steps = list(graphed.steps(tokens[:3], speaker, upstream_masks(speech.config, 1)))
    finally:
        bias.copy_(before)
    assert len(steps) == 30
    assert steps_looked_at == [8, 8, 8, 6]


@pytest.mark.parametrize("keep", [16, 64])
def test_whole_speech(graphed, speech, vocoder, tokens, speaker, keep, logged_warnings):
    expected = vocoder(speech(tokens, speaker, upstream_masks(speech.config, 5))[None])[0]
    equal(torch.cat(list(graphed.speak(tokens, speaker, upstream_masks(speech.config, 5), keep))), expected)
    assert graphed.graphs.stats().eager == 0 and not logged_warnings


def test_a_second_text_at_the_same_time_is_refused_and_an_ended_one_is_not_in_the_way(
    graphed, speech, tokens, speaker, expect_error
):
    first = graphed.steps(tokens, speaker, upstream_masks(speech.config, 0))
    next(first)
    with expect_error(UsageError, "speaks another text at the moment: end that one first"):
        next(graphed.steps(tokens, speaker, upstream_masks(speech.config, 0)))
    first.close()
    assert len(list(graphed.steps(tokens, speaker, upstream_masks(speech.config, 0)))) > 1


def test_steps_and_vocoder_run_on_a_gpu_without_waiting_for_it(speech, graphed):
    generate = graphed.generate
    with on_fake_gpu() as gpu:
        network = StepNetwork(gpu.move(speech), torch.device("cuda"))
        network.begin(gpu.tensor(9, dtype=torch.long), gpu.tensor(speech.config.speaker_embedding_dim))
        network()
        assert network.stops.device.type == "cuda"
        moved = GraphSpeech.__new__(GraphSpeech)
        moved.generate, moved.vocoder, moved.stages = gpu.move(generate), gpu.move(graphed.vocoder), stages("fast")
        moved.speech = gpu.move(speech)
        mel = moved.postnet(gpu.tensor(20, speech.config.num_mel_bins))
        rate = graphed.vocoder.config.samples_per_frame
        assert moved.vocoded(mel[None], gpu.tensor(1, 1, 20)).shape == (1, 20 * rate)


def test_a_gpu_that_is_not_there_is_one_sentence(expect_error, monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    with expect_error(DeviceError, "was built without CUDA"):
        SpeechT5.from_pretrained("x", "y", device="cuda")
