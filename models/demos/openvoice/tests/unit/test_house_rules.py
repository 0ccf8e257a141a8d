# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rules of the device path and of the folder's imports, checked on the source itself."""

from pathlib import Path

import pytest

from models.tt_audio.testing import house_rules

FOLDER = Path(__file__).resolve().parents[2]
DEVICE_PATH = sorted((FOLDER / "tt").glob("*.py"))
UPSTREAM = {"benchmark_cpu.py": "openvoice", "benchmark_melo.py": "melo"}  # time a checkout of upstream beside ours


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", house_rules.sources(FOLDER), ids=identify)
def test_imports_resolve_inside_tt_metal(path):
    foreign = house_rules.foreign_imports(path, ("models.tt_audio.", "models.demos.openvoice."))
    assert {name for name in foreign if name.partition(".")[0] != UPSTREAM.get(path.name)} == set()


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_device_path_has_no_torch_and_no_way_around_an_op(path):
    if path.name not in ("parameters.py", "melo_parameters.py"):
        assert house_rules.torch_imports(path) == set()
    assert house_rules.ways_around_an_op(path) == []


def test_folder_is_a_namespace_package():
    assert not list(FOLDER.rglob("__init__.py"))


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_device_module_has_a_reference_of_the_same_name(path):
    tools = {"parameters", "melo_parameters", "resampling", "precision"}
    own = tools | {"runner", "melo_runner", "trace", "batch", "backend", "embedding"}
    assert path.stem in own or (FOLDER / "reference" / path.name).is_file()


def test_product_code_imports_no_tests():
    assert house_rules.imports_of_tests(house_rules.product_files(FOLDER)) == []
