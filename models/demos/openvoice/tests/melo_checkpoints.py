# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Text-to-speech checkpoints for tests, in upstream's format and names: a folder with config.json and checkpoint.pth.

The inventory below is stated independently of the modules that it is loaded into. The weights are random and seeded,
of a scale that makes the model behave like a trained one: 2 to 10 frames per phone, a waveform of RMS 0.1, every layer
with an effect.
"""

import json
from collections.abc import Iterator, Mapping
from math import prod, sqrt
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

MELO_SIZES = {
    "inter_channels": 192,
    "hidden_channels": 192,
    "filter_channels": 768,
    "n_heads": 2,
    "n_layers": 6,
    "n_layers_trans_flow": 3,
    "kernel_size": 3,
    "p_dropout": 0.1,
    "resblock": "1",
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "upsample_rates": [8, 8, 2, 2, 2],
    "upsample_initial_channel": 512,
    "upsample_kernel_sizes": [16, 16, 8, 2, 2],
    "gin_channels": 256,
}
V1_SIZES = {key: value for key, value in MELO_SIZES.items() if key != "n_layers_trans_flow"} | {
    "upsample_rates": [8, 8, 2, 2],
    "upsample_kernel_sizes": [16, 16, 4, 4],
}
# Everything narrow, nothing left out: for tests of behaviour, where full width would only cost time.
SMALL = {
    "inter_channels": 16,
    "hidden_channels": 32,
    "filter_channels": 48,
    "n_layers": 3,
    "upsample_rates": [4, 4],
    "upsample_initial_channel": 32,
    "upsample_kernel_sizes": [8, 8],
    "gin_channels": 24,
}


def melo_config(symbols: list[str] | None = None, speakers: Mapping[str, int] | None = None, **options: Any) -> dict:
    """A config.json of MeloTTS, by default of EN_NEWEST's sizes; `options` replace sizes, n_speakers and the like."""
    sizes = MELO_SIZES | {key: value for key, value in options.items() if key in MELO_SIZES}
    return {
        "train": {"segment_size": 16384},
        "data": {
            "sampling_rate": 44100,
            "filter_length": 2048,
            "hop_length": prod(sizes["upsample_rates"]),
            "win_length": 2048,
            "add_blank": True,
            "n_speakers": options.get("n_speakers", 1),
            "spk2id": dict(speakers or {"EN-Newest": 0}),
        },
        "model": {"use_spk_conditioned_encoder": True, **sizes},
        "num_languages": options.get("num_languages", 8),
        "num_tones": options.get("num_tones", 16),
        "symbols": symbols or [f"symbol {index}" for index in range(219)],
    }


def v1_config(symbols: list[str] | None = None, **sizes: Any) -> dict:
    """A config.json of an OpenVoice V1 base speaker, with its styles."""
    sizes = V1_SIZES | sizes
    styles = ("default", "whispering", "shouting", "excited", "cheerful", "terrified", "angry", "sad", "friendly")
    return {
        "data": {
            "sampling_rate": 22050,
            "filter_length": 1024,
            "hop_length": prod(sizes["upsample_rates"]),
            "win_length": 1024,
            "add_blank": True,
            "n_speakers": 10,
            "text_cleaners": ["cjke_cleaners2"],
        },
        "model": sizes,
        "symbols": symbols or [f"symbol {index}" for index in range(68)],
        "speakers": {style: number for number, style in enumerate(styles, 1)},
    }


def write_checkpoint(folder: Path, raw: Mapping[str, Any], seed: int = 0) -> Path:
    """Writes config.json and checkpoint.pth below `folder`, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(raw), encoding="utf-8")
    torch.save({"model": state(raw, seed), "iteration": 1000, "learning_rate": 3e-4}, folder / "checkpoint.pth")
    return folder


def state(raw: Mapping[str, Any], seed: int = 0) -> dict[str, Tensor]:
    """All tensors of a checkpoint under upstream's names, training-only parts included."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for name, shape in inventory(raw):
        noise = torch.randn(shape, generator=generator)
        if name.endswith(".weight_g"):
            continue  # follows from its weight_v, below
        tensors[name] = noise * _deviation(name, shape) + _mean(name)
        if name.endswith(".weight_v"):
            # A length of its own for each channel, so that forgetting the normalisation, or its axis, shows.
            lengths = tensors[name].flatten(1).norm(dim=1).view(-1, *[1] * (len(shape) - 1))
            wobble = 1 + 0.2 * torch.rand(lengths.shape, generator=generator)
            tensors[f"{name[:-1]}g"] = lengths * wobble
            tensors[name] *= 2
    # These two make of normal noise log durations around 1.4, which is 4 frames.
    tensors["sdp.flows.0.m"][0] = -3.0
    tensors["sdp.flows.0.logs"][0] = 0.7
    tensors["enc_p.proj.bias"][raw["model"]["inter_channels"] :] -= 0.7  # log deviation of the latent frames
    tensors["dec.conv_post.weight"] -= tensors["dec.conv_post.weight"].mean(2, keepdim=True)  # sound has no mean
    return tensors


def _deviation(name: str, shape: tuple[int, ...]) -> float:
    """Standard deviation of a tensor's values."""
    if name.endswith((".gamma", ".beta", ".bias", ".m", ".logs")):
        return 0.1
    if "emb_rel" in name:
        return shape[-1] ** -0.5
    if name.startswith("emb_g"):
        return 0.5
    if "emb" in name and "spk_emb_linear" not in name:
        return shape[-1] ** -0.5
    fan_in = prod(shape[1:])
    gain = {
        "dp.proj": 0.4,  # log durations
        "enc_p.proj": 0.7,
        "dec.conv_post": 0.12,
    }.get(name.rsplit(".", 1)[0], 1.0)
    if ".resblocks." in name:
        gain = 0.5  # of a branch beside an identity
    elif ".ups." in name:
        fan_in = (
            shape[0] * 2
        )  # each output of a transposed convolution sums kernel / stride = 2 taps of each input channel
        gain = sqrt(2)
    elif name.startswith("flow.") and ".post." in name:
        gain = 0.5
    elif name.startswith("sdp.") and ".proj." in name and "flows" in name:
        gain = 0.14 * sqrt(shape[1])  # upstream divides by the root of the channels again
    elif ".res_skip_layers." in name:
        gain = 0.7
    return gain / sqrt(fan_in)


def _mean(name: str) -> float:
    return {"gamma": 1.0}.get(name.rsplit(".", 1)[-1], 1.3 if name == "dp.proj.bias" else 0.0)


# ------------------------------------------------------------------------------------------------------------ inventory

Shapes = Iterator[tuple[str, tuple[int, ...]]]


def inventory(raw: Mapping[str, Any]) -> Shapes:
    """Names and shapes of the tensors in upstream's checkpoint for this config.json."""
    model = raw["model"]
    hidden, inter, gin = model["hidden_channels"], model["inter_channels"], model["gin_channels"]
    melo = "num_tones" in raw
    # text encoder
    yield "enc_p.emb.weight", (len(raw["symbols"]), hidden)
    if melo:
        yield "enc_p.tone_emb.weight", (raw["num_tones"], hidden)
        yield "enc_p.language_emb.weight", (raw["num_languages"], hidden)
        yield from _conv("enc_p.bert_proj", 1024, hidden, 1)
        yield from _conv("enc_p.ja_bert_proj", 768, hidden, 1)
    speaker = gin if melo and model.get("use_spk_conditioned_encoder", True) else 0
    yield from _transformer("enc_p.encoder", model, model["n_layers"], model["kernel_size"], speaker)
    yield from _conv("enc_p.proj", hidden, 2 * inter, 1)
    # generator
    channels = model["upsample_initial_channel"]
    yield from _conv("dec.conv_pre", inter, channels, 7)
    yield from _conv("dec.cond", gin, channels, 1)
    block = 0
    for stage, kernel_size in enumerate(model["upsample_kernel_sizes"]):
        yield f"dec.ups.{stage}.weight_g", (channels, 1, 1)
        yield f"dec.ups.{stage}.weight_v", (channels, channels // 2, kernel_size)
        yield f"dec.ups.{stage}.bias", (channels // 2,)
        channels //= 2
        for size, dilations in zip(model["resblock_kernel_sizes"], model["resblock_dilation_sizes"], strict=True):
            for layer in range(len(dilations)):
                for which in ("convs1", "convs2"):
                    yield from _normed(f"dec.resblocks.{block}.{which}.{layer}", channels, channels, size)
            block += 1
    yield "dec.conv_post.weight", (1, channels, 7)
    # posterior encoder, training only
    yield from _conv("enc_q.pre", raw["data"]["filter_length"] // 2 + 1, hidden, 1)
    yield from _wavenet("enc_q.enc", hidden, gin, 16)
    yield from _conv("enc_q.proj", hidden, 2 * inter, 1)
    # flow; its odd layers are flips
    transformer = melo and model.get("use_transformer_flow", True)
    for coupling in range(0, 8, 2):
        yield from _conv(f"flow.flows.{coupling}.pre", inter // 2, hidden, 1)
        if transformer:
            yield from _transformer(f"flow.flows.{coupling}.enc", model, model["n_layers_trans_flow"], 5, gin)
        else:
            yield from _wavenet(f"flow.flows.{coupling}.enc", hidden, gin, 4)
        yield from _conv(f"flow.flows.{coupling}.post", hidden, inter // 2, 1)
    # stochastic duration predictor; what starts with post_ is training only
    yield from _conv("sdp.pre", hidden, hidden, 1)
    yield from _conv("sdp.proj", hidden, hidden, 1)
    yield from _separable("sdp.convs", hidden)
    yield from _conv("sdp.cond", gin, hidden, 1)
    yield from _conv("sdp.post_pre", 1, hidden, 1)
    yield from _conv("sdp.post_proj", hidden, hidden, 1)
    yield from _separable("sdp.post_convs", hidden)
    for flows in ("sdp.flows", "sdp.post_flows"):
        yield f"{flows}.0.m", (2, 1)
        yield f"{flows}.0.logs", (2, 1)
        for coupling in (1, 3, 5, 7):
            yield from _conv(f"{flows}.{coupling}.pre", 1, hidden, 1)
            yield from _separable(f"{flows}.{coupling}.convs", hidden)
            yield from _conv(f"{flows}.{coupling}.proj", hidden, 29, 1)
    # duration predictor
    yield from _conv("dp.conv_1", hidden, 256, 3)
    yield from _norm("dp.norm_1", 256)
    yield from _conv("dp.conv_2", 256, 256, 3)
    yield from _norm("dp.norm_2", 256)
    yield from _conv("dp.proj", 256, 1, 1)
    yield from _conv("dp.cond", gin, hidden, 1)
    yield "emb_g.weight", (raw["data"]["n_speakers"], gin)


def _conv(name: str, inputs: int, outputs: int, kernel_size: int) -> Shapes:
    yield f"{name}.weight", (outputs, inputs, kernel_size)
    yield f"{name}.bias", (outputs,)


def _normed(name: str, inputs: int, outputs: int, kernel_size: int) -> Shapes:
    yield f"{name}.weight_g", (outputs, 1, 1)
    yield f"{name}.weight_v", (outputs, inputs, kernel_size)
    yield f"{name}.bias", (outputs,)


def _norm(name: str, channels: int) -> Shapes:
    yield f"{name}.gamma", (channels,)
    yield f"{name}.beta", (channels,)


def _transformer(name: str, model: Mapping[str, Any], layers: int, kernel_size: int, speaker: int) -> Shapes:
    hidden = model["hidden_channels"]
    for layer in range(layers):
        attention = f"{name}.attn_layers.{layer}"
        for which in "qkvo":
            yield from _conv(f"{attention}.conv_{which}", hidden, hidden, 1)
        yield f"{attention}.emb_rel_k", (1, 9, hidden // model["n_heads"])
        yield f"{attention}.emb_rel_v", (1, 9, hidden // model["n_heads"])
        yield from _norm(f"{name}.norm_layers_1.{layer}", hidden)
        yield from _conv(f"{name}.ffn_layers.{layer}.conv_1", hidden, model["filter_channels"], kernel_size)
        yield from _conv(f"{name}.ffn_layers.{layer}.conv_2", model["filter_channels"], hidden, kernel_size)
        yield from _norm(f"{name}.norm_layers_2.{layer}", hidden)
    if speaker:
        yield f"{name}.spk_emb_linear.weight", (hidden, speaker)
        yield f"{name}.spk_emb_linear.bias", (hidden,)


def _wavenet(name: str, hidden: int, gin: int, layers: int) -> Shapes:
    yield from _normed(f"{name}.cond_layer", gin, 2 * hidden * layers, 1)
    for layer in range(layers):
        yield from _normed(f"{name}.in_layers.{layer}", hidden, 2 * hidden, 5)
        outputs = 2 * hidden if layer < layers - 1 else hidden
        yield from _normed(f"{name}.res_skip_layers.{layer}", hidden, outputs, 1)


def _separable(name: str, channels: int) -> Shapes:
    for layer in range(3):
        yield f"{name}.convs_sep.{layer}.weight", (channels, 1, 3)
        yield f"{name}.convs_sep.{layer}.bias", (channels,)
        yield from _conv(f"{name}.convs_1x1.{layer}", channels, channels, 1)
        yield from _norm(f"{name}.norms_1.{layer}", channels)
        yield from _norm(f"{name}.norms_2.{layer}", channels)
