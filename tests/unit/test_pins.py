# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The versions that messages tell a user to install are those that are installed here."""

import inspect
import re
from pathlib import Path

import pytest

from models.demos.openvoice.demo import doctor, ray_batch
from models.tt_audio.judges import recognisers, speaker_encoder

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", [doctor, ray_batch, recognisers, speaker_encoder])
def test_remedies_name_the_pinned_versions(module):
    named = set(re.findall(r"[\w\[\]-]+==[\d.]*\d", inspect.getsource(module))) - {
        "wavmark==0.0.3"
    }  # not installed here
    pinned = (ROOT / "pyproject.toml").read_text() + (ROOT / "scripts" / "setup.sh").read_text()
    assert named and not [version for version in named if version not in pinned]
