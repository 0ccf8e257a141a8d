# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Loading: what a release has, and what is refused, each with one sentence."""

import json

import pytest
import torch

from models.demos.speecht5_tts import releases
from models.demos.speecht5_tts.config import SpeechT5Config, VocoderConfig
from models.demos.speecht5_tts.loading import load_speech, load_vocoder
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.demos.speecht5_tts.synthetic import (
    CONFIG,
    SMALL_CONFIG,
    SMALL_VOCODER_CONFIG,
    VOCODER_CONFIG,
    speech_state,
    vocoder_state,
    write_speech,
    write_vocoder,
)
from models.tt_audio.host.checkpoint import CheckpointError, save_safetensors
from models.tt_audio.host.config import ConfigError


def test_sizes_are_those_of_the_release():
    """Check the numbers of tensors and values that the released files have."""
    with torch.device("meta"):
        speech, vocoder = SpeechT5Network(SpeechT5Config.from_dict(CONFIG)), Vocoder(
            VocoderConfig.from_dict(VOCODER_CONFIG)
        )
    tables_and_counters = 2 + 5
    assert len(speech.state_dict()) == 398 - tables_and_counters
    tables = (600 + 1876) * 768
    assert sum(value.numel() for value in speech.state_dict().values()) == 146_335_465 - tables - 5
    assert len(vocoder.state_dict()) == 158
    assert sum(value.numel() for value in vocoder.state_dict().values()) == 12_656_417


def test_sentence_limits_of_the_release():
    """Check that 187 tokens have at most 1,870 steps; 188 could have 1,880, more than there are positions."""
    config = SpeechT5Config.from_dict(CONFIG)
    assert config.most_tokens == 187
    assert config.most_steps(187) == 1870 <= config.max_speech_positions < config.most_steps(188)


def test_safetensors_are_read_like_the_pickle(speech, speech_folder, tmp_path):
    (tmp_path / "config.json").write_bytes((speech_folder / "config.json").read_bytes())
    save_safetensors(speech_state(SMALL_CONFIG), tmp_path / "model.safetensors")
    state = load_speech(tmp_path).state_dict()
    assert all(torch.equal(state[name], value) for name, value in speech.state_dict().items())


@pytest.mark.parametrize(
    "name, fault",
    [
        ("speecht5.decoder.prenet.layers.0.weight", "missing: speecht5.decoder.prenet.layers.0.weight"),
        ("speech_decoder_postnet.layers.4.batch_norm.running_var", "missing: .*running_var"),
    ],
)
def test_missing_tensor(name, fault, tmp_path, expect_error):
    folder = write_speech(tmp_path, SMALL_CONFIG)
    state = speech_state(SMALL_CONFIG)
    del state[name]
    torch.save(state, folder / "pytorch_model.bin")
    with expect_error(CheckpointError, fault):
        load_speech(folder)


def test_unknown_tensor_of_another_model(tmp_path, expect_error):
    folder = write_speech(tmp_path, SMALL_CONFIG)
    extra = {"speecht5.encoder.prenet.feature_encoder.conv_layers.0.conv.weight": torch.zeros(4, 1, 10)}
    torch.save(speech_state(SMALL_CONFIG) | extra, folder / "pytorch_model.bin")
    with expect_error(CheckpointError, "unexpected: .*the parts of SpeechT5's speech-to-speech model"):
        load_speech(folder)


def test_vocoder_of_another_width(tmp_path, expect_error):
    folder = write_vocoder(tmp_path, SMALL_VOCODER_CONFIG)
    torch.save(vocoder_state(SMALL_VOCODER_CONFIG | {"model_in_dim": 9}), folder / "pytorch_model.bin")
    with expect_error(CheckpointError, r"wrong shape: .*conv_pre.weight is \[32, 9, 7\] instead of \[32, 8, 7\]"):
        load_vocoder(folder)


def test_speech_model_as_a_vocoder(speech_folder, expect_error):
    with expect_error(ConfigError, "lacks model_in_dim, .*: take the config.json of SpeechT5's vocoder"):
        load_vocoder(speech_folder)


def test_folder_without_weights(tmp_path, expect_error):
    (tmp_path / "config.json").write_text(json.dumps(SMALL_CONFIG))
    with expect_error(CheckpointError, "holds neither model.safetensors nor pytorch_model.bin: download the model"):
        load_speech(tmp_path)


def test_pickle_with_code_is_refused(speech_folder, tmp_path, expect_error):
    (tmp_path / "config.json").write_bytes((speech_folder / "config.json").read_bytes())
    torch.save({"speecht5": print}, tmp_path / "pytorch_model.bin")
    with expect_error(CheckpointError, "wants to run code when it is opened and was refused"):
        load_speech(tmp_path)


def test_missing_keys_are_all_named(expect_error):
    raw = {key: value for key, value in CONFIG.items() if key not in ("hidden_size", "reduction_factor")}
    with expect_error(ConfigError, "config.json lacks hidden_size, reduction_factor: take the config.json of SpeechT5"):
        SpeechT5Config.from_dict(raw)


@pytest.mark.parametrize(
    "changes, fault",
    [
        ({"model_type": "vits"}, "describes a model of the type 'vits'"),
        ({"hidden_size": 0}, "hidden_size is 0, where positive whole numbers belong"),
        ({"hidden_size": 770}, "hidden_size 770 cannot be divided among 12 heads"),
        ({"hidden_act": "relu"}, "hidden_act is 'relu'; only 'gelu' is supported"),
        ({"speech_decoder_prenet_dropout": 1.0}, "speech_decoder_prenet_dropout is 1.0, where a number between"),
        ({"eos_token_id": 81}, "eos_token_id is 81, where an id below 81 belongs"),
        ({"speech_decoder_postnet_kernel": 4}, "the postnet needs at least two layers and a kernel of odd size"),
        ({"max_speech_positions": 10}, "the positions leave no place for a text"),
    ],
)
def test_config_that_fits_no_model(changes, fault, expect_error):
    with expect_error(ConfigError, fault):
        SpeechT5Config.from_dict(CONFIG | changes)


@pytest.mark.parametrize(
    "changes, fault",
    [
        ({"leaky_relu_slope": 0.2}, "leaky_relu_slope is not 0.1"),
        ({"normalize_before": "yes"}, "normalize_before is 'yes', not true or false"),
        ({"upsample_rates": [4, 4]}, "upsample_rates and upsample_kernel_sizes differ in length"),
    ],
)
def test_vocoder_config_that_fits_no_model(changes, fault, expect_error):
    with expect_error(ConfigError, fault):
        VocoderConfig.from_dict(VOCODER_CONFIG | changes)


def test_release_that_is_not_here(monkeypatch, tmp_path, expect_error):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    with expect_error(CheckpointError, "microsoft/speecht5_tts is not on this machine .*--revision 30fcde30f19b"):
        releases.locate(releases.SPEECH, download=False)


def test_folder_below_home(monkeypatch, tmp_path):
    (tmp_path / "speecht5_tts").mkdir()
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    assert releases.locate(releases.SPEECH) == tmp_path / "speecht5_tts"


def test_name_that_is_no_model(expect_error):
    with expect_error(
        CheckpointError, "no-such-folder is not a folder: give a folder, or one of microsoft/speecht5_tts"
    ):
        releases.locate("no-such-folder")
