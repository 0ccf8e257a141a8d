# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Installed packages whose files are data: found without being imported."""

import importlib.util
from pathlib import Path


def installed_folder(package: str) -> Path | None:
    """Return the folder of an installed package, or None if it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])
