# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""checkpoint.py: it reads what was written, and refuses by name whatever does not fit."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError

from models.demos.openvoice import catalogue, releases
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.names import CONVERTER_NAMES, TEXT_TO_SPEECH_PARTS
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.releases import AbsentModelError
from models.demos.openvoice.synthetic import SMALL_CONFIG, V2_CONFIG, converter_state, make_converter_checkpoint
from models.tt_audio.host import checkpoint, hashes, hub
from models.tt_audio.host.checkpoint import CheckpointError
from models.tt_audio.host.hashes import sha256_of


def small_converter() -> Converter:
    with torch.device("meta"):
        return Converter(ConverterConfig.from_dict(SMALL_CONFIG))


def to_safetensors(source: Path, target: Path) -> None:
    """Write a .pth checkpoint as folded .safetensors under the same names."""
    checkpoint.save_safetensors(checkpoint.fold_weight_norm(checkpoint.read_state(source)), target)


@pytest.fixture
def state():
    return converter_state(SMALL_CONFIG)


def load(state):
    converter = small_converter()
    checkpoint.load_strict(
        converter, checkpoint.fold_weight_norm(state), "some.pth", CONVERTER_NAMES, foreign=TEXT_TO_SPEECH_PARTS
    )
    return converter


def test_the_released_inventory_loads_completely(tmp_path):
    folder = make_converter_checkpoint(tmp_path) / "converter"
    state = checkpoint.read_state(folder / "checkpoint.pth")
    # the figures of the released V2 converter
    assert (len(state), sum(tensor.numel() for tensor in state.values())) == (486, 32_792_226)
    with torch.device("meta"):
        converter = Converter(ConverterConfig.from_dict(V2_CONFIG))
    checkpoint.load_strict(
        converter, checkpoint.fold_weight_norm(state), folder, CONVERTER_NAMES, foreign=TEXT_TO_SPEECH_PARTS
    )
    assert not any(tensor.is_meta or tensor.requires_grad for tensor in converter.state_dict().values())
    assert torch.equal(converter.posterior_encoder.pre.weight, state["enc_q.pre.weight"])
    assert torch.equal(converter.flow.couplings[3].post.bias, state["flow.flows.6.post.bias"])
    assert torch.equal(converter.generator.resblocks[11].convs2[2].bias, state["dec.resblocks.11.convs2.2.bias"])
    v, g = state["dec.ups.1.weight_v"], state["dec.ups.1.weight_g"]
    one = 7  # an input channel; input channels are the first axis here
    expected = g[one].double() * v[one].double() / v[one].double().square().sum().sqrt()
    torch.testing.assert_close(converter.generator.ups[1].weight[one].double(), expected, atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize("module, axis", [(torch.nn.Conv1d(4, 6, 3), 0), (torch.nn.ConvTranspose1d(4, 6, 4, 2), 0)])
def test_both_spellings_of_weight_norm_fold_to_what_torch_computes(module, axis):
    torch.manual_seed(0)
    torch.nn.utils.parametrizations.weight_norm(module, dim=axis)
    with torch.no_grad():
        module.parametrizations.weight.original0.mul_(1.7)
    new = {f"a.{name}": tensor for name, tensor in module.state_dict().items()}
    assert {"a.parametrizations.weight.original0", "a.parametrizations.weight.original1", "a.bias"} == set(new)
    old = {
        "a.weight_g": new["a.parametrizations.weight.original0"],
        "a.weight_v": new["a.parametrizations.weight.original1"],
        "a.bias": new["a.bias"],
    }
    for state in (new, old):
        folded = checkpoint.fold_weight_norm(state)
        assert set(folded) == {"a.weight", "a.bias"}
        torch.testing.assert_close(folded["a.weight"], module.weight.detach(), atol=1e-7, rtol=1e-6)


def test_half_of_a_normalised_pair(state, expect_error):
    del state["enc_q.enc.in_layers.0.weight_v"]
    with expect_error(CheckpointError, "enc_q.enc.in_layers.0.weight_g without enc_q.enc.in_layers.0.weight_v"):
        checkpoint.fold_weight_norm(state)
    state["enc_q.enc.in_layers.0.weight_v"] = state.pop("enc_q.enc.in_layers.0.weight_g")
    with expect_error(CheckpointError, "enc_q.enc.in_layers.0.weight_v without enc_q.enc.in_layers.0.weight_g"):
        checkpoint.fold_weight_norm(state)


def test_every_fault_is_named_in_one_error(state, expect_error):
    del state["enc_q.pre.bias"]
    state["enc_q.pre.bais"] = torch.zeros(1)
    state["dec.conv_pre.weight"] = state["dec.conv_pre.weight"][:, :, :5]
    state["flow.flows.2.post.bias"][0] = float("nan")
    with expect_error(
        CheckpointError,
        r"some.pth does not fit its config.json; missing: enc_q.pre.bias; unexpected: enc_q.pre.bais; "
        r"wrong shape: dec.conv_pre.weight is \[48, 16, 5\] instead of \[48, 16, 7\]; "
        r"not finite numbers: flow.flows.2.post.bias\.$",
    ):
        load(state)


def test_the_values_of_a_tensor_of_the_wrong_shape_are_not_read(state, expect_error):
    state["ref_enc.proj.bias"] = torch.full((1,), float("nan")).expand(1 << 45)  # 128 TiB, if it were computed with
    with expect_error(CheckpointError, rf"wrong shape: ref_enc.proj.bias is \[{1 << 45}\] instead of \[12\]\.$"):
        load(state)


def test_a_failed_load_leaves_the_module_alone(state, expect_error):
    converter = load(converter_state(SMALL_CONFIG, seed=1))
    before = converter.posterior_encoder.pre.weight.clone()
    del state["ref_enc.proj.bias"]
    with expect_error(CheckpointError, "missing: ref_enc.proj.bias"):
        checkpoint.load_strict(
            converter, checkpoint.fold_weight_norm(state), "some.pth", CONVERTER_NAMES, foreign=TEXT_TO_SPEECH_PARTS
        )
    assert torch.equal(converter.posterior_encoder.pre.weight, before)


def test_a_text_to_speech_checkpoint_is_told_apart(state, expect_error):
    state["emb_g.weight"] = torch.zeros(10, 12)
    with expect_error(CheckpointError, r"unexpected: emb_g.weight \(these are the parts of a text-to-speech model\)"):
        load(state)


def test_unused_parts_are_left_out_by_name_only(expect_error):
    module = torch.nn.Linear(2, 2)
    state = {**module.state_dict(), "training.weight": torch.zeros(1), "other": torch.zeros(1)}
    with expect_error(CheckpointError, r"unexpected: other\."):
        checkpoint.load_strict(module, state, "some.pth", unused=("training.",))
    del state["other"]
    checkpoint.load_strict(module, state, "some.pth", unused=("training.",))


def test_half_precision_becomes_single(state):
    converter = load({name: tensor.half() for name, tensor in state.items()})
    assert {tensor.dtype for tensor in converter.state_dict().values()} == {torch.float32}


def test_safetensors_hold_the_same_model(tmp_path, state):
    torch.save({"model": state}, tmp_path / "a.pth")
    to_safetensors(tmp_path / "a.pth", tmp_path / "a.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pth", "a.safetensors"]
    assert checkpoint.identity(load(state)) == checkpoint.identity(
        load(checkpoint.read_state(tmp_path / "a.safetensors"))
    )


def test_a_bare_state_dict_is_read(tmp_path, state):
    torch.save(state, tmp_path / "bare.pth")
    assert checkpoint.read_state(tmp_path / "bare.pth").keys() == state.keys()


def test_the_hash_is_compared(tmp_path, state, expect_error):
    path = tmp_path / "a.pth"
    torch.save(state, path)
    assert checkpoint.read_state(path, sha256_of(path).upper())
    with expect_error(CheckpointError, f"a.pth has sha256 [0-9a-f]{{64}} instead of {'0' * 64}"):
        checkpoint.read_state(path, "0" * 64)


def test_files_that_are_no_checkpoint(tmp_path, state, expect_error):
    whole = tmp_path / "whole.pth"
    torch.save({"model": state}, whole)
    content = whole.read_bytes()
    flipped = bytearray(content)
    flipped[:4] = b"\0\0\0\0"
    for name, damaged in {
        "cut.pth": content[: len(content) // 2],
        "header.pth": bytes(flipped),
        "empty.pth": b"",
        "text.pth": b"<html>404</html>",
    }.items():
        (tmp_path / name).write_bytes(damaged)
        with expect_error(CheckpointError, f"{name} is not a checkpoint or is damaged"):
            checkpoint.read_state(tmp_path / name)
    to_safetensors(whole, tmp_path / "whole.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "whole.safetensors").read_bytes()[:-100])
    with expect_error(CheckpointError, "cut.safetensors is not a safetensors file or is damaged"):
        checkpoint.read_state(tmp_path / "cut.safetensors")


class Payload:
    def __reduce__(self):
        return Path.touch, (Path("touched-by-a-checkpoint"),)


@pytest.mark.parametrize("write", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))])
def test_code_in_a_pickle_is_refused_and_not_run(tmp_path, write, monkeypatch, expect_error):
    monkeypatch.chdir(tmp_path)
    write({"model": Payload()}, tmp_path / "evil.pth")
    with expect_error(CheckpointError, "evil.pth (wants to run code|is not a checkpoint)"):
        checkpoint.read_state(tmp_path / "evil.pth")
    assert not (tmp_path / "touched-by-a-checkpoint").exists()


@pytest.mark.parametrize("content", [[1, 2], {"model": {"a": 1}}, {}, torch.zeros(3)])
def test_content_without_named_tensors(tmp_path, content, expect_error):
    torch.save(content, tmp_path / "a.pth")
    with expect_error(CheckpointError, "a.pth holds no named tensors"):
        checkpoint.read_state(tmp_path / "a.pth")


def test_absent_file(tmp_path, expect_error):
    with expect_error(CheckpointError, "a.pth does not exist"):
        checkpoint.read_state(tmp_path / "a.pth")


def test_a_failed_write_leaves_nothing(tmp_path, expect_error):
    overlapping = torch.zeros(4)
    with expect_error(RuntimeError, "share memory"):
        checkpoint.save_safetensors({"a": overlapping, "b": overlapping}, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


class TestLocate:
    @pytest.fixture(autouse=True)
    def a_home(self, tmp_path, monkeypatch):
        monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "home"))

    def test_a_folder_is_itself(self, tmp_path):
        assert releases.locate(str(tmp_path)) == tmp_path

    def test_the_small_model_is_in_the_repository(self, tmp_path, monkeypatch, expect_error):
        monkeypatch.setattr(releases, "IN_REPOSITORY", {"small": tmp_path / "assets"})
        with expect_error(CheckpointError, "assets does not exist: take the folder assets of the repository, too"):
            releases.locate("small")
        (tmp_path / "assets").mkdir()
        assert releases.locate("small") == tmp_path / "assets"

    @pytest.mark.parametrize("below", ["myshell-ai/OpenVoiceV2", "OpenVoiceV2"])
    def test_openvoice_home_comes_before_the_network(self, tmp_path, below):
        (tmp_path / "home" / below).mkdir(parents=True)
        assert releases.locate("myshell-ai/OpenVoiceV2") == tmp_path / "home" / below

    def test_a_release_is_asked_for_at_its_pinned_revision(self, tmp_path, monkeypatch, expect_error):
        asked = []

        def download(name, file, revision, repo_type, local_files_only=False, local_dir=None):
            if local_files_only:
                raise LocalEntryNotFoundError("not here")
            asked.append((name, revision))
            path = tmp_path / "snapshot" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("not the published content")
            return str(path)

        monkeypatch.setattr(hub, "hf_hub_download", download)
        monkeypatch.setattr(hub, "reachable", lambda: True)
        assert releases.locate("someone/model@abc", files=("sub/a.json", "b.pth")) == tmp_path / "snapshot"
        assert set(asked) == {("someone/model", "abc")}
        with expect_error(CheckpointError, "config.json has sha256"):
            releases.locate("myshell-ai/OpenVoiceV2")
        assert asked[-1] == ("myshell-ai/OpenVoiceV2", "f36e7edfe1684461a8343844af60babc2efbb727")

    def test_offline_the_remedy_is_said(self, monkeypatch, expect_error):
        def download(*_, **__):
            raise LocalEntryNotFoundError("offline")

        monkeypatch.setattr(hub, "hf_hub_download", download)
        monkeypatch.setattr(hub, "reachable", lambda: True)
        with expect_error(AbsentModelError, r"cannot be downloaded \(LocalEntryNotFoundError\).* download converter`"):
            releases.locate("myshell-ai/OpenVoiceV2")

    def test_without_download_only_this_machine_is_searched(self, monkeypatch, expect_error):
        def download(*_, local_files_only, **__):
            assert local_files_only
            raise LocalEntryNotFoundError("not here")

        monkeypatch.setattr(hub, "hf_hub_download", download)
        with expect_error(CheckpointError, "OpenVoiceV2 is not on this machine"):
            releases.locate("myshell-ai/OpenVoiceV2", download=False)

    def test_a_copied_release_is_compared_with_its_hashes(self, tmp_path, monkeypatch, expect_error):
        """Write a copy with the release's config: its checkpoint has to be the release's, too."""
        folder = tmp_path / "home" / "OpenVoiceV2"
        (folder / "converter").mkdir(parents=True)
        config, weights = folder / "converter" / "config.json", folder / "converter" / "checkpoint.pth"
        config.write_bytes(b"sizes")
        weights.write_bytes(b"weights")
        pinned = {f"converter/{path.name}": sha256_of(path) for path in (config, weights)}
        release = replace(catalogue.RELEASES["myshell-ai/OpenVoiceV2"], sha256=pinned)
        monkeypatch.setitem(catalogue.RELEASES, "myshell-ai/OpenVoiceV2", release)
        assert releases.locate("myshell-ai/OpenVoiceV2") == folder
        weights.write_bytes(b"weightz")
        with expect_error(CheckpointError, "checkpoint.pth has sha256 .* instead of .*: download it again"):
            releases.locate("myshell-ai/OpenVoiceV2")
        config.write_bytes(b"other sizes")  # a model of the user's own
        assert releases.locate("myshell-ai/OpenVoiceV2") == folder

    @pytest.mark.parametrize("change, message", [("altered", "a.bin has sha256"), (None, "a.bin does not exist: copy")])
    def test_a_copy_is_compared_with_its_list_of_hashes(self, tmp_path, expect_error, change, message):
        folder = tmp_path / "home" / "MeloTTS-French"
        folder.mkdir(parents=True)
        (folder / "a.bin").write_text("whole")
        hashes.write_sums(folder, ["a.bin"])
        assert releases.locate("myshell-ai/MeloTTS-French") == folder
        (folder / "a.bin").unlink() if change is None else (folder / "a.bin").write_text(change)
        with expect_error(CheckpointError, message):
            releases.locate("myshell-ai/MeloTTS-French")

    @pytest.mark.parametrize(
        "name, message", [("no/such/folder", "neither a folder nor a model name"), ("no/such", "pinned revision")]
    )
    def test_names_that_are_nothing(self, name, message, expect_error):
        with expect_error(CheckpointError, f"{name} is .*{message}"):
            releases.locate(name)
