# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Read the tensors of a checkpoint safely and put them into a module: all of them, or none.

file -> tensors (`read_state`) -> plain weights (`fold_weight_norm`) -> module (`load_strict`). A module has
tensor names of its own; a table of `Names` translates them into the names in the file.
"""

import hashlib
import pickle
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import torch
from loguru import logger
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from .errors import CheckpointError
from .files import complete_file
from .hashes import check_sha256
from .pickle_check import asks_for_too_much

Module = TypeVar("Module", bound=nn.Module)

# Patterns and replacements, applied in this order to a module's tensor name.
Names = Sequence[tuple[str, str | Callable[[re.Match], str]]]


def file_name(name: str, names: Names) -> str:
    """Return the name that the checkpoint has for a module's tensor."""
    for pattern, replacement in names:
        name = re.sub(pattern, replacement, name)
    return name


# ---- reading


def read_pickle(path: str | Path) -> Any:
    """Return the content of a .pth file: tensors and plain containers. A pickle that asks for code is refused."""
    try:
        if asks_for_too_much(Path(path)):
            raise CheckpointError(f"{path} names tensors that it does not contain: download it again.")
        return torch.load(path, map_location="cpu", weights_only=True)
    except CheckpointError:
        raise
    except pickle.UnpicklingError as error:
        if "GLOBAL" in str(error):  # the pickle names a function or class to call
            raise CheckpointError(
                f"{path} wants to run code when it is opened and was refused: get the file from a source you trust."
            ) from None
        raise CheckpointError(f"{path} is not a checkpoint or is damaged: download it again.") from None
    except (
        *(RuntimeError, EOFError, BadZipFile, ValueError, KeyError, IndexError, AttributeError, TypeError),
        *(struct.error, ArithmeticError, MemoryError, NotImplementedError, AssertionError),
    ):
        # torch reports a cut or overwritten file by whichever step of reading stumbles first.
        raise CheckpointError(f"{path} is not a checkpoint or is damaged: download it again.") from None


def read_state(path: str | Path, sha256: str | None = None) -> dict[str, Tensor]:
    """Return a checkpoint's named tensors: .safetensors, or .pth that holds {'model': tensors, ...} or the tensors."""
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist: give the folder that holds the checkpoint.")
    if sha256 is not None:
        check_sha256(path, sha256)
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(f"{path} is not a safetensors file or is damaged ({error}).") from None
    content = read_pickle(path)
    state = content.get("model", content) if isinstance(content, Mapping) else content
    if not isinstance(state, Mapping) or not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise CheckpointError(f"{path} holds no named tensors: it is not the checkpoint of a model.")
    return dict(state)


def fold_weight_norm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Replace each weight-normalised pair by its weight: g * v / |v|, |v| over all axes but the first.

    The first axis of a transposed convolution is its input channel, and that is the one upstream normalises, too.
    Both ways in which PyTorch stores the pair are read: weight_g / weight_v and parametrizations.weight.original0 / 1.
    """
    folded = {}
    for name, tensor in state.items():
        if match := re.fullmatch(r"(.*)\.(?:weight_g|parametrizations\.weight\.original0)", name):
            direction = name.replace("weight_g", "weight_v").replace("original0", "original1")
            if direction not in state:
                raise CheckpointError(f"the checkpoint holds {name} without {direction}: it is incomplete.")
            v = state[direction].float()
            if tensor.shape != (v.shape[0], *[1] * (v.dim() - 1)):
                raise CheckpointError(f"{name} has shape {list(tensor.shape)}, which does not fit {direction}.")
            folded[f"{match[1]}.weight"] = v * (tensor.float() / v.flatten(1).norm(dim=1).view_as(tensor))
        elif match := re.fullmatch(r"(.*)\.(?:weight_v|parametrizations\.weight\.original1)", name):
            length = name.replace("weight_v", "weight_g").replace("original1", "original0")
            if length not in state:
                raise CheckpointError(f"the checkpoint holds {name} without {length}: it is incomplete.")
        else:
            folded[name] = tensor
    return folded


def load_module(
    make: Callable[[], Module],
    folder: Path,
    files: Sequence[str],
    names: Names = (),
    unused: Sequence[str] = (),
    foreign: Mapping[str, Sequence[str]] | None = None,
) -> Module:
    """Make a module and load it with the first of `files` that `folder` contains, weight norm folded.

    The other arguments are those of `load_strict`.
    """
    path = next((folder / name for name in files if (folder / name).is_file()), None)
    if path is None:
        raise CheckpointError(f"{folder} holds neither checkpoint.pth nor checkpoint.safetensors; download the model")
    with torch.device("meta"):
        module = make()
    load_strict(module, fold_weight_norm(read_state(path)), path, names, unused, foreign)
    return module


def load_strict(
    module: nn.Module,
    state: Mapping[str, Tensor],
    source: str | Path,
    names: Names = (),
    unused: Sequence[str] = (),
    foreign: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Put plain (folded) tensors into `module`, fp32, and freeze it; one CheckpointError names all that does not fit.

    `names` translates a module's tensor names into the file's. `unused` are prefixes of the file's names which are part
    of a sound checkpoint but of no use here (a training-only module); anything else that is left over is an error.
    `foreign` names other models by the prefixes that only they have, for the message.
    """
    targets = module.state_dict()
    names_in_file = {name: file_name(name, names) for name in targets}
    left_over = {name for name in state.keys() - names_in_file.values() if not name.startswith(tuple(unused))}
    missing = sorted(name for name in names_in_file.values() if name not in state)
    present = {name: state[own] for name, own in names_in_file.items() if own in state}
    shapes = [
        f"{names_in_file[name]} is {list(tensor.shape)} instead of {list(targets[name].shape)}"
        for name, tensor in present.items()
        if tensor.shape != targets[name].shape
    ]
    # only of the right shape: a file can describe a tensor larger than memory, whose values it repeats
    broken = [
        names_in_file[name]
        for name, tensor in present.items()
        if tensor.shape == targets[name].shape and not (tensor.is_floating_point() and torch.isfinite(tensor).all())
    ]
    faults = [
        f"{what}: {', '.join(which)}"
        for what, which in (
            ("missing", missing),
            ("unexpected", sorted(left_over)),
            ("wrong shape", shapes),
            ("not finite numbers", broken),
        )
        if which
    ]
    if faults:
        hint = "".join(
            f" (these are the parts of {model})"
            for model, prefixes in (foreign or {}).items()
            if any(name.startswith(tuple(prefixes)) for name in left_over)
        )
        raise CheckpointError(f"{source} does not fit its config.json; {'; '.join(faults)}{hint}.")
    if skipped := len(state) - len(present):
        logger.info(f"{source}: {skipped} tensors of {', '.join(unused)} are not used")
    # assign: the module may have been made on the meta device, which spares the random initialisation
    plain = {name: tensor.to(torch.float32).contiguous() for name, tensor in present.items()}
    module.load_state_dict(plain, strict=True, assign=True)
    module.eval().requires_grad_(False)


def identity(module: nn.Module) -> str:
    """Return sixteen hex digits that name a module's weights, the same for .pth and .safetensors of one model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name}{list(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


# ---- writing


def save_safetensors(state: Mapping[str, Tensor], path: str | Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write named tensors; the file appears under its name only when it is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with complete_file(path) as file:
        file.write(save({name: tensor.contiguous() for name, tensor in state.items()}, dict(metadata or {})))
