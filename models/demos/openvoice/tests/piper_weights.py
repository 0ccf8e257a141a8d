# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Seeded weights of Piper voices by their names in VITS, and what an `.onnx.json` says about them."""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import PIPER_NAMES, PIPER_NAMES_2
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.demos.openvoice.tests.melo_checkpoints import SMALL, state, v1_config
from models.tt_audio.host.checkpoint import fold_weight_norm, load_strict

PLAIN = {  # of x_low, low and medium
    "resblock_kernel_sizes": [3, 5, 7],
    "resblock_dilation_sizes": [[1, 2], [2, 6], [3, 12]],
}
FULL = PLAIN | {
    "upsample_rates": [8, 8, 4],
    "upsample_initial_channel": 256,
    "upsample_kernel_sizes": [16, 16, 8],
}
# The released qualities, with the sizes of V1_SIZES where they name none; "small" is medium in sizes for tests.
QUALITIES: dict[str, dict[str, Any]] = {
    "x_low": FULL | {"hidden_channels": 96, "inter_channels": 96, "filter_channels": 384},
    "low": FULL,
    "medium": FULL,
    "high": {},
    "small": SMALL | PLAIN | {"hidden_channels": 192, "inter_channels": 64, "upsample_initial_channel": 64},
}
N_SYMBOLS = 256
RATES = {"x_low": 16000, "low": 16000}
SYMBOLS = "_^$ abcdefghijklmnopqrstuvwxyzˈ."


def piper_state(quality: str, speakers: int = 1, seed: int = 0, **sizes: Any) -> dict[str, Tensor]:
    """Return the weights of a voice by their names in VITS."""
    kind_2 = "resblock_kernel_sizes" in QUALITIES[quality]
    weights = {}
    for name, tensor in fold_weight_norm(state(_v1_config(quality, speakers, sizes), seed)).items():
        if name.startswith(("enc_q.", "dp.", "sdp.post_", "sdp.flows.1.")) or (kind_2 and ".convs2." in name):
            continue
        if speakers == 1 and (name == "emb_g.weight" or ".cond." in name or ".cond_layer." in name):
            continue
        if name.startswith("sdp."):
            name = name[1:]
        weights[name.replace(".convs1.", ".convs.") if kind_2 else name] = tensor
    return weights


def piper_config(quality: str, speakers: int = 1, **sizes: Any) -> MeloConfig:
    """Return the sizes of a voice of `piper_state`."""
    config = MeloConfig.from_dict(_v1_config(quality, speakers, sizes))
    kind = "2" if "resblock_kernel_sizes" in QUALITIES[quality] else "1"
    gin_channels = config.gin_channels if speakers > 1 else 0
    return replace(config, gin_channels=gin_channels, speakers=(), resblock=kind, deterministic_durations=False)


def piper_model(quality: str, speakers: int = 1, seed: int = 0, **sizes: Any) -> MeloTTS:
    """Return a voice of `piper_state`, loaded."""
    config = piper_config(quality, speakers, **sizes)
    with torch.device("meta"):
        model = MeloTTS(config)
    names = PIPER_NAMES if config.resblock == "1" else PIPER_NAMES_2
    load_strict(model, piper_state(quality, speakers, seed, **sizes), "seeded weights", names)
    return model


def _v1_config(quality: str, speakers: int, sizes: dict[str, Any]) -> dict[str, Any]:
    """Return the config.json of an OpenVoice V1 base speaker with the sizes of the voice."""
    gin_channels = {"gin_channels": 512} if speakers > 1 and quality != "small" else {}
    raw = v1_config([""] * N_SYMBOLS, **(QUALITIES[quality] | gin_channels | sizes))
    raw["data"]["n_speakers"], raw["speakers"] = speakers, {}
    return raw


def piper_json(quality: str, speakers: int = 1) -> dict[str, Any]:
    """Return the description of a voice of `piper_state`."""
    return {
        "audio": {"sample_rate": RATES.get(quality, 22050), "quality": quality},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
        "num_symbols": N_SYMBOLS,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker {number}": number for number in range(speakers)} if speakers > 1 else {},
        "language": {"code": "en_US", "name_english": "English"},
    }
