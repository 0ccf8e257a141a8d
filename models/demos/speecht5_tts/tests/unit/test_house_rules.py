# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Rules of the folder's imports, checked on the source itself."""

from pathlib import Path

import pytest

from models.tt_audio.testing import house_rules

FOLDER = Path(__file__).resolve().parents[2]


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", house_rules.sources(FOLDER), ids=identify)
def test_imports_resolve_inside_tt_metal(path):
    assert house_rules.foreign_imports(path, ("models.tt_audio.", "models.demos.speecht5_tts.")) == set()


def test_folder_is_a_namespace_package():
    assert not list(FOLDER.rglob("__init__.py"))


def test_product_code_imports_no_tests():
    assert house_rules.imports_of_tests(house_rules.product_files(FOLDER)) == []
