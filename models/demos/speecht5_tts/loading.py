# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Load the networks of a release: a folder with config.json and a checkpoint -> a module with its weights.

The files are those of Hugging Face: `model.safetensors` if there is one, else `pytorch_model.bin`, as released.
"""

from collections.abc import Mapping
from pathlib import Path

import torch

from models.demos.speecht5_tts.config import SpeechT5Config, VocoderConfig
from models.demos.speecht5_tts.names import SPEECHT5_NAMES, VOCODER_NAMES
from models.demos.speecht5_tts.reference.speecht5 import SpeechT5Network
from models.demos.speecht5_tts.reference.vocoder import Vocoder
from models.tt_audio.host.checkpoint import CheckpointError, Module, Names, load_strict, read_state

FILES = ("model.safetensors", "pytorch_model.bin")  # the first that exists is read

# The tables of positions are stored in the released file, but every version of transformers since 4.29 computes them
# anew, which differs by up to 1.2e-4; so does reference/positions.py.
TABLES = (
    "speecht5.encoder.prenet.encode_positions.pe",
    "speecht5.decoder.prenet.encode_positions.pe",
)


def counters(config: SpeechT5Config) -> list[str]:
    """Return the names of the counters of batch normalisation, which only training uses."""
    layers = range(config.speech_decoder_postnet_layers)
    return [f"speech_decoder_postnet.layers.{layer}.batch_norm.num_batches_tracked" for layer in layers]


def load_speech(folder: str | Path) -> SpeechT5Network:
    """Load the text-to-speech network from the folder of a release."""
    folder = Path(folder)
    config = SpeechT5Config.from_file(folder / "config.json")
    with torch.device("meta"):
        module = SpeechT5Network(config)
    foreign = {
        "SpeechT5's speech-to-speech model": ("speecht5.encoder.prenet.feature_encoder.",),
        "SpeechT5's speech-to-text model": ("text_decoder_postnet.",),
    }
    return _load(module, folder, SPEECHT5_NAMES, (*TABLES, *counters(config)), foreign)


def load_vocoder(folder: str | Path) -> Vocoder:
    """Load the vocoder from the folder of a release."""
    folder = Path(folder)
    config = VocoderConfig.from_file(folder / "config.json")
    with torch.device("meta"):
        module = Vocoder(config)
    return _load(module, folder, VOCODER_NAMES, (), {"SpeechT5 TTS": ("speecht5.",)})


def _load(
    module: Module, folder: Path, names: Names, unused: tuple[str, ...], foreign: Mapping[str, tuple[str, ...]]
) -> Module:
    path = next((folder / name for name in FILES if (folder / name).is_file()), None)
    if path is None:
        raise CheckpointError(f"{folder} holds neither {' nor '.join(FILES)}: download the model.")
    load_strict(module, read_state(path), path, names, unused, foreign)
    return module
