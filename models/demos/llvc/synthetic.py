# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Untrained LLVC checkpoints in upstream's exact format, for tests, and for the commands until a checkpoint is given.

Names and shapes are written down here a second time, from the format, so that a test of the loader does not compare the
loader with itself. The weights are random and seeded. Their scale was chosen by observing the levels of the layers for
real speech: all are near one, so no gate saturates and no signal vanishes.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.tt_audio.testing.seeded_weights import SeededWeights

# As released, with the keys that no module needs left in.
CONVNET: dict[str, Any] = {
    "convnet_prenet": True,
    "out_channels": [1] * 12,
    "kernel_sizes": [3] * 12,
    "dilations": [1] * 12,
    "dropout": 0.5,
    "combine_residuals": None,
    "skip_connection": "add",
    "use_residual_blocks": True,
}
LLVC: dict[str, Any] = {
    "data": {"dir": "f_8312_ls360", "sr": 16000, "wav_len": 65536},
    "model_params": {
        "label_len": 1,
        "L": 16,
        "enc_dim": 512,
        "num_enc_layers": 8,
        "dec_dim": 256,
        "num_dec_layers": 1,
        "dec_buf_len": 13,
        "dec_chunk_size": 13,
        "out_buf_len": 4,
        "use_pos_enc": True,
        "decoder_dropout": 0.1,
        "convnet_config": CONVNET,
    },
    "discriminator": "rvc",
}


def with_model(config: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy of a config with other values in its section `model_params`."""
    return {**config, "model_params": {**config["model_params"], **changes}}


# The released configs by upstream's names. llvc_hfg is the network of llvc, trained against another discriminator.
CONFIGS = {
    "llvc": LLVC,
    "llvc_hfg": {**LLVC, "discriminator": "hfg"},
    "llvc_nc": with_model(LLVC, convnet_config={**CONVNET, "convnet_prenet": False}),
}

# The same network in a size that converts a second of sound in milliseconds.
SMALL = with_model(
    LLVC,
    enc_dim=64,
    num_enc_layers=5,
    dec_dim=32,
    convnet_config={**CONVNET, **{key: CONVNET[key][:3] for key in ("out_channels", "kernel_sizes", "dilations")}},
)

# The widths of llvc, which fit whole tiles, with few layers: for the logic of the device path.
SHALLOW = with_model(
    LLVC,
    num_enc_layers=5,
    convnet_config={**CONVNET, **{key: CONVNET[key][:2] for key in ("out_channels", "kernel_sizes", "dilations")}},
)


class _Weights(SeededWeights):
    """Weights of a network."""

    bias_level = 0.1

    def attention(self, name: str, channels: int) -> None:
        self.layer(f"{name}.in_proj", (3 * channels, channels), 1.5)
        for kind in ("weight", "bias"):
            self.state[f"{name}.in_proj_{kind}"] = self.state.pop(f"{name}.in_proj.{kind}")
        self.layer(f"{name}.out_proj", (channels, channels), 1.0)


def net_state(config: dict[str, Any], seed: int = 0) -> dict[str, Tensor]:
    """Return the tensors of a network under upstream's names."""
    model = config["model_params"]
    channels, narrow, hop = model["enc_dim"], model["dec_dim"], model["L"]
    weights = _Weights(seed)
    if model["convnet_config"]["convnet_prenet"]:
        for i, kernel in enumerate(model["convnet_config"]["kernel_sizes"]):
            weights.layer(f"convnet_pre.down_convs.{i}.filter", (1, 1, kernel), 1.0)
            weights.layer(f"convnet_pre.down_convs.{i}.gate", (1, 1, kernel), 1.0)
    weights.layer("in_conv.0", (channels, 1, 3 * hop), 5.0, bias=False)  # speech has a level of about 0.1
    weights.layer("label_embedding.0", (512, 1), 1.0)
    weights.norm("label_embedding.1", 512)
    weights.layer("label_embedding.3", (channels, 512), 1.0)
    weights.norm("label_embedding.4", channels)
    for i in range(model["num_enc_layers"]):
        layer = f"mask_gen.encoder.dcc_layers.dcc_{i}.layers"
        weights.layer(f"{layer}.0", (channels, 1, 3), 1.0)
        weights.norm(f"{layer}.1", channels)
        weights.layer(f"{layer}.3", (channels, channels, 1), 1.0)
        weights.norm(f"{layer}.4", channels, model["num_enc_layers"] ** -0.5)
    weights.layer("mask_gen.proj_e2d_e.0", (narrow, channels // narrow, 1), 1.0)
    weights.layer("mask_gen.proj_e2d_l.0", (narrow, channels // narrow, 1), 1.0)
    weights.layer("mask_gen.proj_d2e.0", (channels, 1, 1), 1.0)
    rate = torch.exp(torch.arange(0, narrow, 2) * (-torch.log(torch.tensor(10000.0)) / narrow))
    angle = torch.arange(200)[:, None] * rate
    weights.state["mask_gen.decoder.pos_enc.pe"] = torch.stack((angle.sin(), angle.cos()), -1).flatten(1)[None]
    for i in range(model["num_dec_layers"]):
        layer = f"mask_gen.decoder.tf_dec_layers.{i}"
        weights.attention(f"{layer}.self_attn", narrow)
        weights.attention(f"{layer}.multihead_attn", narrow)
        weights.layer(f"{layer}.linear1", (2 * narrow, narrow), 1.0)
        weights.layer(f"{layer}.linear2", (narrow, 2 * narrow), 1.0)
        for norm in (1, 2, 3):
            weights.norm(f"{layer}.norm{norm}", narrow)
    weights.layer("out_conv.0", (channels, 1, (model["out_buf_len"] + 1) * hop), 0.12, bias=False)
    return weights.state


def make_checkpoint(folder: str | Path, config: dict[str, Any] = LLVC, seed: int = 0) -> Path:
    """Write `folder`/config.json and `folder`/G_500000.pth as upstream's training does; return the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    state = net_state(config, seed)
    optimizer = {"state": {}, "param_groups": [{"lr": 5e-4, "params": list(range(len(state)))}]}
    content = {"model": state, "epoch": 1, "step": 500000, "optimizer": optimizer, "learning_rate": 5e-4}
    torch.save(content, folder / "G_500000.pth")
    return folder
