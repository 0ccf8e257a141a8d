# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Untrained checkpoints of the converter in upstream's exact format, for tests and measurements without a download.

Names and shapes are written down here a second time, from the format, so that a test of the loader does not compare the
loader with itself. The weights are random and seeded. Their scale was chosen by observing the levels of the layers for
real speech: all are near one, so no gate saturates and no signal vanishes; the waveform has the level of speech (RMS
about 0.1), and two voices give different waveforms.
"""

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.tt_audio.testing.seeded_weights import SeededWeights

# As released, with the keys that no module of the converter needs left in.
V2_CONFIG: dict[str, Any] = {
    "_version_": "v2",
    "data": {
        "sampling_rate": 22050,
        "filter_length": 1024,
        "hop_length": 256,
        "win_length": 1024,
        "n_speakers": 0,
    },
    "model": {
        "zero_g": True,
        "inter_channels": 192,
        "hidden_channels": 192,
        "filter_channels": 768,
        "n_heads": 2,
        "n_layers": 6,
        "kernel_size": 3,
        "p_dropout": 0.1,
        "resblock": "1",
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "upsample_rates": [8, 8, 2, 2],
        "upsample_initial_channel": 512,
        "upsample_kernel_sizes": [16, 16, 4, 4],
        "gin_channels": 256,
    },
}


def with_model(config: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**config, "model": {**config["model"], **changes}}


V1_CONFIG = {key: value for key, value in with_model(V2_CONFIG, zero_g=False).items() if key != "_version_"}

# The same network in a size that converts a second of audio in milliseconds.
SMALL_CONFIG = with_model(
    V2_CONFIG,
    inter_channels=16,
    hidden_channels=24,
    upsample_initial_channel=48,
    gin_channels=12,
    posterior_layers=4,
    flow_layers=2,
)


class _Weights(SeededWeights):
    """Weights of a converter; `gain` is the ratio of output to input level that random weights of a layer give."""

    def normed(self, name: str, shape: tuple[int, ...], gain: float, bias: bool = True) -> None:
        """Add a weight-normalised tensor, over the first axis. The norms of channels differ by up to a third.

        Folding must keep these differences.
        """
        spread = 0.7 + 0.6 * torch.rand(shape[0], generator=self.random)
        self.state[f"{name}.weight_g"] = (gain * spread).view(-1, *[1] * (len(shape) - 1))
        self.state[f"{name}.weight_v"] = 0.02 * self.normal(*shape)
        if bias:
            self.bias(name, shape[0])

    def normed_transposed(self, name: str, inputs: int, outputs: int, kernel: int, stride: int, gain: float) -> None:
        # a transposed convolution adds inputs * kernel / stride products, but is normalised over outputs * kernel
        self.normed(name, (inputs, outputs, kernel), gain * (outputs * stride / inputs) ** 0.5, bias=False)
        self.bias(name, outputs)

    def wavenet(self, name: str, hidden: int, kernel: int, layers: int, gin: int) -> None:
        self.normed(f"{name}.cond_layer", (2 * hidden * layers, gin, 1), 1.0)
        for i in range(layers):
            outputs = 2 * hidden if i < layers - 1 else hidden
            self.normed(f"{name}.in_layers.{i}", (2 * hidden, hidden, kernel), 1.0)
            self.normed(f"{name}.res_skip_layers.{i}", (outputs, hidden, 1), 2.4 * layers**-0.5)


def converter_state(config: dict[str, Any], seed: int = 0) -> dict[str, Tensor]:
    """Return the tensors of a converter under upstream's names, weight norm not folded."""
    model, bins = config["model"], config["data"]["filter_length"] // 2 + 1
    inter, hidden, gin = model["inter_channels"], model["hidden_channels"], model["gin_channels"]
    kernel = model.get("wavenet_kernel_size", 5)
    weights = _Weights(seed)

    weights.layer("enc_q.pre", (hidden, bins, 1), 1.5)  # magnitudes of speech have a level of about 0.5
    weights.wavenet("enc_q.enc", hidden, kernel, model.get("posterior_layers", 16), gin)
    weights.layer("enc_q.proj", (2 * inter, hidden, 1), 1.0)

    for i in range(0, 2 * model.get("n_flows", 4), 2):
        weights.layer(f"flow.flows.{i}.pre", (hidden, inter // 2, 1), 1.0)
        weights.wavenet(f"flow.flows.{i}.enc", hidden, kernel, model.get("flow_layers", 4), gin)
        weights.layer(f"flow.flows.{i}.post", (inter // 2, hidden, 1), 0.8)

    channels = model["upsample_initial_channel"]
    weights.layer("dec.conv_pre", (channels, inter, 7), 1.0)
    weights.layer("dec.cond", (channels, gin, 1), 0.5)
    kernels, dilations = model["resblock_kernel_sizes"], model["resblock_dilation_sizes"]
    for i, (rate, size) in enumerate(zip(model["upsample_rates"], model["upsample_kernel_sizes"], strict=True)):
        weights.normed_transposed(f"dec.ups.{i}", channels, channels // 2, size, rate, 1.4)
        channels //= 2
        for j, (width, rates) in enumerate(zip(kernels, dilations, strict=True)):
            block = f"dec.resblocks.{i * len(kernels) + j}"
            for k in range(len(rates)):
                weights.normed(f"{block}.convs1.{k}", (channels, channels, width), 1.4)
                weights.normed(f"{block}.convs2.{k}", (channels, channels, width), 0.6)
    weights.layer("dec.conv_post", (1, channels, 7), 0.1, bias=False)

    filters = (1, 32, 32, 64, 64, 128, 128)
    for i, (inputs, outputs) in enumerate(zip(filters[:-1], filters[1:], strict=True)):
        weights.normed(f"ref_enc.convs.{i}", (outputs, inputs, 3, 3), 1.4)
        bins = (bins + 1) // 2
    weights.layer("ref_enc.gru", (384, 128 * bins), 1.0, bias=False)
    weights.state["ref_enc.gru.weight_ih_l0"] = weights.state.pop("ref_enc.gru.weight")
    weights.state["ref_enc.gru.weight_hh_l0"] = 128**-0.5 * weights.normal(384, 128)
    weights.state["ref_enc.gru.bias_ih_l0"] = 0.05 * weights.normal(384)
    weights.state["ref_enc.gru.bias_hh_l0"] = 0.05 * weights.normal(384)
    weights.layer("ref_enc.proj", (gin, 128), 1.0)
    weights.state["ref_enc.layernorm.weight"] = 1 + 0.1 * weights.normal(config["data"]["filter_length"] // 2 + 1)
    weights.bias("ref_enc.layernorm", config["data"]["filter_length"] // 2 + 1)
    return weights.state


def make_converter_checkpoint(folder: str | Path, config: dict[str, Any] = V2_CONFIG, seed: int = 0) -> Path:
    """Write `folder`/converter/{config.json, checkpoint.pth} as a release has them, and return `folder`."""
    target = Path(folder) / "converter"
    target.mkdir(parents=True, exist_ok=True)
    (target / "config.json").write_text(json.dumps(config))
    torch.save(
        {"model": converter_state(config, seed), "iteration": 0, "learning_rate": 1e-4}, target / "checkpoint.pth"
    )
    return Path(folder)
