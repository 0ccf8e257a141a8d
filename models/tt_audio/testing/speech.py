# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Speech for tests: real recordings if they are next to the repository, and a synthetic voice everywhere."""

from pathlib import Path

import pytest

from .synthetic_voice import voice

__all__ = ["FOLDER", "recording", "recordings", "voice"]

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "speech"


def recording(name: str) -> Path:
    """Return the path of a real recording by file name; skip the test if the folder of recordings is absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"no recordings: {FOLDER} does not exist")
    path = FOLDER / name
    assert path.is_file(), f"{path} is missing"
    return path


def recordings() -> list[Path]:
    """Return the paths of all real recordings (WAV and MP3); skip the test if their folder is absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"no recordings: {FOLDER} does not exist")
    return sorted(path for path in FOLDER.iterdir() if path.suffix in (".wav", ".mp3"))
