# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Stand-ins for tools that a machine without a card lacks."""

import json

import pytest

# A package named tracy that records its arguments and writes the report that the test gives it.
_TRACY = """
import csv, json, sys
from pathlib import Path

here = Path(__file__).parent
(here / "arguments.json").write_text(json.dumps(sys.argv[1:]))
reports = Path(sys.argv[sys.argv.index("-o") + 1]) / "reports"
name = str(len(list(reports.glob("*"))))
for lines in json.loads((here / "reports.json").read_text()):
    (reports / name).mkdir(parents=True)
    with open(reports / name / f"ops_perf_results_{name}.csv", "w", newline="") as file:
        csv.writer(file).writerows(lines)
sys.exit(int((here / "status").read_text()))
"""


@pytest.fixture
def profiler(tmp_path, monkeypatch):
    """Return a function that sets the operations `python -m tracy` reports; it returns the arguments of the calls."""
    package = tmp_path / "tracy"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(_TRACY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TT_METAL_PROFILER_DIR", str(tmp_path / "profiler"))
    monkeypatch.chdir(tmp_path)

    def prepare(operations, header, status=0):
        reports = [] if operations is None else [[header, *operations]]
        (package / "reports.json").write_text(json.dumps(reports))
        (package / "status").write_text(str(status))
        return lambda: json.loads((package / "arguments.json").read_text())

    return prepare
