# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Write the state of a training as a model folder which `OpenVoice.from_pretrained` loads.

It writes config.json and, under upstream's names, the averaged weights to model.safetensors. Numbers have 16 bits on
disk, which halves the file; the model is loaded and computed in 32 bits.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch

from models.demos.openvoice import names
from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.reference.converter import Converter
from models.tt_audio.host import checkpoint


def export(state_folder: Path, folder: Path) -> None:
    state = torch.load(state_folder / "state.pt", map_location="cpu", weights_only=True)
    model = Converter(ConverterConfig.from_dict(state["config"]))
    model.load_state_dict(state["average"])
    tensors = {
        checkpoint.file_name(name, names.CONVERTER_NAMES): tensor.half() for name, tensor in model.state_dict().items()
    }
    made_of = {"steps": str(state["done"]), "settings": json.dumps(state["settings"])}
    checkpoint.save_safetensors(tensors, folder / "model.safetensors", made_of)
    (folder / "config.json").write_text(json.dumps(state["config"], indent=2) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__.splitlines()[0])
    parser.add_argument("state", type=Path, help="folder of the training's state")
    parser.add_argument("folder", type=Path, help="of the model; its files are replaced")
    options = parser.parse_args(arguments)
    export(options.state, options.folder)


if __name__ == "__main__":
    main()
