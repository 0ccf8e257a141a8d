# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The bank of voices: a folder with a file for each voice that somebody asked to keep, named by the voice.

    $OPENVOICE_HOME/voices/anna.safetensors

So a name has one voice, the names are read from the folder alone, and one voice is found by opening one file. Any
number of processes and threads may share the folder: a file appears whole and is never changed in place.
"""

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from .files import FileError, check_writable, reason
from .home import home
from .moving import move_exclusively
from .voice_files import KEY, SUFFIX, VoiceError, VoiceFacts, name_fault, read_facts, voice_key

if TYPE_CHECKING:  # torch is imported by what reads or writes an embedding, not by what lists names
    from .voices import Voice

# Older banks named a file by the key of its voice.
OLD_NAME = re.compile("[0-9a-f]{64}")
SHORT_KEY = 12  # digits; enough to tell voices apart
ENTRY_OVERHEAD = 1024  # bytes: what Python keeps for an entry beside the embedding itself, rounded up


class NameTakenError(VoiceError):
    """A voice of this name is in the bank already."""


class VoiceBank:
    """The voices in `folder`, by default those of $OPENVOICE_HOME.

    It also remembers, in memory alone, the voices of the recordings that this process used last.
    """

    def __init__(self, folder: str | os.PathLike | None = None, memory_bytes: int = 16 << 20):
        self.folder = Path(folder) if folder is not None else home() / "voices"
        self.memory_bytes = memory_bytes
        self._memory: OrderedDict[str, Voice] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.RLock()

    # ---- recordings that were used before

    def get_or_extract(self, audio_sha256: str, model: str, extract: Callable[[], "Voice"]) -> "Voice":
        """Return the voice of these recordings for this model: remembered, or else made by `extract`.

        Nothing is written: a voice is kept by `add`.
        """
        key = voice_key(audio_sha256, model)
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        return self._remember(replace(extract(), audio_sha256=audio_sha256, model=model))

    def _remember(self, voice: "Voice") -> "Voice":
        with self._lock:
            if (older := self._memory.pop(voice.key, None)) is not None:
                self._held_bytes -= _size(older)
            self._memory[voice.key] = voice
            self._held_bytes += _size(voice)
            while self._held_bytes > self.memory_bytes:
                _, oldest = self._memory.popitem(last=False)
                self._held_bytes -= _size(oldest)
        return voice

    # ---- voices that are kept

    def names(self) -> list[str]:
        """Return the names of all voices, in order. No file is opened."""
        return sorted(stem for stem in self._stems() if name_fault(stem) is None)

    def find(self, name: str) -> "Voice | None":
        """Return the voice of this name, or None if there is none. One file is read."""
        if name_fault(name) is not None or not self._has(name):
            return None
        from .voices import Voice  # imports torch, which finding no voice does not need

        try:
            return replace(Voice.load(self._path(name)), name=name)
        except VoiceError:
            if self._has(name):
                raise
            return None  # another process deleted it meanwhile

    def facts(self) -> list[VoiceFacts]:
        """Return what is known of each voice, in order of the names. Files that cannot be read are reported."""
        found = []
        for name in self.names():
            try:
                found.append(replace(read_facts(self._path(name)), name=name))
            except VoiceError as error:
                if self._has(name):  # else another process deleted it meanwhile
                    logger.warning(str(error))
        return found

    def list(self) -> "list[Voice]":
        """Return all voices, in order of the names. Files that cannot be read are reported and left out."""
        voices = []
        for name in self.names():
            try:
                if (voice := self.find(name)) is not None:
                    voices.append(voice)
            except VoiceError as error:
                logger.warning(str(error))
        return voices

    def look_up(self, name_or_key: str) -> "Voice | None":
        """Return the one voice with this name, or with a key that begins so (eight digits at least), or None."""
        if not KEY.fullmatch(name_or_key):
            return self.find(name_or_key)
        named = self._with_key(name_or_key)
        return None if named is None else self.find(named.name)

    def show(self, name_or_key: str) -> "Voice":
        """Return the voice that `look_up` finds; none is an error."""
        found = self.look_up(name_or_key)
        if found is None:
            raise self._unknown(name_or_key)
        return found

    def described(self, name_or_key: str) -> VoiceFacts:
        """Return what is known of the voice that `show` would return, without its embedding."""
        if KEY.fullmatch(name_or_key):
            found = self._with_key(name_or_key)
        elif name_fault(name_or_key) is None and self._has(name_or_key):
            found = replace(read_facts(self._path(name_or_key)), name=name_or_key)
        else:
            found = None
        if found is None:
            raise self._unknown(name_or_key)
        return found

    def _with_key(self, beginning: str) -> VoiceFacts | None:
        found = [facts for facts in self.facts() if facts.key.startswith(beginning)]
        if len(found) > 1:
            raise VoiceError(f"{len(found)} voices have a key that begins with {beginning}; give a name")
        return found[0] if found else None

    def _unknown(self, name_or_key: str) -> VoiceError:
        return VoiceError(f"no voice in {self.folder} is named {name_or_key!r} or has a key that begins so")

    def check_free(self, name: str, replacing: bool = False) -> None:
        """Raise the error that `add` would raise for this name, before any work is done."""
        if fault := name_fault(name):
            raise VoiceError(fault)
        if not replacing and self._has(name):
            raise self._taken(name)
        if self.folder.is_dir():
            check_writable(self._path(name))

    def add(self, voice: "Voice", replacing: bool = False) -> "Voice":
        """Keep a voice under its name and return it. Another voice of that name is an error unless `replacing`."""
        self.check_free(voice.name, replacing=True)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"{self.folder} cannot be made ({reason(error)}); choose another OPENVOICE_HOME") from None
        while True:
            try:
                voice.save(self._path(voice.name), exclusive=not replacing)
                return voice
            except FileExistsError:
                kept = self.find(voice.name)
                if kept is not None and kept.key == voice.key:
                    return voice
                if kept is not None or self._has(voice.name):
                    raise self._taken(voice.name) from None
                # else another process deleted it meanwhile

    def rename(self, name_or_key: str, new: str) -> VoiceFacts:
        """Give the voice that `described` finds another name and return it. A name that is taken is an error."""
        voice = self.described(name_or_key)
        self.check_free(new)
        try:
            move_exclusively(self._path(voice.name), self._path(new))
        except FileExistsError:
            raise self._taken(new) from None
        except OSError as error:
            raise FileError(f"{voice.name} cannot be renamed ({reason(error)}); check {self.folder}") from None
        return replace(voice, name=new)

    def delete(self, name_or_key: str) -> VoiceFacts:
        """Remove the voice that `described` finds and return it."""
        voice = self.described(name_or_key)
        try:
            self._path(voice.name).unlink(missing_ok=True)
        except OSError as error:
            raise FileError(f"{voice.name} cannot be deleted ({reason(error)}); check {self.folder}") from None
        return voice

    def _taken(self, name: str) -> NameTakenError:
        return NameTakenError(
            f"there is another voice {name!r} in the bank; choose another name, or replace it with --replace"
        )

    def _has(self, name: str) -> bool:
        return self._path(name).is_file()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _stems(self) -> Iterator[str]:
        try:
            files = [file.name for file in os.scandir(self.folder)]
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                return
            raise VoiceError(f"{self.folder} cannot be read ({reason(error)}); check OPENVOICE_HOME") from None
        for file in files:
            if file.endswith(SUFFIX):
                stem = file.removesuffix(SUFFIX)
                yield self._renamed(stem) if OLD_NAME.fullmatch(stem) else stem

    def _renamed(self, key: str) -> str:
        """Give a file of an older bank, named by its key, the name of its voice, and return the name."""
        try:
            name = read_facts(self._path(key)).name
            if name_fault(name) or self._has(name):
                name = f"voice-{key[:SHORT_KEY]}"
            os.rename(self._path(key), self._path(name))
        except (VoiceError, OSError) as error:
            if self._has(key):  # else another process renamed it meanwhile
                logger.warning(f"{self._path(key)} is not used: {error}")
            return key  # no name of a voice
        return name


def _size(voice: "Voice") -> int:
    return voice.embedding.nbytes + ENTRY_OVERHEAD
