# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The folder for models, voices and caches."""

import os
from pathlib import Path


def home() -> Path:
    """Return $OPENVOICE_HOME, or ~/.cache/openvoice if it is not set. The folder may not exist yet."""
    return Path(os.environ.get("OPENVOICE_HOME") or "~/.cache/openvoice").expanduser()
