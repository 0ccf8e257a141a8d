# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Finds a released model, reads its tensors safely and puts them into modules, all of them or none.

Second step of loading: name -> folder (`locate`) -> tensors (`read_state`) -> plain weights (`fold_weight_norm`) ->
module (`load_strict`). This is the only file that knows how upstream names its tensors; modules have names of their
own, and the tables `CONVERTER_NAMES` and `MELO_NAMES` translate a module's name into the file's.
"""

import hashlib
import os
import pickle
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from loguru import logger
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


class CheckpointError(ValueError):
    """A model that cannot be found, read or fitted; the message names the file and the remedy."""


# ---- names

Names = Sequence[tuple[str, str | Callable[[re.Match], str]]]

# Module name -> upstream's name, applied in this order. Upstream counts the parameterless channel flips between the
# couplings of a flow as layers, so its couplings have the even numbers.
CONVERTER_NAMES: Names = (
    (r"^posterior_encoder\.", "enc_q."),
    (r"^generator\.", "dec."),
    (r"^reference_encoder\.", "ref_enc."),
    (r"^flow\.couplings\.(\d+)\.", lambda match: f"flow.flows.{2 * int(match[1])}."),
    (r"\.wavenet\.", ".enc."),
)

# MeloTTS and the base speakers of OpenVoice V1.
MELO_NAMES: Names = (
    (r"(norm(?:_\d)?(?:\.\d+)?)\.weight$", r"\1.gamma"),
    (r"(norm(?:_\d)?(?:\.\d+)?)\.bias$", r"\1.beta"),
    (r"^speaker_embedding\.", "emb_g."),
    (r"^generator\.", "dec."),
    # the transformer, in the text encoder and in the couplings
    (r"\.layers\.(\d+)\.attention_norm\.", r".norm_layers_1.\1."),
    (r"\.layers\.(\d+)\.feed_forward_norm\.", r".norm_layers_2.\1."),
    (r"\.layers\.(\d+)\.feed_forward\.widen\.", r".ffn_layers.\1.conv_1."),
    (r"\.layers\.(\d+)\.feed_forward\.narrow\.", r".ffn_layers.\1.conv_2."),
    (r"\.layers\.(\d+)\.attention\.relative_keys$", r".attn_layers.\1.emb_rel_k"),
    (r"\.layers\.(\d+)\.attention\.relative_values$", r".attn_layers.\1.emb_rel_v"),
    (r"\.layers\.(\d+)\.attention\.([qkvo])[a-z]+\.", r".attn_layers.\1.conv_\2."),
    (r"\.encoder\.speaker\.", ".encoder.spk_emb_linear."),
    (r"^text_encoder\.phones\.", "enc_p.emb."),
    (r"^text_encoder\.tones\.", "enc_p.tone_emb."),
    (r"^text_encoder\.languages\.", "enc_p.language_emb."),
    (r"^text_encoder\.bert\.", "enc_p.ja_bert_proj."),
    (r"^text_encoder\.chinese_bert\.", "enc_p.bert_proj."),
    (r"^text_encoder\.projection\.", "enc_p.proj."),
    (r"^text_encoder\.", "enc_p."),
    (r"^flow\.couplings\.(\d+)\.", lambda match: f"flow.flows.{2 * int(match[1])}."),
    (r"^(flow\.flows\.\d+)\.(?:wavenet|encoder)\.", r"\1.enc."),
    (r"^(stochastic_duration_predictor|duration_predictor)\.speaker\.", r"\1.cond."),
    (r"^(stochastic_duration_predictor\..*|duration_predictor)\.projection\.", r"\1.proj."),
    (r"^stochastic_duration_predictor\.projection\.", "sdp.proj."),
    (r"\.depthwise\.", ".convs_sep."),
    (r"\.depthwise_norm\.", ".norms_1."),
    (r"\.pointwise\.", ".convs_1x1."),
    (r"\.pointwise_norm\.", ".norms_2."),
    # Layer 0 of this flow is the affine one and layer 1 the coupling that inference skips; flips lie between couplings.
    (r"^stochastic_duration_predictor\.shift$", "sdp.flows.0.m"),
    (r"^stochastic_duration_predictor\.log_scale$", "sdp.flows.0.logs"),
    (r"^stochastic_duration_predictor\.couplings\.(\d+)\.", lambda match: f"sdp.flows.{2 * int(match[1]) + 3}."),
    (r"^stochastic_duration_predictor\.", "sdp."),
    (r"^duration_predictor\.", "dp."),
)

# What a text-to-speech checkpoint carries for training alone: the posterior encoder, that of the stochastic duration
# predictor, and the coupling whose output inference never reads.
MELO_TRAINING_ONLY = ("enc_q.", "sdp.post_", "sdp.flows.1.")

# The parts that only a text-to-speech model has; they are named in the error when one is loaded as a converter.
TEXT_TO_SPEECH_PARTS = ("enc_p.", "sdp.", "dp.", "emb_g.")


def file_name(name: str, names: Names) -> str:
    """A module's tensor name as the checkpoint has it."""
    for pattern, replacement in names:
        name = re.sub(pattern, replacement, name)
    return name


# ---- locating


@dataclass(frozen=True)
class Release:
    """One published model at one commit: the files to fetch, and the sha256 of those that matter."""

    revision: str
    files: tuple[str, ...]
    sha256: Mapping[str, str] = field(default_factory=dict)


_BASE_SPEAKERS = ("en-au", "en-br", "en-default", "en-india", "en-newest", "en-us", "es", "fr", "jp", "kr", "zh")


def _melo(revision: str, config: str = "", checkpoint: str = "") -> Release:
    hashes = {"config.json": config, "checkpoint.pth": checkpoint} if checkpoint else {}
    return Release(revision, ("config.json", "checkpoint.pth"), hashes)


RELEASES = {
    "myshell-ai/MeloTTS-English": _melo(
        "bb4fb7346d566d277ba8c8c7dbfdf6786139b8ef",
        "039116c927c70eaa4458d315ea83aaaa99e1fca1c621b50c8ca56b4a5700eb77",
        "acd278040eaf9536908e2b965273df5a731c44d8f0da66cc5fed7972772ed23c",
    ),
    "myshell-ai/MeloTTS-English-v3": _melo("f7c4a35392c0e9be24a755f1edb4c3f63040f759"),
    "myshell-ai/MeloTTS-Spanish": _melo(
        "dbb5496df39d11a66c1d5f5a9ca357c3c9fb95fb",
        "54488d922a2983f4d6a7f57158cc5f2714ea117994e1b22147a8579791554221",
        "9077a7e7e5fd8e42f3f922641c401f1936971c08465a3e7ccb19d57a659e72ae",
    ),
    "myshell-ai/MeloTTS-French": _melo(
        "1e9bf590262392d8bffb679b0a3b0c16b0f9fdaf",
        "361e84109451acb2f0331c2c9f3c5437e9a502380bbf8741b02545e41b062139",
        "fdf967d514f91582e451c482cab655e5d736821c3ba87ede8bb0625709642b29",
    ),
    "myshell-ai/MeloTTS-Chinese": _melo(
        "af5d207a364ea4208c6f589c89f57f88414bdd16",
        "d58b5acdab89ad2bbd65325affab309ae3cb964834b02f9a60587474e81c8bb9",
        "a74e9eadffff065c75eb6dfa040efa72cad23e72cfea70d39190bc174fb97093",
    ),
    "myshell-ai/MeloTTS-Japanese": _melo(
        "367f8795464b531b4e97c1515bddfc1243e60891",
        "207def0d31bf7623e20f4a5e690f217747661bf495319c0139303122b6debcc3",
        "96ae783e6ec0177aa810e2a645aec5d136a6f4992fdea26ee92b7b04d9688ad0",
    ),
    "myshell-ai/MeloTTS-Korean": _melo(
        "0207e5adfc90129a51b6b03d89be6d84360ed323",
        "74543376976dfadde45ba34336fa79c7e95509f43a7c2e701b22c0f71fd7695c",
        "48e3ff3fd0b5348e095f0468e60ae727507564100f58142ef3a922ead6e0a4d0",
    ),
    "myshell-ai/OpenVoiceV2": Release(
        revision="f36e7edfe1684461a8343844af60babc2efbb727",
        files=(
            "converter/config.json",
            "converter/checkpoint.pth",
            *(f"base_speakers/ses/{name}.pth" for name in _BASE_SPEAKERS),
        ),
        sha256={
            "converter/config.json": "9dfff60350b8c63f2c664efd92a61b2516efb22671466960f0e5dfebd881fa47",
            "converter/checkpoint.pth": "9652c27e92b6b2a91632590ac9962ef7ae2b712e5c5b7f4c34ec55ee2b37ab9e",
        },
    ),
}


# Names of the models that lie in this repository, beside the folder `models`.
IN_REPOSITORY = {"small": Path(__file__).resolve().parents[3] / "assets" / "openvoice-small"}


def home() -> Path:
    """The folder for models and caches of this product: $OPENVOICE_HOME, else ~/.cache/openvoice."""
    return Path(os.environ.get("OPENVOICE_HOME") or "~/.cache/openvoice").expanduser()


def locate(name_or_folder: str | Path, files: Sequence[str] = (), download: bool = True) -> Path:
    """The folder of a model: a local folder, a folder below $OPENVOICE_HOME, or a release in the Hugging Face cache.

    "small" is the synthetic-voice converter of this repository, which needs no network.

    A release is fetched once, at its pinned revision, and found without network from then on; without `download` it is
    only looked for on this machine. One that has no entry in RELEASES is asked for as "owner/name@commit" together with
    the `files` it consists of.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    if (inside := IN_REPOSITORY.get(str(name_or_folder))) is not None:
        if not inside.is_dir():
            raise CheckpointError(f"{inside} does not exist: take the folder assets of the repository, too.")
        return inside
    name, _, revision = str(name_or_folder).partition("@")
    for candidate in (home() / name, home() / Path(name).name):
        if candidate.is_dir():
            return candidate
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise CheckpointError(f"{name_or_folder} is neither a folder nor a model name like myshell-ai/OpenVoiceV2.")
    release = RELEASES.get(name)
    revision = revision or (release.revision if release else "")
    files = tuple(files) or (release.files if release else ())
    if not revision or not files:
        raise CheckpointError(
            f"{name} is neither a folder nor a release with a pinned revision ({', '.join(RELEASES)}): "
            f"download it and give its folder."
        )
    hashes = release.sha256 if release and revision == release.revision else {}
    return _fetch(name, revision, files, hashes, download)


def _fetch(name: str, revision: str, files: Sequence[str], sha256: Mapping[str, str], download: bool) -> Path:
    try:
        paths = [Path(hf_hub_download(name, file, revision=revision, local_files_only=not download)) for file in files]
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CheckpointError(
            f"{name} is not on this machine and cannot be downloaded ({type(error).__name__}): on a machine with "
            f"network run `hf download {name} --revision {revision} --local-dir {Path(name).name}`, then copy that "
            f"folder to {home() / Path(name).name} or give its path."
        ) from error
    for path, file in zip(paths, files, strict=True):
        if file in sha256:
            check_sha256(path, sha256[file])
    # The files of a snapshot lie below one folder under their own relative names.
    return paths[0].parents[len(Path(files[0]).parts) - 1]


# ---- reading


def sha256_of(path: str | Path) -> str:
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def check_sha256(path: str | Path, sha256: str) -> None:
    if (actual := sha256_of(path)) != sha256.lower():
        raise CheckpointError(f"{path} has sha256 {actual} instead of {sha256}: download it again.")


def read_pickle(path: str | Path) -> object:
    """What a .pth file holds, tensors and plain containers only: a pickle that asks for code is refused."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "GLOBAL" in str(error):  # the pickle names a function or class to call
            raise CheckpointError(
                f"{path} wants to run code when it is opened and was refused: get the file from a source you trust."
            ) from None
        raise CheckpointError(f"{path} is not a checkpoint or is damaged: download it again.") from None
    except (RuntimeError, EOFError, BadZipFile, ValueError, KeyError, IndexError, AttributeError, TypeError):
        # torch reports a cut or overwritten file by whichever step of reading stumbles first.
        raise CheckpointError(f"{path} is not a checkpoint or is damaged: download it again.") from None


def read_state(path: str | Path, sha256: str | None = None) -> dict[str, Tensor]:
    """The named tensors of a checkpoint: .safetensors, or .pth that holds {'model': tensors, ...} or the tensors."""
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
    """Replaces each weight-normalised pair by the weight it stands for: g * v / |v|, |v| over all axes but the first.

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


def load_strict(
    module: nn.Module, state: Mapping[str, Tensor], source: str | Path, names: Names = (), unused: Sequence[str] = ()
) -> None:
    """Puts plain (folded) tensors into `module`, fp32, and freezes it; one CheckpointError names all that does not fit.

    `names` translates a module's tensor names into the file's. `unused` are prefixes of the file's names which are part
    of a sound checkpoint but of no use here (a training-only module); anything else that is left over is an error.
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
    broken = [
        names_in_file[name]
        for name, tensor in present.items()
        if not tensor.is_floating_point() or not torch.isfinite(tensor).all()
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
        text_to_speech = any(name.startswith(TEXT_TO_SPEECH_PARTS) for name in left_over)
        hint = " (these are the parts of a text-to-speech model)" if text_to_speech else ""
        raise CheckpointError(f"{source} does not fit its config.json; {'; '.join(faults)}{hint}.")
    if skipped := len(state) - len(present):
        logger.info(f"{source}: {skipped} tensors of {', '.join(unused)} are not used")
    # assign: the module may have been made on the meta device, which spares the random initialisation
    plain = {name: tensor.to(torch.float32).contiguous() for name, tensor in present.items()}
    module.load_state_dict(plain, strict=True, assign=True)
    module.eval().requires_grad_(False)


def identity(module: nn.Module) -> str:
    """Sixteen hex digits that name a module's weights, the same for .pth and .safetensors of one model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name}{list(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


# ---- writing


def save_safetensors(state: Mapping[str, Tensor], path: str | Path, metadata: Mapping[str, str] | None = None) -> None:
    """Writes named tensors; the file appears under its name only when it is complete."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, temporary, dict(metadata or {}))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def to_safetensors(source: str | Path, target: str | Path) -> None:
    """A .pth checkpoint as folded .safetensors under the same names: smaller to read, and nothing to unpickle."""
    save_safetensors(fold_weight_norm(read_state(source)), target, {"sha256_of_source": sha256_of(source)})
