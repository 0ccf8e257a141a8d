# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Checks of the source itself, for the tests of the shared library and of each model.

Each function takes paths and returns the violations as text, so that a failing test names them.
"""

import ast
import sys
from collections.abc import Collection, Iterable
from pathlib import Path

# The libraries that pyproject.toml pins.
LIBRARIES = {
    *("ttnn", "torch", "numpy", "scipy", "loguru", "pytest", "safetensors", "huggingface_hub", "soundfile"),
    *("webrtcvad", "tqdm", "transformers", "tokenizers", "yaml", "matplotlib"),
    *("faster_whisper", "onnxruntime", "ray", "wavmark"),  # evaluation and batches
    *("onnx", "google"),  # Piper voices
    *("gradio", "PIL", "fastapi", "starlette", "pydantic", "uvicorn", "anyio", "prometheus_client"),  # page and service
    *("hypothesis", "httpx", "selenium"),  # their tests
    *("inflect", "pycrfsuite", "jieba", "pypinyin", "pyopenjtalk", "mecab", "sentencepiece"),  # text
}
# tt-metal's own helpers.
TT_METAL = ("models.common.", "models.perf.", "tests.ttnn.")


def sources(folder: Path) -> list[Path]:
    """Return all Python files below `folder`, in order."""
    return sorted(folder.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the full names of the modules that a file imports, at any depth; relative ones begin with dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def foreign_imports(path: Path, packages: Iterable[str]) -> set[str]:
    """Return what `path` imports beside the standard library, LIBRARIES, tt-metal's helpers and `packages`.

    `packages` are prefixes such as "models.tt_audio."; a relative import counts as foreign unless "." is one of them.
    """
    known = (*TT_METAL, *packages)

    def is_known(name: str) -> bool:
        top = name.partition(".")[0]
        return top in sys.stdlib_module_names | LIBRARIES if top and top != "models" and top != "tests" else False

    return {name for name in imports(path) if not is_known(name) and not f"{name}.".startswith(known)}


def torch_imports(path: Path) -> set[str]:
    """Return the modules of torch that a file imports."""
    return {name for name in imports(path) if name.partition(".")[0] == "torch"}


def torch_imports_below(path: Path, folder: Path) -> set[str]:
    """Return the files of `folder` that import torch among those that `path` imports relatively, at any depth."""
    waiting, visited, found = [path], {path}, set()
    while waiting:
        current = waiting.pop()
        if torch_imports(current):
            found.add(str(current.relative_to(folder)))
        for name in imports(current):
            level = len(name) - len(name.lstrip("."))
            module = current.parents[level - 1].joinpath(*name[level:].split(".")) if level else None
            file = module.with_suffix(".py") if module else None
            if file and file.is_file() and file not in visited:
                visited.add(file)
                waiting.append(file)
    return found


def ways_around_an_op(path: Path) -> list[str]:
    """Return the lines of device code that swallow an exception or ask whether something is available.

    An exception may be caught only to raise one with a better message.
    """
    tree = ast.parse(path.read_text())
    caught = [
        f"{path}:{node.lineno} swallows an exception"
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and not (len(node.body) == 1 and isinstance(node.body[0], ast.Raise))
    ]
    flags = [
        f"{path}:{node.lineno} reads {node.id}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and ("AVAILABLE" in node.id or "FALLBACK" in node.id)
    ]
    return caught + flags


def product_files(folder: Path) -> list[Path]:
    """Return the files below `folder` that are neither tests nor helpers of tests."""
    return [path for path in sources(folder) if not {"tests", "testing"} & set(path.relative_to(folder).parts[:-1])]


def imports_of_tests(paths: Collection[Path]) -> list[str]:
    """Return the imports by which product code depends on tests."""
    return [f"{path} imports {name}" for path in paths for name in imports(path) if ".tests" in f".{name}."[:-1]]
