# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The errors that a user can mend. Each message is one sentence: what is wrong, and what to do."""


class UserError(Exception):
    """Base of every error that the user of a command, a page or a service can mend."""


class UsageError(UserError, ValueError):
    """Arguments that contradict each other or ask for something that does not exist."""


class DeviceError(UserError, RuntimeError):
    """A card that is not there or does not open."""


class FullMemoryError(DeviceError):
    """A request that the memory of a device has no place for; later, smaller ones may fit."""


class AudioError(UserError, ValueError):
    """A recording cannot be read, used or written; the message names it and says what to do."""


class CheckpointError(UserError, ValueError):
    """A model that cannot be found, read or fitted; the message names the file and the remedy."""
