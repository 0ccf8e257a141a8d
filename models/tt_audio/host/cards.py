# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Where the cards of this machine are listed. Imports no ttnn, so that a command can ask before it is needed."""

from pathlib import Path

CARDS = Path("/dev/tenstorrent")  # the driver makes this folder if it has found a card
