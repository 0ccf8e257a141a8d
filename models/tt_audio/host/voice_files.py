# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""A voice as a file: what its header tells without its embedding, and which names a voice may have."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError

FORMAT = "openvoice voice 1"
SUFFIX = ".safetensors"
LONGEST_NAME = 64  # characters
LONGEST_NAME_BYTES = 200  # a file name has at most 255
LARGEST_HEADER = 1 << 16  # bytes; a voice's has some hundred
KEY = re.compile("[0-9a-f]{8,64}")  # the beginning of a voice's key


class VoiceError(UserError, ValueError):
    """A voice cannot be read, found, kept or used; the message names it and says what to do."""


@dataclass(frozen=True)
class VoiceFacts:
    """Facts about a voice, as its file states them."""

    name: str
    source: str  # where it came from, for people
    audio_sha256: str  # of the recordings; empty for a voice that was delivered without them
    model: str  # identity of the model that made it; empty where the file does not say
    embedding_sha256: str
    channels: int

    @property
    def key(self) -> str:
        return voice_key(self.audio_sha256 or self.embedding_sha256, self.model)

    def shown(self) -> dict[str, str | int]:
        """Return what is shown to people, by its name."""
        facts: dict[str, str | int] = {"name": self.name, "key": self.key, "source": self.source}
        return facts | {"model": self.model, "channels": self.channels}


def voice_key(content: str, model: str) -> str:
    """Return 64 hexadecimal digits for a voice: `content` is the hash of its recordings, else of its embedding."""
    return hashlib.sha256(f"{content}\n{model}".encode()).hexdigest()


def read_facts(path: Path) -> VoiceFacts:
    """Read the header of a voice file (.safetensors), some hundred bytes."""
    try:
        with open(path, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if size > LARGEST_HEADER and size < os.fstat(file.fileno()).st_size:
                raise VoiceError(f"{path} is a safetensors file but not a voice")
            header = json.loads(file.read(min(size, LARGEST_HEADER)))
        facts = header.get("__metadata__", {})
        if facts.get("format") != FORMAT:
            raise VoiceError(f"{path} is a safetensors file but not a voice")
        (channels,) = header["embedding"]["shape"]
        names = ("name", "source", "audio_sha256", "model", "embedding_sha256")
        return VoiceFacts(**{name: str(facts[name]) for name in names}, channels=int(channels))
    except OSError as error:
        raise VoiceError(f"{path} cannot be read ({error.strerror}); check the path") from None
    except VoiceError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise VoiceError(f"{path} is damaged; extract the voice again") from None


def name_fault(name: str) -> str | None:
    """Say why a voice in the bank cannot have this name, or return None. The name is part of a file's name."""
    shown = ascii(name[:LONGEST_NAME])
    if not name or len(name) > LONGEST_NAME or len(name.encode(errors="replace")) > LONGEST_NAME_BYTES:
        return f"a voice cannot be named {shown}; a name has 1 to {LONGEST_NAME} characters"
    if not name.isprintable() or "/" in name or "\\" in name:
        return f"a voice cannot be named {shown}; a name has no slashes and nothing that does not print"
    if name[0] in ".- " or name[-1] == " ":
        return f"a voice cannot be named {shown}; a name begins with no dot, dash or space and ends with no space"
    if KEY.fullmatch(name):
        return f"a voice cannot be named {shown}; it could be taken for the key of a voice"
    return None
