# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The folder for models, voices and caches."""

import os
from pathlib import Path


def home() -> Path:
    """Return $OPENVOICE_HOME, or ~/.cache/openvoice if it is not set. The folder may not exist yet."""
    return Path(os.environ.get("OPENVOICE_HOME") or "~/.cache/openvoice").expanduser()


def copied_to(name: str) -> Path | None:
    """Return the folder below $OPENVOICE_HOME that somebody copied a model to, or None."""
    return next((folder for folder in (home() / name, home() / Path(name).name) if folder.is_dir()), None)
