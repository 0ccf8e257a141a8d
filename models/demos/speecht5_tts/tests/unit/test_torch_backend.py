# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The CPU's form of the network equals the reference: steps, postnet and vocoder in windows, whole speech."""

import pytest
import torch

from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.torch_backend.speech import FastSpeech
from models.demos.speecht5_tts.torch_backend.windows import in_windows

SEED = 5


@pytest.fixture(scope="module")
def fast(speech, vocoder):
    return FastSpeech(speech, vocoder, precision="exact")


@pytest.fixture(autouse=True)
def seeded_without_gradients():
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def assert_equal(ours: torch.Tensor, reference: torch.Tensor) -> None:
    assert reference.std() > 0.05, "the comparison needs a signal"
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=0)


@pytest.mark.parametrize("seed", [0, 5])
def test_steps(fast, speech, tokens, speaker, seed):
    expected = list(speech.steps(tokens, speaker, upstream_masks(speech.config, seed)))
    steps = list(fast.steps(tokens, speaker, upstream_masks(speech.config, seed)))
    assert 2 <= len(steps) == len(expected) < speech.config.most_steps(len(tokens))
    assert_equal(torch.cat(steps), torch.cat(expected))


def test_speech_ends_at_the_largest_length(fast, speech, tokens, speaker, monkeypatch):
    monkeypatch.setattr(speech.stop.bias, "data", speech.stop.bias - 100)
    assert len(list(fast.steps(tokens[:3], speaker, upstream_masks(speech.config, SEED)))) == 30


@pytest.mark.parametrize("keep", [1, 7, 64, 500])
def test_postnet_in_windows(fast, speech, keep):
    frames = torch.randn(90, speech.config.num_mel_bins)
    parts = list(fast.mel(frames.split(2), keep))
    assert [len(part) for part in parts] == [min(keep, 90 - start) for start in range(0, 90, keep)]
    assert_equal(torch.cat(parts), speech.postnet(frames[None])[0])


@pytest.mark.parametrize("keep", [16, 64, 500])
def test_vocoder_in_windows(fast, vocoder, keep):
    mel = 2 * torch.randn(90, vocoder.config.inter_channels) - 3
    assert_equal(torch.cat(list(fast.samples(mel.split(13), keep))), vocoder(mel[None])[0])


def test_less_context_would_be_wrong(fast, speech):
    """Show that the windows of the tests above need all of their context."""
    frames = torch.randn(90, speech.config.num_mel_bins)
    parts = in_windows([frames], lambda part: speech.postnet(part[None])[0], 16, speech.postnet.receptive_field - 1)
    assert (torch.cat(list(parts)) - speech.postnet(frames[None])[0]).abs().max() > 1e-5


def test_whole_speech(fast, speech, vocoder, tokens, speaker):
    expected = vocoder(speech(tokens, speaker, upstream_masks(speech.config, SEED))[None])[0]
    samples = torch.cat(list(fast.speak(tokens, speaker, upstream_masks(speech.config, SEED), keep=32)))
    assert_equal(samples, expected)


def test_audio_comes_before_the_sentence_is_decoded(fast, speech, tokens, speaker):
    """32 frames of sound need 24 more of the postnet, which needs 10 more: 66, or 33 steps of 53."""
    drawn = []
    masks = (drawn.append(mask) or mask for mask in upstream_masks(speech.config, SEED))
    stream = fast.speak(tokens, speaker, masks, keep=32)
    assert len(next(stream)) == 32 * 256
    assert len(drawn) == (32 + 24 + 10) / 2
    assert sum(len(part) for part in stream) == (2 * 53 - 32) * 256


def test_the_caller_may_compute_gradients_between_two_steps(fast, speech, tokens, speaker):
    for _ in fast.steps(tokens, speaker, upstream_masks(speech.config, SEED)):
        assert not torch.is_inference_mode_enabled()
        break
