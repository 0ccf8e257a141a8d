# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text-to-speech checkpoints and their config.json: everything that upstream writes is used, anything else refused."""

import copy
import hashlib
import json
from math import prod

import pytest
import torch

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import MELO_NAMES, MELO_TRAINING_ONLY
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.tests.melo_checkpoints import SMALL, inventory, melo_config, state, v1_config
from models.tt_audio.host.checkpoint import CheckpointError, fold_weight_norm, load_strict
from models.tt_audio.host.config import ConfigError

SMALL_MELO = melo_config(**SMALL)


def load(raw, tensors):
    with torch.device("meta"):
        model = MeloTTS(MeloConfig.from_dict(raw))
    load_strict(model, fold_weight_norm(tensors), "checkpoint.pth", MELO_NAMES, MELO_TRAINING_ONLY)
    return model


@pytest.mark.parametrize(
    "raw, tensors, values, digest",
    [
        # Counts of the released MeloTTS-English-v3; the others and the digests come from upstream's own modules.
        (melo_config(), 1051, 51_808_433, "a9282a1d68f82fa0"),
        (melo_config(n_speakers=256, num_languages=10), 1051, 51_874_097, "171543dc28decd17"),
        (v1_config(), 870, 40_048_945, "4a22096429f78389"),
    ],
    ids=["EN_NEWEST", "256 speakers", "V1 base speaker"],
)
def test_the_test_checkpoints_have_upstreams_inventory(raw, tensors, values, digest):
    shapes = dict(inventory(raw))
    assert len(shapes) == tensors
    assert sum(map(prod, shapes.values())) == values
    rows = "\n".join(f"{name}|{list(shape)}" for name, shape in sorted(shapes.items()))
    assert hashlib.sha256(rows.encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize(
    "raw",
    [
        SMALL_MELO,
        v1_config(**SMALL),
        melo_config(n_speakers=5, num_languages=10, num_tones=20, symbols=["_", "a", "b"], **SMALL),
    ],
    ids=["melo", "V1", "other counts"],
)
def test_every_tensor_of_a_checkpoint_has_its_place(raw):
    tensors = state(raw)
    model = load(raw, tensors)
    used = {name for name in fold_weight_norm(tensors) if not name.startswith(MELO_TRAINING_ONLY)}
    assert len(model.state_dict()) == len(used)


def test_weights_reach_the_module_they_are_named_for():
    tensors = state(SMALL_MELO)
    model = load(SMALL_MELO, tensors)
    for ours, name in (
        (model.text_encoder.bert.bias, "enc_p.ja_bert_proj.bias"),
        (model.text_encoder.chinese_bert.bias, "enc_p.bert_proj.bias"),
        (model.text_encoder.encoder.layers[2].attention.relative_values, "enc_p.encoder.attn_layers.2.emb_rel_v"),
        (model.text_encoder.encoder.layers[1].attention.output.weight, "enc_p.encoder.attn_layers.1.conv_o.weight"),
        (model.text_encoder.encoder.layers[0].feed_forward_norm.weight, "enc_p.encoder.norm_layers_2.0.gamma"),
        (
            model.flow.couplings[3].encoder.layers[0].feed_forward.narrow.bias,
            "flow.flows.6.enc.ffn_layers.0.conv_2.bias",
        ),
        (model.flow.couplings[1].encoder.speaker.weight, "flow.flows.2.enc.spk_emb_linear.weight"),
        (model.stochastic_duration_predictor.couplings[0].pre.weight, "sdp.flows.3.pre.weight"),
        (model.stochastic_duration_predictor.couplings[2].projection.bias, "sdp.flows.7.proj.bias"),
        (model.stochastic_duration_predictor.convs.depthwise_norm[1].bias, "sdp.convs.norms_1.1.beta"),
        (model.stochastic_duration_predictor.log_scale, "sdp.flows.0.logs"),
        (model.duration_predictor.norm_2.weight, "dp.norm_2.gamma"),
        (model.duration_predictor.speaker.weight, "dp.cond.weight"),
        (model.generator.conv_post.weight, "dec.conv_post.weight"),
    ):
        assert torch.equal(ours, tensors[name]), name


def test_training_only_tensors_may_be_there_or_not():
    tensors = state(SMALL_MELO)
    exported = {name: tensor for name, tensor in tensors.items() if not name.startswith(MELO_TRAINING_ONLY)}
    assert len(exported) < len(tensors)
    whole = load(SMALL_MELO, tensors).state_dict()
    for key, tensor in load(SMALL_MELO, exported).state_dict().items():
        assert torch.equal(tensor, whole[key])


def test_a_transformer_flow_can_be_a_residual_one():
    raw = melo_config(**SMALL)
    raw["model"]["use_transformer_flow"] = False
    assert hasattr(load(raw, state(raw)).flow.couplings[0], "wavenet")


def broken(change):
    tensors = state(SMALL_MELO)
    change(tensors)
    return tensors


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.pop("dp.norm_1.gamma"), "missing: dp.norm_1.gamma"),
        (lambda t: t.update({"enc_p.surprise": torch.zeros(1)}), "unexpected: enc_p.surprise"),
        (lambda t: t.update({"sdp.flows.9.m": torch.zeros(1)}), "unexpected: sdp.flows.9.m"),
        (
            lambda t: t.update({"enc_p.emb.weight": torch.zeros(112, 32)}),
            r"wrong shape: enc_p.emb.weight is \[112, 32\] instead of \[219, 32\]",
        ),
        (lambda t: t["dp.proj.bias"].fill_(float("nan")), "not finite numbers: dp.proj.bias"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_by_name(change, message, expect_error):
    with expect_error(CheckpointError, message):
        load(SMALL_MELO, broken(change))


def test_a_checkpoint_with_the_config_of_another_language_is_refused(expect_error):
    other = melo_config(num_languages=10, n_speakers=256, **SMALL)
    with expect_error(CheckpointError, r"emb_g.weight is \[1, 24\] instead of \[256, 24\]"):
        load(other, state(SMALL_MELO))


# --------------------------------------------------------------------------------------------------------------- config


def test_config_takes_everything_from_the_file():
    raw = melo_config(symbols=["_", "¡", "a"], speakers={"EN-US": 0, "EN_INDIA": 2}, n_speakers=256, num_languages=10)
    config = MeloConfig.from_dict(raw)
    assert config.symbols == ("_", "¡", "a") and config.n_languages == 10 and config.n_tones == 16
    assert config.speakers == (("EN-US", 0), ("EN_INDIA", 2))
    assert config.samples_per_frame == 512 and config.sampling_rate == 44100
    assert config.is_melo and config.transformer_flow and config.speaker_in_encoder and not config.disable_bert


def test_config_of_a_base_speaker():
    config = MeloConfig.from_dict(v1_config())
    assert not config.is_melo and not config.transformer_flow and not config.speaker_in_encoder
    assert dict(config.speakers)["whispering"] == 2 and config.n_speakers == 10 and config.samples_per_frame == 256


def changed(path, value):
    raw = copy.deepcopy(SMALL_MELO)
    *sections, key = path.split(".")
    target = raw
    for section in sections:
        target = target[section]
    if value is None:
        del target[key]
    else:
        target[key] = value
    return raw


@pytest.mark.parametrize(
    "path, value, message",
    [
        ("symbols", None, "lacks symbols"),
        ("num_languages", None, "lacks num_languages"),
        ("data.spk2id", None, "lacks data.spk2id"),
        ("model.gin_channels", None, "lacks model.gin_channels"),
        ("model.n_layers_trans_flow", None, "lacks model.n_layers_trans_flow"),
        ("model.resblock", "2", "resblock is '2'"),
        ("model.flow_share_parameter", True, "flow_share_parameter is True"),
        ("model.use_vc", True, "use_vc is True"),
        ("model.n_heads", 0, "n_heads is 0, where positive whole numbers belong"),
        ("model.n_heads", 5, "hidden_channels must divide by n_heads"),
        ("num_tones", "16", "n_tones is '16', where positive whole numbers belong"),
        ("symbols", [], "symbols is not a list of strings"),
        ("symbols", "abc", "symbols is not a list of strings"),
        ("data.spk2id", {"EN": 1}, "speaker EN has number 1, n_speakers is 1"),
        ("data.hop_length", 256, "upsample_rates make 16 samples of a frame, hop_length is 256"),
    ],
)
def test_a_config_that_cannot_be_is_refused(path, value, message, expect_error):
    with expect_error(ConfigError, message):
        MeloConfig.from_dict(changed(path, value))


def test_the_config_of_a_converter_is_refused(expect_error):
    with expect_error(ConfigError, "no symbols, so it is not the config.json of a text-to-speech model"):
        MeloConfig.from_dict({"data": {"n_speakers": 0}, "model": {}})


def test_config_error_names_the_file(tmp_path, expect_error):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(changed("data.n_speakers", None)))
    with expect_error(ConfigError, r"config\.json lacks data\.n_speakers: take the config\.json of this checkpoint"):
        MeloConfig.from_file(path)
