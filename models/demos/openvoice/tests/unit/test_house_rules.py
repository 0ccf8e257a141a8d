# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The rules that keep the device path a device path and the folder portable, read off the source itself."""

import ast
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2]
SOURCES = sorted(FOLDER.rglob("*.py"))
DEVICE_PATH = sorted((FOLDER / "tt").glob("*.py"))
# What tt-metal's tree offers, beside the libraries that pyproject.toml pins.
TT_METAL = ("models.common.", "models.perf.", "models.demos.openvoice.", "tests.ttnn.")
LIBRARIES = {
    *(
        "ttnn",
        "torch",
        "numpy",
        "scipy",
        "loguru",
        "pytest",
        "safetensors",
        "huggingface_hub",
        "soundfile",
        "webrtcvad",
    ),
    *("tqdm", "transformers", "tokenizers", "yaml", "matplotlib"),
    *("pocketsphinx", "ray", "wavmark"),  # demo
    *("gradio", "PIL", "fastapi", "starlette", "pydantic", "uvicorn", "anyio", "prometheus_client"),  # page and service
    *("hypothesis", "httpx", "selenium"),  # tests of these
    *("inflect", "pycrfsuite", "jieba", "pypinyin", "fugashi", "unidic_lite", "mecab"),  # text front ends
}


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, at any depth."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            names.add(node.module)
    return names


def identify(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_imports_resolve_inside_tt_metal(path):
    def known(name):
        top = name.partition(".")[0]
        if path.name in ("benchmark_cpu.py", "benchmark_melo.py") and top in ("openvoice", "melo"):
            return True  # a checkout of upstream that the caller names, to time against
        return top in sys.stdlib_module_names or top in LIBRARIES or f"{name}.".startswith(TT_METAL)

    assert {name for name in imports(path) if not known(name)} == set()


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_the_device_path_has_no_torch_and_no_way_around_an_op(path):
    if path.name not in ("parameters.py", "melo_parameters.py"):
        assert not {name for name in imports(path) if name.partition(".")[0] == "torch"}
    tree = ast.parse(path.read_text())
    caught = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    assert not caught, "an exception is caught in device code"
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not {name for name in names if "AVAILABLE" in name or "FALLBACK" in name}


def test_no_package_file_stands_in_the_way_of_namespace_packages():
    assert not list(FOLDER.rglob("__init__.py"))


@pytest.mark.parametrize("path", DEVICE_PATH, ids=identify)
def test_every_room_of_the_device_path_has_its_twin(path):
    tools = {"parameters", "melo_parameters", "conv1d", "linear", "resampling", "precision", "sharding"}
    own = tools | {"runner", "melo_runner", "trace", "batch", "backend"}
    assert path.stem in own or (FOLDER / "reference" / path.name).is_file()
