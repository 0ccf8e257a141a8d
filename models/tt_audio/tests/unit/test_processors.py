# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The number of threads that compute: by affinity, by a container's quota, and never against the user's environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.tt_audio.host import processors
from models.tt_audio.host.processors import SPIN_ROUNDS, settings

ROOT = Path(__file__).resolve().parents[4]
MANY = 64


@pytest.fixture(autouse=True)
def large_machine(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(MANY)))


def process(folder: Path, groups: str, *mounts: str) -> Path:
    """Write what /proc tells about a process, and return the folder; "{}" in a mount is a folder for its files."""
    (folder / "cgroup").write_text(groups)
    lines = [f"31 23 0:28 {mount.format(folder / 'mounted')} rw\n" for mount in mounts]
    (folder / "mountinfo").write_text("".join(["25 1 8:1 / / rw - ext4 /dev/root rw\n", *lines]))
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


VERSION_2 = "/ {} rw,nosuid - cgroup2 cgroup"


@pytest.mark.parametrize(
    "quota, expected", [("200000 100000", 2), ("150000 100000", 2), ("20000 100000", 1), ("max 100000", MANY)]
)
def test_the_quota_of_a_container(tmp_path, quota, expected):
    write(tmp_path / "mounted" / "cpu.max", quota)
    assert processors.processors(process(tmp_path, "0::/\n", VERSION_2)) == expected


def test_the_smallest_quota_of_the_groups_around_a_process_counts(tmp_path):
    write(tmp_path / "mounted" / "a" / "cpu.max", "300000 100000")
    write(tmp_path / "mounted" / "a" / "b" / "cpu.max", "max 100000")
    write(tmp_path / "mounted" / "other" / "cpu.max", "100000 100000")
    assert processors.processors(process(tmp_path, "0::/a/b\n", VERSION_2)) == 3


@pytest.mark.parametrize("quota, expected", [("400000", 4), ("50000", 1), ("-1", MANY)])
@pytest.mark.parametrize(
    "groups, mount",
    [
        ("3:cpuset:/\n2:cpu,cpuacct:/\n", "/ {} rw - cgroup cgroup rw,cpu,cpuacct"),
        ("2:cpu,cpuacct:/docker/1\n0::/\n", "/docker/1 {} rw - cgroup cgroup rw,cpu,cpuacct"),
        ("2:cpu:/docker/1\n", "/ {} rw - cgroup cgroup rw,cpu"),
    ],
    ids=["own root", "mounted group", "path of the machine"],
)
def test_the_quota_of_version_1(tmp_path, groups, mount, quota, expected):
    write(tmp_path / "mounted" / "cpu.cfs_quota_us", quota)
    write(tmp_path / "mounted" / "cpu.cfs_period_us", "100000")
    assert processors.processors(process(tmp_path, groups, mount)) == expected


@pytest.mark.parametrize("files", [{}, {"cpu.max": ""}, {"cpu.max": "much"}])
def test_where_nothing_is_known_the_affinity_counts(tmp_path, files):
    for name, text in files.items():
        write(tmp_path / "mounted" / name, text)
    assert processors.processors(process(tmp_path, "0::/\n", VERSION_2)) == MANY
    assert processors.processors(tmp_path / "none") == MANY


@pytest.mark.parametrize(
    "environment, threads, added",
    [
        ({}, None, {"OMP_NUM_THREADS": "3", "GOMP_SPINCOUNT": str(SPIN_ROUNDS)}),
        ({"OMP_NUM_THREADS": "7"}, None, {"GOMP_SPINCOUNT": str(SPIN_ROUNDS)}),
        ({"MKL_NUM_THREADS": "7"}, None, {"GOMP_SPINCOUNT": str(SPIN_ROUNDS)}),
        ({"OMP_WAIT_POLICY": "active"}, None, {"OMP_NUM_THREADS": "3"}),
        ({"GOMP_SPINCOUNT": "5", "OMP_NUM_THREADS": "1"}, None, {}),
        (
            {"OMP_NUM_THREADS": "7"},
            2,
            {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "GOMP_SPINCOUNT": str(SPIN_ROUNDS)},
        ),
    ],
)
def test_what_the_user_set_is_kept(monkeypatch, environment, threads, added):
    monkeypatch.setattr(processors, "processors", lambda: 3)
    assert settings(environment, threads) == added


def test_pytorch_takes_the_settings_of_a_command(tmp_path):
    """Run a command in a process of its own: PyTorch's threads are those of --threads, and libgomp reads the spin."""
    program = """
import sys
from models.tt_audio.cli.terminal import Parser, run_command
parser = Parser()
parser.add_argument("--threads", type=int)
parser.set_defaults(check=None, run="threads_of_torch:show")
run_command(parser, ["--threads", "1"])
"""
    (tmp_path / "threads_of_torch.py").write_text(
        "def show(options):\n    import torch\n    print(torch.get_num_threads())\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in processors.COUNTS}
    environment |= {"PYTHONPATH": f"{ROOT}:{tmp_path}", "OMP_DISPLAY_ENV": "verbose"}
    run = {"env": environment, "capture_output": True, "text": True, "check": True}
    ended = subprocess.run([sys.executable, "-c", program], **run)
    assert ended.stdout == "1\n"
    assert f"GOMP_SPINCOUNT = '{SPIN_ROUNDS}'" in ended.stderr


def test_importing_the_library_changes_no_environment():
    program = """
import os
before = dict(os.environ)
import models.tt_audio.host.processors
assert dict(os.environ) == before
"""
    subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
