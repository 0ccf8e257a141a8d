# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""MeloTTS and OpenVoice V1's base speakers: batches, padding, noise, prosody, the real size."""

from dataclasses import replace

import pytest
import torch

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, state, v1_config, write_checkpoint
from models.demos.openvoice.torch_backend.melo_tts import ChunkedMeloTTS
from models.tt_audio.host.checkpoint import fold_weight_norm, load_strict, read_state

DEFAULTS = Prosody()


def build(raw) -> MeloTTS:
    with torch.device("meta"):
        model = MeloTTS(MeloConfig.from_dict(raw))
    load_strict(model, fold_weight_norm(state(raw)), "test", MELO_NAMES, MELO_TRAINING_ONLY)
    return model


@pytest.fixture(scope="module")
def melo():
    return build(melo_config(n_speakers=3, **SMALL))


@pytest.fixture(scope="module")
def base_speaker():
    return build(v1_config(**SMALL))


@pytest.fixture(params=["melo", "base_speaker"])
def model(request):
    return request.getfixturevalue(request.param)


def sentence(config: MeloConfig, length: int, seed: int = 0) -> Sentences:
    generator = torch.Generator().manual_seed(seed)
    phones = torch.randint(0, len(config.symbols), (1, length), generator=generator)
    if not config.is_melo:
        return Sentences(phones, torch.tensor([length]))
    return Sentences(
        phones,
        torch.tensor([length]),
        torch.randint(0, config.n_tones, (1, length), generator=generator),
        torch.full((1, length), 2),
        torch.randn(1, 768, length, generator=generator),
    )


def randomness(*seeds: int) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def speak(model, sentences, prosody=DEFAULTS, speaker=1, seeds=(0,)):
    speakers = torch.full((len(sentences.lengths),), speaker)
    run = model if isinstance(model, MeloTTS) else model.speak
    return run(sentences, speakers, prosody, randomness(*seeds))


UPSTREAM = {
    "melo": (
        [4, 3, 3, 3, 4, 4, 2, 3, 4, 3, 5, 5],
        [0.016301, 0.06253, -0.029297, -0.001366, -0.020202, -0.018277, 0.007465, -0.025435],
    ),
    "base_speaker": (
        [3, 4, 7, 4, 6, 4, 4, 3, 6, 4, 7, 5],
        [0.040966, 0.043491, 0.070125, 0.063814, 0.003367, 0.069743, 0.072141, 0.03296],
    ),
}


@pytest.mark.parametrize("name", UPSTREAM)
def test_the_answer_is_upstreams(request, name):
    """Compare with upstream's own code (MeloTTS at commit 20914537, OpenVoice at 74a1d147).

    Weights, ids and noise are equal. Compared are the durations and the first sample of every eighth part.
    """
    model, (durations, samples) = request.getfixturevalue(name), UPSTREAM[name]
    text, prosody = sentence(model.config, 12), Prosody(sdp_ratio=0.5)
    random = torch.Generator().manual_seed(0)
    encoding = model.encode(text, torch.tensor([1]))
    result = model.durations(encoding, prosody, torch.randn(2, 12, generator=random)[None])
    assert result.tolist() == [durations]
    noise = torch.randn(model.config.inter_channels, sum(durations), generator=random)[None]
    (waveform,) = model.generate(
        model.latents(encoding, result, frame_counts(result), prosody, noise), encoding.speaker
    )
    torch.testing.assert_close(waveform[:: len(waveform) // 8], torch.tensor(samples), rtol=0, atol=2e-5)


def test_a_batch_is_its_sentences_one_by_one(model):
    sentences = [sentence(model.config, length, seed=length) for length in (9, 31, 1, 20)]
    together = speak(model, Sentences.stack(sentences), seeds=(5, 6, 7, 8))
    for alone, seed, waveform in zip(sentences, (5, 6, 7, 8), together, strict=True):
        (expected,) = speak(model, alone, seeds=(seed,))
        assert waveform.shape == expected.shape
        torch.testing.assert_close(waveform, expected, rtol=0, atol=2e-5)


def test_values_in_the_padding_change_nothing(model):
    pair = Sentences.stack([sentence(model.config, 8), sentence(model.config, 19, seed=1)])
    dirty = {name: tensor.clone() for name, tensor in vars(pair).items() if tensor is not None}
    for name, tensor in dirty.items():
        if name != "lengths":
            tensor[0, ..., 8:] = 1
    expected, _ = speak(model, pair, seeds=(0, 1))
    result, _ = speak(model, Sentences(**dirty), seeds=(0, 1))
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-6)


def test_the_waveform_has_the_samples_of_its_durations(model):
    text = sentence(model.config, 12)
    encoding = model.encode(text, torch.tensor([1]))
    durations = model.durations(encoding, Prosody(), torch.zeros(1, 2, 12))
    noise = torch.zeros(1, model.config.inter_channels, int(durations.sum()))
    (waveform,) = model.generate(
        model.latents(encoding, durations, frame_counts(durations), Prosody(), noise), encoding.speaker
    )
    assert waveform.shape == (int(durations.sum()) * model.config.samples_per_frame,)
    assert durations.dtype == torch.int64 and (durations >= 1).all()


def test_forward_draws_durations_first_and_frames_second(model):
    text, prosody = sentence(model.config, 12), Prosody()
    generator = torch.Generator().manual_seed(3)
    encoding = model.encode(text, torch.tensor([1]))
    durations = model.durations(encoding, prosody, torch.randn(1, 2, 12, generator=generator))
    frame_noise = torch.randn(1, model.config.inter_channels, int(durations.sum()), generator=generator)
    (expected,) = model.generate(
        model.latents(encoding, durations, frame_counts(durations), prosody, frame_noise), encoding.speaker
    )
    assert torch.equal(speak(model, text, prosody, seeds=(3,))[0], expected)


def test_without_its_share_the_stochastic_predictor_is_not_computed(model, monkeypatch):
    text = sentence(model.config, 12)

    def refuse(*_):
        raise AssertionError("computed")

    monkeypatch.setattr(model.stochastic_duration_predictor, "forward", refuse)
    encoding = model.encode(text, torch.tensor([1]))
    durations = model.durations(encoding, Prosody(sdp_ratio=0.0), None)
    expected = model.duration_predictor(encoding.text, encoding.mask, encoding.speaker).exp().ceil()
    assert torch.equal(durations.float(), expected[:, 0])


def test_sdp_ratio_mixes_the_two_predictors_in_the_logarithm(model):
    encoding = model.encode(sentence(model.config, 12), torch.tensor([1]))
    args, noise = (encoding.text, encoding.mask, encoding.speaker), torch.randn(1, 2, 12, generator=randomness(1)[0])
    plain = model.duration_predictor(*args)
    stochastic = model.stochastic_duration_predictor(*args, noise * 0.5)
    expected = (1.5 * (0.75 * plain + 0.25 * stochastic).exp()).ceil()[:, 0]
    durations = model.durations(encoding, Prosody(sdp_ratio=0.25, noise_scale_w=0.5, length_scale=1.5), noise)
    assert torch.equal(durations.float(), expected)


def test_noise_scale_zero_leaves_the_mean(model):
    text, still = sentence(model.config, 12), Prosody(sdp_ratio=0.0, noise_scale=0.0)
    first, second = (speak(model, text, still, seeds=(seed,))[0] for seed in (0, 1))
    assert torch.equal(first, second)
    lively = speak(model, text, replace(still, noise_scale=0.6))[0]
    assert (lively - first).abs().max() > 1e-3


def test_length_scale_stretches(model):
    text = sentence(model.config, 40)
    plain, slow = (len(speak(model, text, Prosody(0.0, length_scale=scale))[0]) for scale in (1.0, 2.0))
    assert 1.6 * plain < slow < 2.1 * plain  # not quite twice, because each phone is rounded up


def test_speakers_differ(model):
    text = sentence(model.config, 12)
    first, second = (speak(model, text, Prosody(0.0, 0.0), speaker)[0] for speaker in (1, 2))
    assert first.shape != second.shape or (first - second).abs().max() > 1e-3


def test_bert_features_reach_the_waveform_and_none_means_zeros(melo):
    text = sentence(melo.config, 12)
    zeros = replace(text, bert=torch.zeros_like(text.bert), chinese_bert=torch.zeros(1, 1024, 12))
    none = replace(text, bert=None)
    prosody = Prosody(0.0, 0.0)
    torch.testing.assert_close(
        melo.encode(none, torch.tensor([1])).mean, melo.encode(zeros, torch.tensor([1])).mean, rtol=0, atol=1e-5
    )
    chinese = replace(none, chinese_bert=torch.randn(1, 1024, 12, generator=randomness(2)[0]))
    means = [melo.encode(each, torch.tensor([1])).mean for each in (text, none, chinese)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert (means[one] - means[other]).abs().max() > 1e-2
    assert torch.isfinite(speak(melo, chinese, prosody)[0]).all()


def test_transposed_memory_gives_the_same(melo):
    """Pass features transposed in memory, as BERT gives them; the results must not depend on the layout."""
    text = sentence(melo.config, 12)
    transposed = replace(text, bert=text.bert.transpose(1, 2).contiguous().transpose(1, 2))
    torch.testing.assert_close(speak(melo, transposed)[0], speak(melo, text)[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"phones": torch.full((1, 12), 219)}, r"phones need the shape of phones \[1, 12\] and lie in 0 ... 218"),
        ({"tones": torch.full((1, 12), -1)}, r"tones .* 0 ... 15"),
        ({"languages": torch.full((1, 11), 2)}, r"languages .* 0 ... 7"),
        ({"tones": None}, "this model needs tones"),
        ({"lengths": torch.tensor([0])}, "at least one phone"),
        ({"lengths": torch.tensor([13])}, "at most the batch's width"),
    ],
)
def test_ids_out_of_range_are_refused(melo, expect_error, change, message):
    with expect_error(ValueError, message):
        speak(melo, replace(sentence(melo.config, 12), **change))


def test_a_speaker_out_of_range_is_refused(melo, expect_error):
    with expect_error(ValueError, r"speakers \[3\] must lie in 0 ... 2"):
        speak(melo, sentence(melo.config, 12), speaker=3)


def test_the_chunked_form_says_the_same(model):
    text, prosody = sentence(model.config, 60), Prosody(length_scale=2.0)
    chunked = ChunkedMeloTTS(model, precision="exact")
    chunked.keep = 37  # frames; several pieces, the last of them short
    (result,), (expected,) = speak(chunked, text, prosody), speak(model, text, prosody)
    assert len(expected) > 4 * 37 * model.config.samples_per_frame
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-5)


def test_the_chunked_form_refuses_an_unknown_precision(model, expect_error):
    with expect_error(ValueError, "precision is 'half'"):
        ChunkedMeloTTS(model, precision="half")


@pytest.mark.parametrize("raw", [melo_config(), v1_config()], ids=["melo", "base speaker"])
def test_full_size_checkpoint_speaks(raw, tmp_path):
    """Use real sizes through real files; durations and level are those the seeded weights are made for."""
    folder = write_checkpoint(tmp_path, raw)
    config = MeloConfig.from_file(folder / "config.json")
    with torch.device("meta"):
        model = MeloTTS(config)
    path = folder / "checkpoint.pth"
    load_strict(model, fold_weight_norm(read_state(path)), path, MELO_NAMES, MELO_TRAINING_ONLY)
    (waveform,) = speak(ChunkedMeloTTS(model, precision="exact"), sentence(config, 15), speaker=0)
    frames = len(waveform) / config.samples_per_frame
    assert 2 * 15 < frames < 10 * 15
    assert 0.05 < waveform.square().mean().sqrt() < 0.2
