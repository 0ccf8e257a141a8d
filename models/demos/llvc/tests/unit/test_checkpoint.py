# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checkpoints: everything that upstream writes is used or known, anything else is refused in one sentence."""

import torch
from safetensors.torch import save_file

from models.demos.llvc.loading import load_net
from models.demos.llvc.synthetic import CONFIGS, LLVC, SMALL, make_checkpoint, net_state
from models.tt_audio.host.checkpoint import CheckpointError


def test_the_seeded_checkpoint_has_upstreams_inventory():
    """Compare with the counts of upstream's own module."""
    state = net_state(LLVC)
    assert len(state) == 147
    assert sum(tensor.numel() for tensor in state.values()) == 3_309_920
    assert len(net_state(CONFIGS["llvc_nc"])) == 147 - 48


def test_safetensors_give_the_same_network(small, small_folder, tmp_path):
    path = tmp_path / "model.safetensors"
    save_file(net_state(SMALL), path)
    other = load_net(path, small_folder / "config.json")
    assert all(torch.equal(other.state_dict()[name], tensor) for name, tensor in small.state_dict().items())


def test_the_label_is_folded(small, small_folder):
    """Compare with the network of upstream, given the zero that upstream gives it."""
    state = torch.load(small_folder / "G_500000.pth", weights_only=True)["model"]
    nn = torch.nn
    network = nn.Sequential(
        *(nn.Linear(1, 512), nn.LayerNorm(512), nn.ReLU(), nn.Linear(512, 64), nn.LayerNorm(64), nn.ReLU())
    )
    own = {name.removeprefix("label_embedding."): value for name, value in state.items() if "label_emb" in name}
    network.load_state_dict(own)
    torch.testing.assert_close(small.label, network(torch.zeros(1, 1))[0].detach(), rtol=0, atol=1e-6)


def test_missing_and_additional_tensors_are_named(small_folder, tmp_path, expect_error):
    state = net_state(SMALL)
    del state["in_conv.0.weight"]
    state["extra.weight"] = torch.zeros(1)
    torch.save({"model": state}, tmp_path / "G.pth")
    with expect_error(CheckpointError, "missing: in_conv.0.weight; unexpected: extra.weight"):
        load_net(tmp_path / "G.pth", small_folder)


def test_a_missing_part_of_the_label_is_named(small_folder, tmp_path, expect_error):
    state = {name: tensor for name, tensor in net_state(SMALL).items() if name != "label_embedding.3.bias"}
    torch.save({"model": state}, tmp_path / "G.pth")
    with expect_error(CheckpointError, "missing or of wrong shape: label_embedding.3.bias"):
        load_net(tmp_path / "G.pth", small_folder)


def test_a_checkpoint_of_another_config(small_folder, tmp_path, expect_error):
    nc = make_checkpoint(tmp_path / "nc", {**SMALL, "model_params": CONFIGS["llvc_nc"]["model_params"]})
    with expect_error(CheckpointError, "wrong shape"):
        load_net(small_folder / "G_500000.pth", nc)
    prenet = {**SMALL["model_params"], "convnet_config": {"convnet_prenet": False}}
    make_checkpoint(tmp_path / "small_nc", {**SMALL, "model_params": prenet})
    with expect_error(CheckpointError, r"the parts of a network with a prenet: take the config of llvc"):
        load_net(small_folder / "G_500000.pth", tmp_path / "small_nc")


def test_no_checkpoint(tmp_path, expect_error):
    with expect_error(CheckpointError, "nowhere does not exist: give an LLVC checkpoint"):
        load_net(tmp_path / "nowhere")
    with expect_error(CheckpointError, "holds 0 files .pth or .safetensors: give the file itself"):
        load_net(tmp_path)
