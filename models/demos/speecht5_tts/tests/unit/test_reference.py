# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The reference equals transformers' SpeechT5, module by module and as a whole, with the same seeded weights."""

from itertools import islice

import pytest
import torch

from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.reference.positions import positions

SEED = 5


def assert_equal(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert theirs.std() > 0.05, "the comparison needs a signal"
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def given_masks(speech, steps: int) -> torch.Tensor:
    return torch.stack(list(islice(upstream_masks(speech.config, SEED), steps)))


@pytest.fixture(autouse=True)
def seeded_without_gradients():
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def test_positions(upstream):
    table = upstream.speecht5.decoder.prenet.encode_positions.pe[0]
    assert torch.equal(positions(*table.shape), table)


def test_encoder(speech, upstream, tokens):
    """The text is longer than the largest relative position."""
    theirs = upstream.speecht5.encoder(input_values=tokens[None], attention_mask=torch.ones(1, len(tokens)))
    assert len(tokens) > 2 * speech.config.encoder_max_relative_position
    assert_equal(speech.encoder(tokens[None]), theirs.last_hidden_state)


def test_padded_text_in_a_batch(speech, upstream, tokens):
    padded = tokens.clone()
    padded[11:] = speech.config.pad_token_id
    batch = torch.stack((tokens, padded))
    valid = batch != speech.config.pad_token_id
    ours = speech.encoder(batch, valid)
    theirs = upstream.speecht5.encoder(input_values=batch, attention_mask=valid.int()).last_hidden_state
    assert_equal(ours[valid], theirs[valid])
    assert_equal(ours[1, :11], speech.encoder(tokens[None, :11])[0])


def test_prenet(speech, upstream, speaker):
    frames = torch.randn(1, 9, speech.config.num_mel_bins)
    torch.manual_seed(SEED)
    theirs = upstream.speecht5.decoder.prenet(frames, speaker[None])
    random = torch.Generator().manual_seed(SEED)
    shape = (frames.shape[1], speech.config.speech_decoder_prenet_units)
    masks = torch.stack([torch.empty(shape).bernoulli_(0.5, generator=random) for _ in range(2)], dim=1)
    ours = speech.prenet(frames, speaker[None], masks)
    assert_equal(ours, theirs)
    assert_equal(speech.prenet(frames[:, 4:], speaker[None], masks[4:], first=4), theirs[:, 4:])


def test_voice_is_used_by_its_direction_only(speech, speaker):
    frames, masks = torch.randn(1, 2, speech.config.num_mel_bins), torch.ones(2, 2, 16)
    quiet, loud = (speech.prenet(frames, factor * speaker[None], masks) for factor in (0.1, 10.0))
    assert_equal(loud, quiet)


@pytest.mark.parametrize("padded", [False, True])
def test_decoder_steps_with_a_cache(speech, upstream, tokens, padded):
    """Compare three steps of a batch of two, of which one text may be shorter."""
    memory = torch.randn(2, len(tokens), speech.config.hidden_size)
    valid = torch.ones(2, len(tokens), dtype=torch.bool)
    valid[1, 11:] = not padded
    inputs = torch.randn(2, 3, speech.config.hidden_size)
    cache = speech.decoder.cache(memory, valid if padded else None)
    kept = None
    for step in range(3):
        x = inputs[:, step : step + 1]
        theirs = upstream.speecht5.decoder.wrapped_decoder(
            hidden_states=x,
            encoder_hidden_states=memory,
            encoder_attention_mask=valid.int(),
            past_key_values=kept,
            use_cache=True,
        )
        kept = theirs.past_key_values
        assert_equal(speech.decoder(x, cache), theirs.last_hidden_state)
    assert cache.length == 3


def test_steps_one_by_one_equal_all_at_once(speech):
    memory = torch.randn(1, 7, speech.config.hidden_size)
    inputs = torch.randn(1, 6, speech.config.hidden_size)
    whole = speech.decoder(inputs, speech.decoder.cache(memory))
    cache = speech.decoder.cache(memory)
    parts = [speech.decoder(part, cache) for part in inputs.split([1, 2, 1, 2], dim=1)]
    assert_equal(torch.cat(parts, dim=1), whole)


def test_a_step_does_not_depend_on_later_ones(speech):
    memory = torch.randn(1, 7, speech.config.hidden_size)
    inputs = torch.randn(1, 6, speech.config.hidden_size)
    changed = inputs.clone()
    changed[:, 4:] += 1
    first, second = (speech.decoder(x, speech.decoder.cache(memory)) for x in (inputs, changed))
    assert torch.equal(first[:, :4], second[:, :4])
    assert ((first[:, 4:] - second[:, 4:]).abs().amax(dim=2) > 0).all()


def test_frames_and_stop(speech, upstream):
    hidden = torch.randn(1, 50, speech.config.hidden_size)
    before, _, logits = upstream.speech_decoder_postnet(hidden)
    assert_equal(speech.frames(hidden), before)
    ends = logits.sigmoid().unflatten(1, (50, 2)).sum(2) >= 0.5
    assert 0 < ends.sum() < 50 and torch.equal(speech.ends(hidden), ends)


def test_postnet(speech, upstream):
    frames = torch.randn(2, 25, speech.config.num_mel_bins)
    assert_equal(speech.postnet(frames), upstream.speech_decoder_postnet.postnet(frames))


def test_receptive_field_of_the_postnet(speech):
    assert speech.postnet.receptive_field == 10
    frames = torch.randn(1, 41, speech.config.num_mel_bins)
    changed = frames.clone()
    changed[:, 20] += 1
    differs = (speech.postnet(frames) - speech.postnet(changed)).abs().amax(dim=(0, 2)).nonzero()[:, 0]
    assert (int(differs[0]), int(differs[-1])) == (10, 30)


def test_vocoder(vocoder, upstream_vocoder):
    mel = torch.randn(2, 30, vocoder.config.inter_channels) - 3
    ours = vocoder(mel)
    assert ours.shape == (2, 30 * 256)
    assert_equal(ours, upstream_vocoder(mel))


def test_vocoder_without_normalisation(vocoder, upstream_vocoder, monkeypatch):
    mel = 3 * torch.randn(1, 5, vocoder.config.inter_channels)
    monkeypatch.setattr(upstream_vocoder.config, "normalize_before", False)
    monkeypatch.setattr(vocoder, "config", type("Plain", (), {"normalize_before": False}))
    assert_equal(vocoder(mel), upstream_vocoder(mel))


def test_receptive_field_of_the_vocoder(vocoder):
    assert vocoder.generator.receptive_field == 24


@pytest.mark.parametrize("seed", [0, 5])
def test_speech_of_a_seed_is_that_of_transformers(speech, upstream, tokens, speaker, seed):
    torch.manual_seed(seed)
    theirs = upstream.generate_speech(tokens[None], speaker[None])
    ours = speech(tokens, speaker, upstream_masks(speech.config, seed))
    assert 4 <= len(ours) < 20 * len(tokens), "the model ends by itself"
    assert ours.shape == theirs.shape
    assert_equal(ours, theirs)


def test_speech_without_an_end_has_the_largest_length(speech, upstream, tokens, speaker, monkeypatch):
    for linear in (speech.stop, upstream.speech_decoder_postnet.prob_out):
        monkeypatch.setattr(linear.bias, "data", linear.bias - 30)
    torch.manual_seed(SEED)
    theirs = upstream.generate_speech(tokens[None, :5], speaker[None])
    ours = speech(tokens[:5], speaker, upstream_masks(speech.config, SEED))
    assert len(ours) == len(theirs) == 100
    assert_equal(ours, theirs)


def test_teacher_forced_steps_equal_free_ones(speech, tokens, speaker):
    steps = list(speech.steps(tokens, speaker, given_masks(speech, 12)))
    fed = torch.stack([torch.zeros(speech.config.num_mel_bins), *(frames[-1] for frames in steps[:-1])])
    hidden = speech.teacher_forced(tokens, speaker, given_masks(speech, len(steps)), fed)
    assert_equal(speech.frames(hidden[None])[0], torch.cat(steps))
