# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/test.sh: all parts run even when one fails, and the last lines name the failed parts.

Python and make are shell scripts here; they fail when they are called with a word of `failing`.
"""

import os
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

import conftest

SCRIPT = Path(__file__).parents[2] / "scripts" / "test.sh"
TOOL = """#!/bin/sh
echo "output of $*"
case " $* " in {failing}) exit 1 ;; esac
"""
PARTS = ["lint", "wormhole_b0", "blackhole", "n300", "t3k"]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the script, with failures of the parts whose command has these words."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "scripts" / "browser.sh").touch()

    def call(*failing, **environment):
        pattern = "|".join(f'*" {word} "*' for word in failing) or "-"
        for tool in (tmp_path / "make", tmp_path / ".venv" / "bin" / "python"):
            tool.write_text(TOOL.format(failing=pattern))
            tool.chmod(0o755)
        environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", **environment}
        return subprocess.run(
            ["bash", tmp_path / "scripts" / "test.sh"], env=environment, capture_output=True, text=True, check=False
        )

    return call


def parts(done) -> list[str]:
    started = [line for line in done.stdout.splitlines() if line.startswith("== ")]
    return [next(part for part in PARTS if f" {part}" in line) for line in started]


def test_success(run):
    done = run()
    assert parts(done) == PARTS
    assert done.returncode == 0 and "FAILED" not in done.stdout


@pytest.mark.parametrize("failing", [["lint"], ["wormhole_b0"], ["t3k"], ["lint", "blackhole"]])
def test_all_parts_run_and_the_end_is_a_failure(run, failing):
    done = run(*failing)
    assert parts(done) == PARTS
    assert done.returncode == 1
    named = [line for line in done.stdout.splitlines() if line.startswith("FAILED: ")]
    assert len(named) == len(failing)
    assert all(f" {word}" in line for word, line in zip(failing, named, strict=True))


def test_the_output_of_every_part_is_printed(run):
    lines = run().stdout.splitlines()
    for part in PARTS[1:]:
        start = next(index for index, line in enumerate(lines) if line.startswith("== ") and f" {part}" in line)
        assert f"output of {lines[start].removeprefix('== .venv/bin/python ')}" in lines[start + 1 :]


def test_the_number_of_processes(run):
    assert "-n 2 --arch wormhole_b0" in run().stdout
    assert "-n 7 --arch wormhole_b0" in run(WORKERS="7").stdout


def test_a_card_or_a_simulator_takes_one_process(run):
    done = run(GIVEN_DEVICE="libttsim.so")
    assert [line for line in done.stdout.splitlines() if line.startswith("== .venv")] == [
        "== .venv/bin/python -m pytest -q --durations=10"
    ]


@pytest.mark.parametrize(
    "path, fixture, refusal",
    [
        ("unit/test_x.py", "device", "opens a device: move it out of the folder unit"),
        ("pcc/test_x.py", "mesh_device", r"opens a mesh: move it to a file named test_mesh\*.py"),
        ("pcc/test_x.py", "device", None),
        ("pcc/test_mesh_x.py", "mesh_device", None),
        ("unit/test_x.py", "tmp_path", None),
    ],
)
def test_what_other_cards_would_not_collect_is_refused(path, fixture, refusal, expect_error):
    marks = {}
    item = SimpleNamespace(
        fixturenames=[fixture],
        path=Path("/tree/models") / path,
        nodeid=f"models/{path}::test_y",
        add_marker=lambda mark: marks.update({mark.name: mark}),
        get_closest_marker=marks.get,
    )
    with expect_error(pytest.UsageError, f"test_y {refusal}") if refusal else nullcontext():
        conftest.pytest_collection_modifyitems(SimpleNamespace(rootpath=Path("/tree")), [item])
    assert ("device" in marks) == (fixture != "tmp_path") and ("mesh" in marks) == (fixture == "mesh_device")
