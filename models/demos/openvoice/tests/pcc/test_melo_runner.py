# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Sentences in the buckets of the device: windows, padding, batches, conversion on the device, and too long ones."""

import os

import numpy as np
import pytest
import torch

import ttnn
from models.demos.openvoice.backend import VoiceTarget
from models.demos.openvoice.loading import load_converter
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.reference.alignment import frame_counts
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.sentences import Sentences, TooManyFrames, WordPieces, draw
from models.demos.openvoice.synthetic import make_converter_checkpoint, with_model
from models.demos.openvoice.tests.bert_models import make_bert
from models.demos.openvoice.tests.melo_checkpoints import SMALL, melo_config, v1_config, write_checkpoint
from models.demos.openvoice.tests.pcc.test_melo_tts import load, randomness
from models.demos.openvoice.tests.pcc.test_runner import SMALL as SMALL_CONVERTER
from models.demos.openvoice.text.frontend import load_frontend, read
from models.demos.openvoice.text.pieces import WholeWords
from models.demos.openvoice.tt import melo_runner, melo_tts
from models.demos.openvoice.tt.backend import open_backend
from models.demos.openvoice.tt.melo_runner import DeviceMeloTTS
from models.tt_audio.host.resampling import resample
from models.tt_audio.host.voices import Voice, VoiceBank
from tests.ttnn.utils_for_testing import assert_with_pcc

slow_on_simulator = pytest.mark.skipif("TT_METAL_SIMULATOR" in os.environ, reason="hours on a simulator")
TEXT = "The ferry was late again. Nobody minded."
PROSODY = Prosody()
SPEAKER = torch.tensor([1])
# Full width where attention needs whole tiles, the released number of samples in a frame, and otherwise minimal sizes.
SIZES = SMALL | {
    **{"hidden_channels": 192, "inter_channels": 64, "upsample_initial_channel": 64},
    **{"upsample_rates": [8, 8, 2, 2, 2], "upsample_kernel_sizes": [16, 16, 8, 2, 2]},
}
CONFIG = melo_config(n_speakers=3, **SIZES)


@pytest.fixture(scope="module")
def reference():
    return load(CONFIG)


@pytest.fixture(scope="module")
def converter(tmp_path_factory):
    return load_converter(make_converter_checkpoint(tmp_path_factory.mktemp("converter"), SMALL_CONVERTER))


def sentences(*lengths: int, seed: int = 0) -> Sentences:
    generator = torch.Generator().manual_seed(seed)

    def one(length: int) -> Sentences:
        ids = [torch.randint(0, limit, (1, length), generator=generator) for limit in (219, 16, 8)]
        return Sentences(ids[0], torch.tensor([length]), ids[1], ids[2])

    return Sentences.stack([one(length) for length in lengths])


def expected_of(reference, sentence, durations) -> torch.Tensor:
    """Return the reference's samples with the durations that the device computed."""
    source = randomness()
    encoding = reference.encode(sentence, SPEAKER)
    draw(source, 2, sentence.lengths)  # the noise of the durations
    noise = draw(source, reference.config.inter_channels, frame_counts(durations))
    return reference.generate(
        reference.latents(encoding, durations, frame_counts(durations), PROSODY, noise), encoding.speaker
    )[0]


def durations_of(encoding, phones: int) -> torch.Tensor:
    return ttnn.to_torch(encoding.placement.durations).reshape(1, -1)[:, :phones].long()


@pytest.mark.parametrize(
    "phones", [pytest.param(12, id="one_window"), pytest.param(40, id="several_windows", marks=slow_on_simulator)]
)
def test_a_sentence_is_that_of_the_reference(device, reference, phones):
    sentence, source = sentences(phones), randomness()
    tts = DeviceMeloTTS(reference, device, window=64)
    encoding = tts.encode(sentence, SPEAKER, PROSODY, source)
    expected = expected_of(reference, sentence, durations_of(encoding, phones))
    assert (len(expected) > 64 * reference.config.samples_per_frame) == (phones == 40)
    (actual,) = tts.speak_encoding(encoding, SPEAKER, PROSODY, source)
    assert_with_pcc(expected, actual, 0.99)


class Filled(DeviceMeloTTS):
    """MeloTTS that writes values into all padding rows of sentences and frames."""

    def _packed_text(self, *args):
        packed = super()._packed_text(*args)
        padding = packed[..., melo_tts.MASK] == 0
        for column in (melo_tts.PHONE, melo_tts.TONE, melo_tts.LANGUAGE, melo_tts.NOISE, melo_tts.HELPER_NOISE):
            packed[..., column][padding] = 3
        packed[..., melo_tts.TOKEN][packed[..., melo_tts.TOKEN_MASK] != 0] = 3
        return packed

    def _packed_frames(self, drawn, counts, form, conversion):
        packed = super()._packed_frames(drawn, counts, form, conversion)
        for own, count in zip(packed, counts, strict=True):
            own[0, count:, : drawn.shape[1]] = 3
        return packed


@slow_on_simulator
def test_padding_changes_nothing(device, reference):
    bert = make_bert(1)
    sentence = sentences(12)
    sentence = Sentences(**vars(sentence) | {"pieces": (WordPieces([5, 7, 9, 11], [1, 4, 6, 1]),)})
    (expected,), (actual,) = (
        kind(reference, device, bert, window=128).speak(sentence, SPEAKER, PROSODY, randomness())
        for kind in (DeviceMeloTTS, Filled)
    )
    assert torch.equal(expected, actual)


@slow_on_simulator
def test_ten_sentences_in_a_batch_equal_one_by_one(device, reference):
    lengths = [8, 10, 11, 12, 13, 14, 15, 16, 18, 20]
    tts = DeviceMeloTTS(reference, device, window=64)
    seeds = [torch.Generator().manual_seed(seed) for seed in range(10)]
    together = tts.speak(sentences(*lengths), SPEAKER.expand(10), PROSODY, seeds)
    batch = sentences(*lengths)
    for index, length in enumerate(lengths):
        rows = [ids[index : index + 1, :length] for ids in (batch.phones, batch.tones, batch.languages)]
        alone = Sentences(rows[0], torch.tensor([length]), rows[1], rows[2])
        (expected,) = tts.speak(alone, SPEAKER, PROSODY, [torch.Generator().manual_seed(index)])
        assert_with_pcc(expected, together[index], 0.9999)


@slow_on_simulator
def test_speech_converted_on_the_spot_equals_both_steps(device, reference, converter):
    voices = np.random.default_rng(0).standard_normal((2, converter.config.gin_channels)).astype(np.float32)
    backend = open_backend(converter, device)
    tts = backend.speech_network(reference, None)
    sentence = sentences(24)
    (actual,) = tts.speak_in_voice(sentence, SPEAKER, PROSODY, randomness(), VoiceTarget(*voices, 0.3, [5]))
    (speech,) = tts.speak(sentence, SPEAKER, PROSODY, randomness())
    samples = resample(speech.numpy(), reference.config.sampling_rate, converter.config.sampling_rate)
    pieces = backend.convert([samples], voices[0], [voices[1]], 0.3, 5)
    assert_with_pcc(torch.from_numpy(np.concatenate([piece[0] for piece in pieces])), actual, 0.999)


def another_hop(**data) -> dict:
    """Return the small converter's configuration with hops of 128 samples and other values in `data`."""
    changed = with_model(SMALL_CONVERTER, upsample_rates=[8, 4, 4], upsample_kernel_sizes=[16, 8, 8])
    return {**changed, "data": {**changed["data"], "filter_length": 256, "win_length": 256, "hop_length": 128, **data}}


@slow_on_simulator
@pytest.mark.parametrize(
    "config, hops, released",
    [
        pytest.param(SMALL_CONVERTER, 1, True, id="base_voice_released"),
        # The first sentence leaves the device, because the base speaker's voice is taken from it; the second does not.
        pytest.param(SMALL_CONVERTER, 1, False, id="base_voice_heard"),
        pytest.param(another_hop(), 2, True, id="two_hops_a_frame"),
        pytest.param(another_hop(sampling_rate=24000), None, True, id="resampled_on_the_host"),
    ],
)
def test_a_text_is_spoken_as_by_the_cpu(device, tmp_path, monkeypatch, config, hops, released):
    frontend = load_frontend("EN", WholeWords(lowercase=True, strip_accents=True))
    symbols = ["_", *sorted({phone for part in read(TEXT, frontend) for phone in part.phones} - {"_"})]
    base = write_checkpoint(tmp_path / "base", melo_config(symbols, **SIZES))
    folder = make_converter_checkpoint(tmp_path / "converter", config)
    if released:
        (folder / "base_speakers" / "ses").mkdir(parents=True)
        torch.save(torch.randn(1, 256, 1), folder / "base_speakers" / "ses" / "en-newest.pth")
    lasting, converted, encode = [], [], DeviceMeloTTS.encode

    def encoded(self, sentence, *arguments):
        converted.append(self.conversion and self.conversion.resampling.hops)
        encoding = encode(self, sentence, *arguments)
        lasting.append(durations_of(encoding, int(sentence.lengths)))
        return encoding

    # test_melo_tts.py tests whether durations equal those of a CPU
    monkeypatch.setattr(DeviceMeloTTS, "encode", encoded)
    monkeypatch.setattr(MeloTTS, "durations", lambda *_: lasting.pop(0))
    voice = Voice(torch.linspace(-1, 1, 256), "target", "a test")
    actual, expected = (
        list(
            OpenVoice.from_pretrained(folder, backend, VoiceBank(tmp_path), **options).speak_stream(
                TEXT, voice, base=base, bert="zeros"
            )
        )
        for backend, options in (("ttnn", {"device": device}), ("torch", {"precision": "exact"}))
    )
    assert len(expected) == len(actual) == 2 and converted == [hops] * 2
    for sentence, own in zip(expected, actual, strict=True):
        assert_with_pcc(torch.from_numpy(sentence), torch.from_numpy(own), 0.99)


def test_speakers_of_a_batch(device, reference, expect_error):
    tts = DeviceMeloTTS(reference, device, window=64)
    with expect_error(ValueError, r"the sentences of a batch have one speaker, not \[0, 1\]"):
        tts.speak(sentences(5, 6), torch.tensor([0, 1]), PROSODY, randomness())


def test_a_sentence_that_no_bucket_holds(device, reference, expect_error):
    tts = DeviceMeloTTS(reference, device, window=64)
    with expect_error(ValueError, "a sentence of 513 phones is too long for the device: at most 512"):
        tts.speak(sentences(513), SPEAKER, PROSODY, randomness())


def test_a_sentence_of_too_many_frames(device, reference, monkeypatch, expect_error):
    """Expect the refusal after which speech.py speaks a sentence in parts, on a device as on a CPU."""
    tts = DeviceMeloTTS(reference, device, window=64)
    frames = int(tts._counts(tts.encode(sentences(8), SPEAKER, PROSODY, randomness())))
    monkeypatch.setattr(melo_runner, "MOST_FRAMES", frames - 1)
    with expect_error(TooManyFrames, f"a sentence of {frames} frames is too long to speak in one piece"):
        tts.speak(sentences(8), SPEAKER, PROSODY, randomness())


def test_features_instead_of_word_pieces(device, reference, expect_error):
    tts = DeviceMeloTTS(reference, device, make_bert(1), window=64)
    with expect_error(ValueError, "BERT runs on the device here: a sentence needs its word pieces"):
        tts.speak(sentences(5), SPEAKER, PROSODY, randomness())


@slow_on_simulator
def test_a_base_speaker_of_v1(device):
    """Speak without tones and BERT, with a flow of WaveNets and half the samples in a frame."""
    sizes = SIZES | {"upsample_rates": [8, 8, 2, 2], "upsample_kernel_sizes": [16, 16, 4, 4]}
    v1 = load(v1_config(**{key: size for key, size in sizes.items() if key != "n_layers_trans_flow"}))
    phones, source = torch.randint(0, 68, (1, 20), generator=torch.Generator().manual_seed(0)), randomness()
    sentence = Sentences(phones, torch.tensor([20]))
    tts = DeviceMeloTTS(v1, device, window=64)
    encoding = tts.encode(sentence, SPEAKER, PROSODY, source)
    expected = expected_of(v1, sentence, durations_of(encoding, 20))
    (actual,) = tts.speak_encoding(encoding, SPEAKER, PROSODY, source)
    assert_with_pcc(expected, actual, 0.99)
