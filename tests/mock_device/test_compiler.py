# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The stand-in compiler, called as TTNN calls the real one."""

import subprocess

import pytest

from mock_device import compiler


@pytest.fixture
def run(tmp_path):
    compiler.install(tmp_path, "7.1.0[12]")

    def call(*arguments):
        command = tmp_path / "runtime/sfpi/compiler/bin/riscv-tt-elf-g++"
        return subprocess.run([command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    return call


def test_the_version(run):
    assert "(tenstorrent/sfpi:7.1.0[12])" in run("--version").stdout


def test_every_byte_of_the_executable_is_written(run, tmp_path):
    assert run("-O2", "-MMD", "-c", "brisc.cc", "-o", "a file.o").returncode == 0
    assert (tmp_path / "a file.o").read_bytes() == compiler.kernel_elf()
    assert (tmp_path / "a file.d").read_text() == "a file.o:\n"


def test_linking_writes_no_dependencies(run, tmp_path):
    assert run("brisc.o", "-o", "brisc.elf").returncode == 0
    assert (tmp_path / "brisc.elf").read_bytes() == compiler.kernel_elf()
    assert not (tmp_path / "brisc.d").exists()


def test_no_path_or_one_that_cannot_be_written_is_a_failure(run):
    assert run("-c", "brisc.cc").stderr == "stand-in compiler: no -o given\n"
    assert run("-c", "brisc.cc").returncode == 1
    assert run("brisc.o", "-o", "missing/brisc.elf").returncode != 0
