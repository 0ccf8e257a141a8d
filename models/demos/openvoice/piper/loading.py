# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Load a Piper voice: NAME.onnx and NAME.onnx.json -> the modules of reference/ with its weights.

    .onnx -> weights (graph.py) -> sizes (sizes.py) -> module -> $OPENVOICE_HOME/piper/NAME-HASH.safetensors

The first load converts the voice; HASH is that of the `.onnx`. Later loads read the converted file and need no onnx.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from loguru import logger
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from models.demos.openvoice.config import MeloConfig
from models.demos.openvoice.names import PIPER_NAMES, PIPER_NAMES_2
from models.demos.openvoice.piper.config import PiperConfig
from models.demos.openvoice.piper.graph import Convolution, Graph, read_graph
from models.demos.openvoice.piper.sizes import network_config, network_sizes
from models.demos.openvoice.reference.melo_tts import MeloTTS
from models.tt_audio.host.checkpoint import Names, file_name, load_strict, save_safetensors
from models.tt_audio.host.config import tuples
from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.files import FileError
from models.tt_audio.host.hashes import sha256_of
from models.tt_audio.host.home import home

LAYOUT = "1"  # of the converted files; another number makes them anew
NAMED = 3  # tensors that a message names; the others it counts


class PiperVoice(NamedTuple):
    """A loaded voice."""

    config: PiperConfig
    model: MeloTTS


def load_piper(path: str | Path) -> PiperVoice:
    """Load the voice in `path`, an `.onnx` with its `.onnx.json` next to it."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist: give the .onnx of a Piper voice.")
    voice = PiperConfig.from_file(f"{path}.json")
    sha256 = sha256_of(path)
    converted = home() / "piper" / f"{path.stem}-{sha256[:16]}.safetensors"
    sizes, tensors = _read_converted(converted, sha256) or _convert(path, voice, converted, sha256)
    model = _module(network_config(sizes, voice, path))
    load_strict(model, tensors, converted)
    return PiperVoice(voice, model)


def _module(config: MeloConfig) -> MeloTTS:
    with torch.device("meta"):
        return MeloTTS(config)


def _convert(
    path: Path, voice: PiperConfig, converted: Path, sha256: str
) -> tuple[dict[str, Any], Mapping[str, Tensor]]:
    """Read the `.onnx`, write the converted file, and return its sizes and tensors."""
    graph = read_graph(path)
    sizes = network_sizes(graph, path)
    module = _module(network_config(sizes, voice, path))
    names = PIPER_NAMES if sizes["resblock"] == "1" else PIPER_NAMES_2
    _check_fit(module, graph, names, path)
    load_strict(module, graph.tensors, path, names)
    tensors = module.state_dict()
    try:
        save_safetensors(tensors, converted, {"layout": LAYOUT, "source": sha256, "sizes": json.dumps(sizes)})
    except (FileError, OSError) as error:
        logger.warning(f"{error}; {path} will be converted again next time")
    return sizes, tensors


def _read_converted(path: Path, sha256: str) -> tuple[dict[str, Any], Mapping[str, Tensor]] | None:
    """Return sizes and tensors of a converted file; None if there is none of this source, layout and completeness."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            if (metadata.get("layout"), metadata.get("source")) != (LAYOUT, sha256):
                return None
            sizes = {name: tuples(value) for name, value in json.loads(metadata["sizes"]).items()}
            return sizes, {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        logger.warning(f"{path} is damaged ({error}); the voice is converted again")
        return None


def _check_fit(module: nn.Module, graph: Graph, names: Names, source: Path) -> None:
    """Raise a CheckpointError unless weights and geometry of the graph are exactly those of the module."""
    expected = {file_name(name, names): list(tensor.shape) for name, tensor in module.state_dict().items()}
    found = {name: list(tensor.shape) for name, tensor in graph.tensors.items()}
    faults = {
        "missing": sorted(expected.keys() - found.keys()),
        "unexpected": sorted(found.keys() - expected.keys()),
        "of another shape": [name for name in expected.keys() & found.keys() if expected[name] != found[name]],
        "computed in another way": [
            name
            for name, geometry in _geometry(module, names).items()
            if name in found and graph.convolutions.get(name) != geometry
        ],
    }
    if any(faults.values()):
        told = "; ".join(f"{_listed(sorted(tensors))} {fault}" for fault, tensors in faults.items() if tensors)
        raise CheckpointError(f"{source} is not a Piper voice of a known kind: {told}.")


def _geometry(module: nn.Module, names: Names) -> dict[str, Convolution]:
    """Return stride, dilation and groups of each convolution of a module by the name of its weight."""
    return {
        file_name(f"{name}.weight", names): Convolution(conv.stride[0], conv.dilation[0], conv.groups)
        for name, conv in module.named_modules()
        if isinstance(conv, nn.Conv1d | nn.ConvTranspose1d)
    }


def _listed(tensors: Sequence[str]) -> str:
    more = len(tensors) - NAMED
    return (
        ", ".join(tensors[:NAMED])
        + (f" and {more} more" if more > 0 else "")
        + (" is" if len(tensors) == 1 else " are")
    )
