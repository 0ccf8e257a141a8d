# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Untrained checkpoints of SpeechT5 and its vocoder in the released format, for tests and measurements.

Names and shapes are written down here a second time, from the format, so that a test of the loader does not compare the
loader with itself. The weights are random and seeded. Their scale keeps the levels of all layers near one, so nothing
saturates or vanishes. The speech of such a model has no words.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from torch import Tensor

from models.tt_audio.testing.seeded_weights import SeededWeights

# As released, without the keys that only training or speech-to-text needs.
CONFIG: dict[str, Any] = {
    "model_type": "speecht5",
    "vocab_size": 81,
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
    "hidden_act": "gelu",
    "hidden_size": 768,
    "layer_norm_eps": 1e-05,
    "encoder_layers": 12,
    "encoder_attention_heads": 12,
    "encoder_ffn_dim": 3072,
    "encoder_max_relative_position": 160,
    "decoder_layers": 6,
    "decoder_attention_heads": 12,
    "decoder_ffn_dim": 3072,
    "speech_decoder_prenet_layers": 2,
    "speech_decoder_prenet_units": 256,
    "speech_decoder_prenet_dropout": 0.5,
    "speech_decoder_postnet_layers": 5,
    "speech_decoder_postnet_units": 256,
    "speech_decoder_postnet_kernel": 5,
    "speaker_embedding_dim": 512,
    "num_mel_bins": 80,
    "reduction_factor": 2,
    "max_length": 1876,
    "max_text_positions": 600,
    "max_speech_positions": 1876,
}
VOCODER_CONFIG: dict[str, Any] = {
    "model_type": "hifigan",
    "model_in_dim": 80,
    "sampling_rate": 16000,
    "upsample_initial_channel": 512,
    "upsample_rates": [4, 4, 4, 4],
    "upsample_kernel_sizes": [8, 8, 8, 8],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
    "leaky_relu_slope": 0.1,
    "normalize_before": True,
}

# The same networks in a size that speaks a second in milliseconds.
SMALL_CONFIG = CONFIG | {
    **{"hidden_size": 32, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 48},
    **{"decoder_layers": 2, "decoder_attention_heads": 4, "decoder_ffn_dim": 48, "encoder_max_relative_position": 4},
    **{"speech_decoder_prenet_units": 16, "speech_decoder_postnet_units": 12, "speaker_embedding_dim": 12},
    **{"num_mel_bins": 8, "max_text_positions": 60, "max_speech_positions": 500},
}
SMALL_VOCODER_CONFIG = VOCODER_CONFIG | {"model_in_dim": 8, "upsample_initial_channel": 32}

# The smallest sizes that a Tenstorrent card takes: the width of a head is that of a tile.
TILED_CONFIG = SMALL_CONFIG | {
    **{"hidden_size": 64, "encoder_attention_heads": 2, "encoder_ffn_dim": 96, "decoder_attention_heads": 2},
    **{"decoder_ffn_dim": 96, "speech_decoder_prenet_units": 32, "speech_decoder_postnet_units": 32},
    **{"num_mel_bins": 16, "encoder_max_relative_position": 16},
}
TILED_VOCODER_CONFIG = VOCODER_CONFIG | {
    **{"model_in_dim": 16, "upsample_initial_channel": 128},
    **{"resblock_kernel_sizes": [3, 5], "resblock_dilation_sizes": [[1, 3], [1, 3]]},
}


# The released tokenizer has 79 pieces: four special ones, the space, and these many characters. Digits are not in it.
CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,'-!?;:\"()éèàçñüöäôêí"


class _Weights(SeededWeights):
    """Weights of SpeechT5 and its vocoder."""

    def attention(self, name: str, width: int) -> None:
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            self.layer(f"{name}.{projection}", (width, width))

    def feed_forward(self, name: str, width: int, inner: int) -> None:
        self.layer(f"{name}.intermediate_dense", (inner, width), gain=1.4)
        self.layer(f"{name}.output_dense", (width, inner), gain=1.4)


def speech_state(config: dict[str, Any], seed: int = 0, stop_bias: float = -8.2) -> dict[str, Tensor]:
    """Return the tensors of SpeechT5 TTS under their released names.

    `stop_bias` decides when speech ends: far below zero only with the largest number of steps, far above at once.
    """
    width, mels = config["hidden_size"], config["num_mel_bins"]
    weights = _Weights(seed)
    state = weights.state

    prenet, encoder = "speecht5.encoder.prenet", "speecht5.encoder.wrapped_encoder"
    state[f"{prenet}.embed_tokens.weight"] = weights.normal(config["vocab_size"], width)
    state[f"{prenet}.embed_tokens.weight"][config["pad_token_id"]] = 0
    state[f"{prenet}.encode_positions.alpha"] = torch.tensor(0.9)
    state[f"{prenet}.encode_positions.pe"] = weights.normal(1, config["max_text_positions"], width)  # never read
    weights.norm(f"{encoder}.layer_norm", width)
    head = width // config["encoder_attention_heads"]
    state[f"{encoder}.embed_positions.pe_k.weight"] = weights.normal(2 * config["encoder_max_relative_position"], head)
    for i in range(config["encoder_layers"]):
        layer = f"{encoder}.layers.{i}"
        weights.attention(f"{layer}.attention", width)
        weights.norm(f"{layer}.layer_norm", width)
        weights.feed_forward(f"{layer}.feed_forward", width, config["encoder_ffn_dim"])
        weights.norm(f"{layer}.final_layer_norm", width)

    prenet, decoder = "speecht5.decoder.prenet", "speecht5.decoder.wrapped_decoder"
    units = config["speech_decoder_prenet_units"]
    for i in range(config["speech_decoder_prenet_layers"]):
        weights.layer(f"{prenet}.layers.{i}", (units, units if i else mels), gain=1.4)
    weights.layer(f"{prenet}.final_layer", (width, units))
    state[f"{prenet}.encode_positions.alpha"] = torch.tensor(1.1)
    state[f"{prenet}.encode_positions.pe"] = weights.normal(1, config["max_speech_positions"], width)  # never read
    weights.layer(f"{prenet}.speaker_embeds_layer", (width, width + config["speaker_embedding_dim"]), gain=1.4)
    for i in range(config["decoder_layers"]):
        layer = f"{decoder}.layers.{i}"
        weights.attention(f"{layer}.self_attn", width)
        weights.norm(f"{layer}.self_attn_layer_norm", width)
        weights.attention(f"{layer}.encoder_attn", width)
        weights.norm(f"{layer}.encoder_attn_layer_norm", width)
        weights.feed_forward(f"{layer}.feed_forward", width, config["decoder_ffn_dim"])
        weights.norm(f"{layer}.final_layer_norm", width)

    postnet = "speech_decoder_postnet"
    weights.layer(f"{postnet}.feat_out", (config["reduction_factor"] * mels, width))
    # the hidden vectors of an untrained decoder differ little from step to step
    weights.layer(f"{postnet}.prob_out", (config["reduction_factor"], width), gain=8.0)
    state[f"{postnet}.prob_out.bias"] += stop_bias
    layers = config["speech_decoder_postnet_layers"]
    channels = [mels, *[config["speech_decoder_postnet_units"]] * (layers - 1), mels]
    for i in range(layers):
        layer = f"{postnet}.layers.{i}"
        kernel = config["speech_decoder_postnet_kernel"]
        weights.layer(f"{layer}.conv", (channels[i + 1], channels[i], kernel), bias=False)
        weights.norm(f"{layer}.batch_norm", channels[i + 1])
        state[f"{layer}.batch_norm.running_mean"] = 0.1 * weights.normal(channels[i + 1])
        state[f"{layer}.batch_norm.running_var"] = (0.2 * weights.normal(channels[i + 1])).exp()
        state[f"{layer}.batch_norm.num_batches_tracked"] = torch.tensor(1000)
    return state


def vocoder_state(config: dict[str, Any], seed: int = 0) -> dict[str, Tensor]:
    """Return the tensors of the vocoder under their released names; weight norm is folded, as released."""
    weights = _Weights(seed)
    channels = config["upsample_initial_channel"]
    weights.layer("conv_pre", (channels, config["model_in_dim"], 7))
    sizes = list(zip(config["resblock_kernel_sizes"], config["resblock_dilation_sizes"], strict=True))
    for i, (rate, kernel) in enumerate(zip(config["upsample_rates"], config["upsample_kernel_sizes"], strict=True)):
        # a transposed convolution adds channels * kernel / rate products
        level = 1.4 * (channels * kernel / rate) ** -0.5
        weights.state[f"upsampler.{i}.weight"] = level * weights.normal(channels, channels // 2, kernel)
        channels //= 2
        weights.state[f"upsampler.{i}.bias"] = 0.05 * weights.normal(channels)
        for j, (width, dilations) in enumerate(sizes):
            for k in range(len(dilations)):
                block = f"resblocks.{i * len(sizes) + j}"
                weights.layer(f"{block}.convs1.{k}", (channels, channels, width), gain=1.4)
                weights.layer(f"{block}.convs2.{k}", (channels, channels, width), gain=0.6)
    weights.layer("conv_post", (1, channels, 7), gain=0.1)
    weights.state["mean"] = weights.normal(config["model_in_dim"]) - 3
    weights.state["scale"] = 0.5 + torch.rand(config["model_in_dim"], generator=weights.random)
    return weights.state


def write_speech(folder: str | Path, config: dict[str, Any] = CONFIG, seed: int = 0, stop_bias: float = -8.2) -> Path:
    """Write `config.json` and `pytorch_model.bin` of SpeechT5 TTS as a release has them; return `folder`."""
    return _write(Path(folder), config, speech_state(config, seed, stop_bias))


def write_vocoder(folder: str | Path, config: dict[str, Any] = VOCODER_CONFIG, seed: int = 0) -> Path:
    """Write `config.json` and `pytorch_model.bin` of the vocoder as a release has them; return `folder`."""
    return _write(Path(folder), config, vocoder_state(config, seed))


def write_tokenizer(folder: str | Path, characters: str = CHARACTERS) -> Path:
    """Train a model of characters and write it as `spm_char.model` of a release; return `folder`."""
    with open(Path(folder) / "spm_char.model", "wb") as file:
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter([" ".join(characters)]),
            model_writer=file,
            model_type="char",
            vocab_size=len(characters) + 5,
            character_coverage=1.0,
            normalization_rule_name="nmt_nfkc",
            bos_id=0,
            pad_id=1,
            eos_id=2,
            unk_id=3,
            minloglevel=2,
        )
    return Path(folder)


def write_untrained(folder: str | Path) -> tuple[Path, Path, Path]:
    """Write a small model with all files that speaking needs; return its folder, its vocoder's, and a voice."""
    folder = Path(folder)
    speech = write_tokenizer(write_speech(folder / "speech", TILED_CONFIG))
    vocoder = write_vocoder(folder / "vocoder", TILED_VOCODER_CONFIG)
    np.save(folder / "voice.npy", _Weights(0).normal(TILED_CONFIG["speaker_embedding_dim"]).numpy())
    return speech, vocoder, folder / "voice.npy"


def _write(folder: Path, config: dict[str, Any], state: dict[str, Tensor]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(state, folder / "pytorch_model.bin")
    return folder
