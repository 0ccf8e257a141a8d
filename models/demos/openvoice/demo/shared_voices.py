# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The bank of voices as the users of a service or page share it: list, find, keep and delete by name.

No name in a request becomes a path: a voice is looked up among those that the bank holds. All methods may read the
disk, so they are called in a thread, never on the event loop. Messages name no folder of this machine.
"""

import re
import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voice_bank import NameTakenError, VoiceBank
from models.tt_audio.host.voice_files import VoiceError, VoiceFacts
from models.tt_audio.host.voices import Voice

KEY_DIGITS = 12  # of a voice's key, as `voice list` prints it
SETTLED_NS = 2_000_000_000  # file systems tell times to 2 s or better
_NAME = r"\w[\w .-]{0,63}"


class NoVoiceError(UsageError):
    """No voice has that name."""


class TakenError(UsageError):
    """The name or the recordings belong to a voice already, or to several."""


class SharedVoices:
    """Those voices of a bank that one model can use."""

    def __init__(self, bank: VoiceBank, model: OpenVoice):
        self.bank = bank
        self._models, self._channels = ("", model.identity), model.config.gin_channels
        self._keeping = threading.Lock()  # one voice at a time, so that a name is taken once
        self._reading = threading.Lock()
        self._stamp: int | None = None  # of the folder when `_read` was read; None where that cannot be relied on
        self._read: Sequence[VoiceFacts] = ()

    def list(self) -> Sequence[VoiceFacts]:
        """Return name, key and model of the voices, in order of the names."""
        return [facts for facts in self._all() if self._is_usable(facts.model, facts.channels)]

    def find(self, name: str) -> Voice:
        """Return the voice with this name, or with a key that begins with it. One file is read for a name."""
        if _is_key(name):
            found = [facts.name for facts in self.list() if facts.key.startswith(name)]
            if len(found) > 1:
                raise TakenError(f"{len(found)} voices have a key that begins with {_shown(name)}; ask by name")
            voice = self.bank.find(found[0]) if found else None
        else:
            voice = self.bank.find(name) if name in self.bank.names() else None
        if voice is None or not self._is_usable(voice.model, len(voice.embedding)):
            raise NoVoiceError(f"there is no voice {_shown(name)} in the bank")
        return voice

    def keep(self, name: str, voice: Voice, source: str) -> Voice:
        """Add the voice to the bank under this name, if both are new, and return it."""
        check_name(name)
        taken = TakenError(f"there is a voice {_shown(name)} already; delete it first, or choose another name")
        with self._keeping:
            if name in self.bank.names():
                raise taken
            same = next((facts for facts in self.list() if facts.key == voice.key), None)
            if same is not None:
                raise TakenError(f"these recordings are kept already, as {_shown(same.name)}")
            try:
                return self.bank.add(replace(voice, name=name, source=source))
            except NameTakenError:  # by another process, meanwhile
                raise taken from None

    def delete(self, name: str) -> VoiceFacts:
        """Remove the voice that `find` finds, and return it."""
        voice = self.find(name)
        try:
            return self.bank.delete(voice.name)
        except VoiceError:
            self.find(name)  # raises where someone else deleted it meanwhile
            raise

    def _is_usable(self, model: str, channels: int) -> bool:
        return model in self._models and channels == self._channels

    def _all(self) -> Sequence[VoiceFacts]:
        """Return the facts of all voices of the bank, read again only where the folder has changed.

        Files in the bank appear and vanish whole, so the folder's time of modification changes with them. A folder that
        changed a moment ago may change again within the resolution of that time, so its content is not relied on yet.
        """
        with self._reading:
            try:
                stamp = self.bank.folder.stat().st_mtime_ns
            except FileNotFoundError:
                return ()
            if stamp != self._stamp:
                settled = time.time_ns() - stamp > SETTLED_NS
                self._read = self.bank.facts()
                self._stamp = stamp if settled else None
            return self._read


def check_name(name: str) -> None:
    """Raise a sentence where a voice cannot have this name."""
    if not re.fullmatch(_NAME, name) or unicodedata.normalize("NFKC", name) != name:
        raise UsageError(
            f"a voice cannot be named {_shown(name)}: a name has 1 to 64 letters, digits, spaces, dots, dashes and "
            "underscores, and begins with a letter or digit"
        )
    if _is_key(name):
        raise UsageError(f"{_shown(name)} could be taken for the key of a voice; choose another name")


def _is_key(name: str) -> bool:
    return re.fullmatch("[0-9a-f]{8,64}", name) is not None


def _shown(name: str) -> str:
    return ascii(name[:64])
