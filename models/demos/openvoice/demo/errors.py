# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What a user can mend, beside the errors of the model's own rooms: one sentence that says what to change."""


class UsageError(ValueError):
    """The command asks for what cannot be."""


class DeviceError(RuntimeError):
    """The card is not there or does not open."""
