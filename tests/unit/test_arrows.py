# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Allowed imports between folders: the mocked card serves every model, the training needs no command of the demo."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {
    "mock_device": ("models.demos", "models.tt_audio", "tests", "scripts", "training"),
    "training": ("models.demos.openvoice.demo", "models.demos.llvc.demo", "mock_device", "tests", "scripts"),
    "models/demos/openvoice": ("models.demos.llvc", "training"),
    "models/demos/llvc": ("models.demos.openvoice", "training"),
    "models/common": ("models.demos", "models.tt_audio", "mock_device", "tests", "scripts"),
    "models/perf": ("models.demos", "models.tt_audio", "mock_device", "tests", "scripts"),
}


def imported(path: Path) -> set[str]:
    """Return the full names of all modules, and of all names out of modules, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_forbidden_imports(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in sorted(imported(path))
        if any(f"{name}.".startswith(f"{forbidden}.") for forbidden in FORBIDDEN[folder])
    ]
    assert not found
