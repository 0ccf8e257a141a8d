# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/setup.sh: the Python it takes, its message when there is none, and that a failed install is reported.

The Pythons here are shell scripts that answer the few questions the set-up asks, on a PATH without anything else.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "scripts" / "setup.sh"

# {version}: the version it reports; {ensurepip}, {pip}: exit status of importing ensurepip and of pip install.
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-c import sys"*) shift 2; for v; do [ "$v" = "{version}" ] && exit 0; done; exit 1 ;;
    "-c import venv"*) exit {ensurepip} ;;
    "-m venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "$0" > .venv/made-by ;;
    "-m pip") [ "$3" = "--version" ] || exit {pip} ;;
esac
"""


class Machine:
    """Folder with spaces in its name that contains the repository, a home and a PATH."""

    def __init__(self, root):
        self.repository, self.home, self.path = root / "the repository", root / "home", root / "path"
        (self.repository / "scripts").mkdir(parents=True)
        self.path.mkdir()
        shutil.copy(SETUP, self.repository / "scripts")
        (self.repository / ".python-version").write_text("3.12\n")
        for tool in ("bash", "dirname", "touch", "mkdir", "cp"):
            (self.path / tool).symlink_to(shutil.which(tool))

    def script(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def python(self, path, version, ensurepip=0, pip=0):
        return self.script(path, PYTHON.format(version=version, ensurepip=ensurepip, pip=pip))

    def setup(self, **environment):
        environment = {"PATH": str(self.path), "HOME": str(self.home), **environment}
        script = self.repository / "scripts" / "setup.sh"
        return subprocess.run(["bash", script], env=environment, cwd=self.home.parent, capture_output=True, text=True)

    @property
    def made_by(self):
        return Path((self.repository / ".venv" / "made-by").read_text().strip())

    @property
    def installed(self):
        return (self.repository / ".venv" / "installed").exists()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_the_preferred_version_on_path_comes_first(machine):
    machine.python(machine.path / "python3.10", "3.10")
    preferred = machine.python(machine.path / "python3.12", "3.12")
    assert machine.setup().returncode == 0
    assert machine.made_by == preferred and machine.installed


def test_a_pyenv_version_is_found(machine):
    python = machine.python(machine.home / ".pyenv" / "versions" / "3.12.1" / "bin" / "python", "3.12")
    assert machine.setup().returncode == 0
    assert machine.made_by == python


def test_uv_is_asked(machine):
    python = machine.python(machine.home / "uv's own" / "python", "3.12")
    machine.script(machine.path / "uv", f'#!/bin/sh\n[ "$5" = 3.12 ] && echo "{python}"\n')
    assert machine.setup().returncode == 0
    assert machine.made_by == python


def test_the_other_version_serves_as_well(machine):
    machine.python(machine.path / "python3.12", "3.11")  # the name does not decide
    other = machine.python(machine.path / "python3", "3.10")
    assert machine.setup().returncode == 0
    assert machine.made_by == other


def test_a_named_python_is_taken(machine):
    machine.python(machine.path / "python3.12", "3.12")
    named = machine.python(machine.home / "my python", "3.10")
    assert machine.setup(PYTHON=str(named)).returncode == 0
    assert machine.made_by == named


def test_without_any_python_one_sentence_says_what_to_do(machine):
    machine.python(machine.path / "python3", "3.11")
    done = machine.setup()
    assert done.returncode == 1
    assert done.stderr.startswith("No Python 3.12 or 3.10 found on PATH")
    assert len(done.stderr.splitlines()) == 1 and not machine.installed


def test_a_named_python_of_another_version_is_refused(machine):
    machine.python(machine.path / "python3.12", "3.12")
    done = machine.setup(PYTHON=str(machine.python(machine.home / "old", "3.9")))
    assert done.returncode == 1
    assert "old is not a Python 3.12 or 3.10" in done.stderr


def test_a_python_without_ensurepip_is_passed_over(machine):
    machine.python(machine.path / "python3.12", "3.12", ensurepip=1)
    whole = machine.python(machine.path / "python3.10", "3.10")
    assert machine.setup().returncode == 0
    assert machine.made_by == whole


def test_a_python_without_ensurepip_alone_is_named_with_the_remedy(machine):
    partial = machine.python(machine.path / "python3.12", "3.12", ensurepip=1)
    done = machine.setup()
    assert done.returncode == 1
    assert done.stderr.startswith(f"{partial} cannot make a virtual environment: install its venv module")


def test_a_failed_install_leaves_no_stamp(machine):
    machine.python(machine.path / "python3.12", "3.12", pip=1)
    assert machine.setup().returncode == 1
    assert not machine.installed


def test_a_working_environment_is_kept(machine):
    machine.python(machine.path / "python3.12", "3.12")
    machine.setup()
    (machine.repository / ".venv" / "made-by").write_text("kept")
    assert machine.setup().returncode == 0
    assert machine.made_by == Path("kept")
