# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Load an LLVC checkpoint: a config.json and a file of tensors -> a network with its weights."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import layer_norm, linear, relu

from models.demos.llvc.config import LlvcConfig
from models.demos.llvc.constants import EPSILON, LABEL_WIDTH
from models.demos.llvc.names import LABEL, NAMES, OTHER_CONFIGS, UNUSED
from models.demos.llvc.reference.net import Net
from models.tt_audio.host.checkpoint import CheckpointError, load_strict, read_state

SUFFIXES = (".safetensors", ".pth")
CONFIG = "config.json"


def load_net(checkpoint: str | Path, config: str | Path | None = None) -> Net:
    """Load a network.

    `checkpoint` is a .pth or .safetensors file, or a folder that contains one. `config` is the config.json, or a folder
    that contains it; None: the one beside the checkpoint. The state of the optimizer in a .pth file is not read.
    """
    path = find_checkpoint(checkpoint)
    source = Path(config).expanduser() if config is not None else path.parent
    sizes = LlvcConfig.from_file(source / CONFIG if source.is_dir() or config is None else source)
    with torch.device("meta"):
        net = Net(sizes)
    state = fold_label(read_state(path), sizes.enc_dim, path)
    load_strict(net, state, path, NAMES, UNUSED, OTHER_CONFIGS)
    return net


def find_checkpoint(checkpoint: str | Path) -> Path:
    """Return the file of a checkpoint that is given as a file or as a folder with one."""
    path = Path(checkpoint).expanduser()
    if path.is_file():
        return path
    if not path.is_dir():
        raise CheckpointError(f"{path} does not exist: give an LLVC checkpoint (.pth or .safetensors) or its folder.")
    found = sorted(each for each in path.iterdir() if each.suffix in SUFFIXES)
    if len(found) != 1:
        raise CheckpointError(f"{path} holds {len(found)} files .pth or .safetensors: give the file itself.")
    return found[0]


def fold_label(state: Mapping[str, Tensor], channels: int, source: str | Path) -> dict[str, Tensor]:
    """Replace the network that makes the label by the label [channels], because its input is always zero.

    label = relu(norm(W2 relu(norm(b1)) + b2)): the first linear layer adds its bias to W1 * 0.
    """
    sizes = {
        **{"0.weight": (LABEL_WIDTH, 1), "0.bias": (LABEL_WIDTH,), "1.weight": (LABEL_WIDTH,)},
        **{"1.bias": (LABEL_WIDTH,), "3.weight": (channels, LABEL_WIDTH), "3.bias": (channels,)},
        **{"4.weight": (channels,), "4.bias": (channels,)},
    }
    own = {name: state[LABEL + name] for name in sizes if LABEL + name in state}
    wrong = [LABEL + name for name, size in sizes.items() if name not in own or tuple(own[name].shape) != size]
    if wrong:
        raise CheckpointError(f"{source} does not fit its {CONFIG}; missing or of wrong shape: {', '.join(wrong)}.")
    own = {name: tensor.float() for name, tensor in own.items()}
    hidden = relu(layer_norm(own["0.bias"], (LABEL_WIDTH,), own["1.weight"], own["1.bias"], EPSILON))
    label = linear(hidden, own["3.weight"], own["3.bias"])
    label = relu(layer_norm(label, (channels,), own["4.weight"], own["4.bias"], EPSILON))
    kept = {name: tensor for name, tensor in state.items() if name.removeprefix(LABEL) not in sizes}
    return {**kept, "label": label}
