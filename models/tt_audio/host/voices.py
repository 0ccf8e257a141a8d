# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A voice: the speaker embedding that a model took from recordings, with where it came from; its files."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from .checkpoint import CheckpointError, read_pickle
from .files import complete_file
from .voice_bank import VoiceBank  # noqa: F401 - its users find both here
from .voice_files import FORMAT, SUFFIX, VoiceError, VoiceFacts, read_facts, voice_key

MOST_CHANNELS = 4096  # of an embedding; the released models have 256
LARGEST_FILE = 1 << 20  # bytes, of a voice
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclass(frozen=True, eq=False)
class Voice:
    """The speaker embedding of a voice. Compared by identity, so it can key what a backend derives from it."""

    embedding: torch.Tensor  # float32 [gin_channels]
    name: str
    source: str  # where it came from, for people
    audio_sha256: str = ""  # of the recordings; empty for a voice that was delivered without them
    model: str = ""  # identity of the model that made it; empty where the file does not say

    def __post_init__(self):
        embedding = self.embedding.detach().to("cpu", torch.float32).contiguous()
        if embedding.ndim != 1 or not embedding.numel():
            raise VoiceError(f"{self.source}: an embedding has the shape [channels], not {list(embedding.shape)}")
        if not embedding.isfinite().all() or not embedding.any():
            raise VoiceError(f"{self.source}: the embedding is zero or not finite; extract the voice again")
        object.__setattr__(self, "embedding", embedding)

    @property
    def key(self) -> str:
        """Return 64 hexadecimal digits that name the origin: the recordings, else the embedding, and the model."""
        return voice_key(self.audio_sha256 or _checksum(self.embedding), self.model)

    @property
    def facts(self) -> VoiceFacts:
        """Return what a file of this voice states besides its embedding."""
        names = {"name": self.name, "source": self.source, "audio_sha256": self.audio_sha256, "model": self.model}
        return VoiceFacts(**names, embedding_sha256=_checksum(self.embedding), channels=len(self.embedding))

    def require(self, model: str, channels: int | None = None) -> "Voice":
        """Return this voice if a model with this identity and number of channels can use it.

        A voice from a file that names no model is trusted.
        """
        if self.model and self.model != model:
            raise VoiceError(
                f"the voice {self.name!r} was made by model {self.model}, not by {model}; "
                f"extract it again from {self.source}"
            )
        if channels is not None and len(self.embedding) != channels:
            raise VoiceError(
                f"the voice {self.name!r} has {len(self.embedding)} channels, the model needs {channels}; "
                f"extract it again from {self.source}"
            )
        return self

    def save(self, path: str | os.PathLike, exclusive: bool = False) -> None:
        """Write a .safetensors file that `load` reads: complete, or not at all.

        With `exclusive`, FileExistsError is raised if there is a file already.
        """
        if Path(path).suffix != SUFFIX:
            raise VoiceError(f"{path} cannot be written; choose a name that ends in {SUFFIX}")
        metadata = {
            "format": FORMAT,
            "name": self.name,
            "source": self.source,
            "audio_sha256": self.audio_sha256,
            "model": self.model,
            "embedding_sha256": _checksum(self.embedding),
        }
        metadata = {name: text.encode(errors="backslashreplace").decode() for name, text in metadata.items()}
        with complete_file(path, exclusive) as file:
            file.write(save({"embedding": self.embedding}, metadata))

    @staticmethod
    def load(path: str | os.PathLike) -> "Voice":
        """Read a voice of ours (.safetensors) or an upstream speaker file (.pth with one tensor [1, channels, 1])."""
        path = Path(path)
        if not path.is_file():
            raise VoiceError(f"{path} does not exist; check the path")
        if path.suffix not in (SUFFIX, ".pth"):
            raise VoiceError(f"{path} is not a voice; give a .safetensors or .pth file")
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise VoiceError(f"{path} is too large for a voice; give a file that holds one voice")
            return _load_own(path) if path.suffix == SUFFIX else _load_upstream(path)
        except OSError as error:
            raise VoiceError(f"{path} cannot be read ({error.strerror or error}); check the path") from None


def _load_own(path: Path) -> Voice:
    facts = read_facts(path)
    try:
        embedding = load(path.read_bytes())["embedding"].to(torch.float32)
        if embedding.ndim == 1 and facts.embedding_sha256 == _checksum(embedding):
            return Voice(embedding, facts.name, facts.source, facts.audio_sha256, facts.model)
    except (SafetensorError, KeyError, RuntimeError, TypeError):
        pass  # cut off, overwritten, or lacking a part: said below
    raise VoiceError(f"{path} is damaged; extract the voice again")


def _load_upstream(path: Path) -> Voice:
    try:
        content = read_pickle(path)
    except CheckpointError as error:
        raise VoiceError(str(error)) from None
    # Layout and device first: the other questions fail on a sparse tensor, or on one without values.
    if (
        not isinstance(content, torch.Tensor)
        or content.layout != torch.strided
        or content.device.type != "cpu"
        or content.dtype not in FLOATS
        or content.ndim != 3
        or content.shape[::2] != (1, 1)
        or content.shape[1] > MOST_CHANNELS
    ):
        raise VoiceError(f"{path} is not a speaker file; these hold one tensor of the shape [1, channels, 1]")
    return Voice(content.flatten(), path.stem, str(path))


def _checksum(embedding: torch.Tensor) -> str:
    return hashlib.sha256(embedding.contiguous().numpy().tobytes()).hexdigest()
