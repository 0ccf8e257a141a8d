# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Load the two networks of a release: a folder with config.json and a checkpoint -> a module with its weights."""

from pathlib import Path

from models.demos.openvoice import releases
from models.demos.openvoice.config import ConverterConfig, MeloConfig
from models.demos.openvoice.names import CONVERTER_NAMES, MELO_NAMES, MELO_TRAINING_ONLY, TEXT_TO_SPEECH_PARTS
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.tt_audio.host.checkpoint import load_module

CONVERTER_FILES = ("model.safetensors", "checkpoint.safetensors", "checkpoint.pth")  # the first that exists is read
MELO_FILES = ("checkpoint.safetensors", "checkpoint.pth")


def load_converter(name_or_folder: str | Path) -> Converter:
    """Load the converter of a release, or of a folder that contains it directly or below `converter`."""
    folder = releases.locate(name_or_folder)
    folder = folder / "converter" if (folder / "converter").is_dir() else folder
    config = ConverterConfig.from_file(folder / "config.json")
    return load_module(
        lambda: Converter(config), folder, CONVERTER_FILES, CONVERTER_NAMES, foreign=TEXT_TO_SPEECH_PARTS
    )


def load_melo(folder: Path, config: MeloConfig) -> MeloTTS:
    """Load the text-to-speech network in a folder, of the sizes in `config`."""
    return load_module(lambda: MeloTTS(config), folder, MELO_FILES, MELO_NAMES, MELO_TRAINING_ONLY)
