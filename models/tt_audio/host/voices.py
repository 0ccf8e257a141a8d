# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A voice as the converter sees it, and the bank that keeps voices between runs.

Stands beside the data flow: the reference encoder turns a recording into an embedding, a `Voice` carries it to the
flow together with where it came from, and a `VoiceBank` spares the extraction when the same recording comes again.
"""

import hashlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from loguru import logger
from safetensors import SafetensorError, safe_open

from .checkpoint import CheckpointError, read_pickle, save_safetensors
from .errors import UserError
from .home import home

FORMAT = "openvoice voice 1"
ENTRY_OVERHEAD = 1024  # bytes: what Python keeps for an entry beside the embedding itself, rounded up


class VoiceError(UserError, ValueError):
    """A voice cannot be read, found or used; the message names it and says what to do."""


@dataclass(frozen=True, eq=False)
class Voice:
    """The tone colour of a speaker. Compared by identity, so it can key what a backend derives from it."""

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
        """What the voice was made from, as 64 hexadecimal digits: the recordings, else the embedding, and the model."""
        return _key(self.audio_sha256 or _checksum(self.embedding), self.model)

    def require(self, model: str, channels: int | None = None) -> "Voice":
        """This voice, if `model` (and its number of channels) can use it; a file that names no model is trusted."""
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

    def save(self, path: str | os.PathLike) -> None:
        """Write a .safetensors file that `load` reads; complete, or not there."""
        if Path(path).suffix != ".safetensors":
            raise VoiceError(f"{path} cannot be written; choose a name that ends in .safetensors")
        metadata = {
            "format": FORMAT,
            "name": self.name,
            "source": self.source,
            "audio_sha256": self.audio_sha256,
            "model": self.model,
            "embedding_sha256": _checksum(self.embedding),
        }
        try:
            save_safetensors({"embedding": self.embedding}, path, metadata)
        except (OSError, SafetensorError) as error:
            raise VoiceError(f"{path} cannot be written ({error}); check the folder and the disk") from None

    @staticmethod
    def load(path: str | os.PathLike) -> "Voice":
        """Read a voice of ours (.safetensors) or an upstream speaker file (.pth with one tensor [1, channels, 1])."""
        path = Path(path)
        if not path.is_file():
            raise VoiceError(f"{path} does not exist; check the path")
        if path.suffix == ".safetensors":
            return _load_own(path)
        if path.suffix == ".pth":
            return _load_upstream(path)
        raise VoiceError(f"{path} is not a voice; give a .safetensors or .pth file")


class VoiceBank:
    """Voices by the recordings and the model they were made from: files in a folder, the latest used also in memory.

    Any number of processes and threads may share the folder: a file appears whole, and is never changed in place.
    """

    def __init__(self, folder: str | os.PathLike | None = None, memory_bytes: int = 16 << 20):
        self.folder = Path(folder) if folder is not None else home() / "voices"
        self.memory_bytes = memory_bytes
        self._memory: OrderedDict[str, Voice] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.RLock()

    def get_or_extract(self, audio_sha256: str, model: str, extract: Callable[[], Voice]) -> Voice:
        """The voice of these recordings for this model: known, or else made by `extract` and kept.

        A file that cannot be read is reported and replaced. A folder that cannot be written to is reported, too: the
        voice is good for this process then.
        """
        key = _key(audio_sha256, model)
        if (voice := self._recall(key)) is not None:
            return voice
        path = self._path(key)
        try:
            if path.exists():
                return self._remember(self._read(path))
        except VoiceError as error:
            logger.warning(f"{error}; extracting it again")
        voice = replace(extract(), audio_sha256=audio_sha256, model=model)
        try:
            return self.add(voice)
        except VoiceError as error:
            logger.warning(f"{error}; the voice is not kept")
            return self._remember(voice)

    def add(self, voice: Voice) -> Voice:
        """Keep a voice, in the place of one with the same key, and return it."""
        voice.save(self._path(voice.key))
        return self._remember(voice)

    def list(self) -> Sequence[Voice]:
        """All voices in the folder by name; files that cannot be read are reported and left out."""
        voices = []
        for path in self._files():
            try:
                voices.append(self._read(path))
            except VoiceError as error:
                if path.exists():  # else another process deleted it meanwhile
                    logger.warning(str(error))
        return sorted(voices, key=lambda voice: (voice.name, voice.key))

    def show(self, name_or_key: str) -> Voice:
        """The one voice with this name, or with a key that begins so (eight digits at least)."""
        if re.fullmatch("[0-9a-f]{8,64}", name_or_key):
            paths = [path for path in self._files() if path.stem.startswith(name_or_key)]
            if len(paths) == 1:
                return self._read(paths[0])
        found = [voice for voice in self.list() if voice.name == name_or_key]
        if len(found) > 1:
            keys = ", ".join(voice.key[:12] for voice in found)
            raise VoiceError(f"{len(found)} voices in {self.folder} are named {name_or_key!r}; give a key: {keys}")
        if not found:
            raise VoiceError(f"no voice in {self.folder} is named {name_or_key!r} or has a key that begins so")
        return found[0]

    def delete(self, name_or_key: str) -> Voice:
        """Remove the voice that `show` finds, and return it."""
        voice = self.show(name_or_key)
        self._forget(voice.key)
        self._path(voice.key).unlink(missing_ok=True)
        return voice

    def _files(self) -> Sequence[Path]:
        return sorted(path for path in self.folder.glob("*.safetensors") if re.fullmatch("[0-9a-f]{64}", path.stem))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.safetensors"

    def _read(self, path: Path) -> Voice:
        voice = Voice.load(path)
        if voice.key != path.stem:
            raise VoiceError(f"{path} holds another voice than its name says; delete the file")
        return voice

    def _recall(self, key: str) -> Voice | None:
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
            return self._memory.get(key)

    def _remember(self, voice: Voice) -> Voice:
        with self._lock:
            self._forget(voice.key)
            self._memory[voice.key] = voice
            self._held_bytes += _size(voice)
            while self._held_bytes > self.memory_bytes:
                _, oldest = self._memory.popitem(last=False)
                self._held_bytes -= _size(oldest)
        return voice

    def _forget(self, key: str) -> None:
        with self._lock:
            if (voice := self._memory.pop(key, None)) is not None:
                self._held_bytes -= _size(voice)


def _load_own(path: Path) -> Voice:
    try:
        with safe_open(path, framework="pt") as file:
            facts = file.metadata() or {}
            if facts.get("format") != FORMAT:
                raise VoiceError(f"{path} is a safetensors file but not a voice")
            embedding = file.get_tensor("embedding").to(torch.float32)
        if facts["embedding_sha256"] == _checksum(embedding):
            return Voice(embedding, facts["name"], facts["source"], facts["audio_sha256"], facts["model"])
    except (SafetensorError, KeyError):
        pass  # cut off, overwritten, or lacking a part: said below
    except OSError as error:
        raise VoiceError(f"{path} cannot be read ({error})") from None
    raise VoiceError(f"{path} is damaged; extract the voice again")


def _load_upstream(path: Path) -> Voice:
    try:
        content = read_pickle(path)
    except (CheckpointError, OSError) as error:
        raise VoiceError(str(error)) from None
    if not isinstance(content, torch.Tensor) or content.ndim != 3 or content.shape[::2] != (1, 1):
        raise VoiceError(f"{path} is not a speaker file; these hold one tensor of the shape [1, channels, 1]")
    return Voice(content.flatten(), path.stem, str(path))


def _key(content: str, model: str) -> str:
    return hashlib.sha256(f"{content}\n{model}".encode()).hexdigest()


def _checksum(embedding: torch.Tensor) -> str:
    return hashlib.sha256(embedding.contiguous().numpy().tobytes()).hexdigest()


def _size(voice: Voice) -> int:
    return voice.embedding.nbytes + ENTRY_OVERHEAD
