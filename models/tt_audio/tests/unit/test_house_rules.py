# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rules of the shared library, checked on the source: it imports no model, and its device layers no torch."""

from pathlib import Path

import pytest

from models.tt_audio.testing import house_rules

FOLDER = Path(__file__).resolve().parents[2]


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", house_rules.sources(FOLDER), ids=identify)
def test_imports_resolve_inside_tt_metal_without_a_model(path):
    assert house_rules.foreign_imports(path, ("models.tt_audio.", ".")) == set()


@pytest.mark.parametrize("path", house_rules.product_files(FOLDER), ids=identify)
def test_imports_inside_the_library_are_relative(path):
    assert {name for name in house_rules.imports(path) if name.startswith("models.tt_audio")} == set()


@pytest.mark.parametrize("path", sorted((FOLDER / "tt").glob("*.py")), ids=identify)
def test_device_layer_has_no_torch_and_no_way_around_an_op(path):
    assert house_rules.torch_imports_below(path, FOLDER) == set()
    assert house_rules.ways_around_an_op(path) == []


def test_torch_is_found_in_what_a_file_imports(tmp_path):
    for name, text in {"tt/a.py": "from ..b import x", "b.py": "from .c import x", "c.py": "import torch"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert house_rules.torch_imports_below(tmp_path / "tt/a.py", tmp_path) == {"c.py"}


def test_product_code_imports_no_tests():
    assert house_rules.imports_of_tests(house_rules.product_files(FOLDER)) == []


def test_folder_is_a_namespace_package():
    assert not list(FOLDER.rglob("__init__.py"))
