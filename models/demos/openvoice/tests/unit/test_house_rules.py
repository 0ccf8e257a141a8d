# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Rules of the device path and of the folder's imports, checked on the source itself."""

from pathlib import Path

import pytest

from models.tt_audio.testing import house_rules

FOLDER = Path(__file__).resolve().parents[2]
DEVICE_PATH = sorted((FOLDER / "tt").glob("*.py"))
PARAMETERS = sorted((FOLDER / "tt" / "parameters").glob("*.py"))
NETWORKS = sorted(path.stem for path in (FOLDER / "reference").glob("*.py"))
# These take and return torch tensors, as backend.py's interfaces require; the device path between uses no torch.
TORCH_INTERFACES = ("backend.py", "melo_runner.py")
UPSTREAM = {"benchmark_cpu.py": "openvoice", "benchmark_melo.py": "melo"}  # time a checkout of upstream, too


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", house_rules.sources(FOLDER), ids=identify)
def test_imports_resolve_inside_tt_metal(path):
    foreign = house_rules.foreign_imports(path, ("models.tt_audio.", "models.demos.openvoice."))
    assert {name for name in foreign if name.partition(".")[0] != UPSTREAM.get(path.name)} == set()


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_device_path_has_no_torch_and_no_way_around_an_op(path):
    if path.name not in TORCH_INTERFACES:
        assert house_rules.torch_imports(path) == set()
    assert house_rules.ways_around_an_op(path) == []


def test_folder_is_a_namespace_package():
    assert not list(FOLDER.rglob("__init__.py"))


@pytest.mark.parametrize("name", NETWORKS)
def test_network_has_the_same_name_in_reference_device_path_and_tests(name):
    """Require reference/x.py, tt/x.py, tests/pcc/test_x.py and, where x has weights, tt/parameters/x.py."""
    assert (FOLDER / "tt" / f"{name}.py").is_file()
    tests = {"converter": "runner", "duration_predictor": "duration_predictors"}
    tests["stochastic_duration_predictor"] = tests["duration_predictor"]
    assert (FOLDER / "tests" / "pcc" / f"test_{tests.get(name, name)}.py").is_file()
    composed = {"alignment", "converter", "melo_tts"}  # these have no weights, or only those of their modules
    assert (FOLDER / "tt" / "parameters" / f"{name}.py").is_file() != (name in composed)


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_device_module_is_a_network_or_a_tool(path):
    tools = {"conditioning", "embedding", "forms", "packing", "precision", "resampling"}
    runners = {"backend", "batch", "device_converter", "melo_runner", "runner", "window_traces"}
    assert path.stem in tools | runners | set(NETWORKS)


@pytest.mark.parametrize("path", PARAMETERS, ids=identify)
def test_parameter_file_belongs_to_a_device_module(path):
    assert path.stem == "preprocessing" or (FOLDER / "tt" / path.name).is_file()


def test_product_code_imports_no_tests():
    assert house_rules.imports_of_tests(house_rules.product_files(FOLDER)) == []
