# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Rules of the device path and of the folder's imports, checked on the source itself."""

from pathlib import Path

import pytest

from models.tt_audio.testing import house_rules

FOLDER = Path(__file__).resolve().parents[2]
DEVICE_PATH = sorted((FOLDER / "tt").glob("*.py"))
# A network of reference/ that has a file of its own on the device; the others are parts of these.
NETWORKS = ("encoder", "decoder", "speecht5")


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", house_rules.sources(FOLDER), ids=identify)
def test_imports_resolve_inside_tt_metal(path):
    assert house_rules.foreign_imports(path, ("models.tt_audio.", "models.demos.speecht5_tts.")) == set()


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_device_path_has_no_torch_and_no_way_around_an_op(path):
    assert house_rules.torch_imports(path) == set()
    assert house_rules.ways_around_an_op(path) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_network_has_the_same_name_in_reference_device_path_parameters_and_tests(name):
    for folder in ("reference", "tt", "tt/parameters"):
        assert (FOLDER / folder / f"{name}.py").is_file()
    assert (FOLDER / "tests" / "pcc" / f"test_{name}.py").is_file()


def test_folder_is_a_namespace_package():
    assert not list(FOLDER.rglob("__init__.py"))


def test_product_code_imports_no_tests():
    assert house_rules.imports_of_tests(house_rules.product_files(FOLDER)) == []
