# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The start of each command, in a process of its own: what needs no model imports no library that computes.

Modules and memory are tested, because time depends on what else the machine does.
"""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.demos.openvoice.demo import demo
from models.demos.openvoice.tests.unit.test_help import parsers
from models.tt_audio.cli import terminal

ROOT = Path(__file__).resolve().parents[5]
COMPUTING = ("torch", "scipy", "ttnn", "ray", "gradio", "transformers", "matplotlib", "fastapi", "uvicorn")
MOST_MEGABYTES = 100
FOLDER = "models.demos.openvoice.demo"
# Runs commands as `python -m` does, one after the other. Prints for each: its exit code, its output, which of the
# modules have been imported by then, and the peak of memory. The peak is read from VmHWM, because ru_maxrss includes
# that of the process that started this one.
PROBE = f"""
import contextlib, io, json, pathlib, re, runpy, sys
facts = []
for command in json.loads(sys.argv[1]):
    sys.argv = command
    output, code = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            runpy.run_module(command[0], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code or 0
    imported = [name for name in {COMPUTING} if name in sys.modules]
    kilobytes = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
    facts.append((code, output.buffer.getvalue().decode(), imported, int(kilobytes) >> 10))
print(json.dumps(facts))
"""
HELP = [[f"{FOLDER}.demo", *name, "--help"] for name, _ in parsers(demo.make_parser())]


def run(folder: Path, commands: Sequence[Sequence[str]]) -> list[tuple[int, str, list[str], int]]:
    """Run commands in one new process in `folder`. Return what PROBE prints."""
    environment = os.environ | {"OPENVOICE_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROBE, json.dumps(commands)]
    return json.loads(subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True).stdout)


def test_help_imports_no_library_that_computes(tmp_path):
    commands = [*HELP, [f"{FOLDER}.demo", "--version"], [f"{FOLDER}.server", "--help"], [f"{FOLDER}.app", "--help"]]
    for command, (code, output, imported, megabytes) in zip(commands, run(tmp_path, commands), strict=True):
        assert (code, imported) == (0, []) and megabytes < MOST_MEGABYTES, command
        assert output.startswith(("usage: python -m ", "openvoice-tt "))


# Arguments, exit code, and what is said.
NO_MODEL = [
    ("demo voice list", 0, "no voices are kept"),
    ("demo voice list --json", 0, '"voices": []'),
    ("demo voice show anna", 2, "no voice in"),
    ("demo voice delete anna", 2, "no voice in"),
    ("demo voice rename anna berta", 2, "no voice in"),
    ("demo voice export anna anna.wav", 2, "anna.wav cannot be written"),
    ("demo voice extract none.wav", 2, "none.wav does not exist"),
    ("demo voice", 2, "required: extract|list|"),
    ("demo nothing", 2, "invalid choice: 'nothing'"),
    ("demo convert none.wav voice.wav", 2, "none.wav does not exist"),
    ("demo convert speech.wav none.wav", 2, "none.wav does not exist and is no voice in the bank"),
    ("demo convert speech.wav speech.wav --output speech.wav", 2, "speech.wav is also an input"),
    ("demo convert speech.wav speech.wav --output result.ogg", 2, "a name that ends in .wav, .flac"),
    ("demo convert speech.wav speech.wav --backend torch --device 1", 2, "--device names a card"),
    ("demo convert speech.wav speech.wav --tau 3", 2, "3 is not a number from 0 to 2"),
    ("demo clone hello none.wav", 2, "none.wav does not exist"),
    ("demo batch none.csv", 2, "none.csv does not exist"),
    ("demo eval none.csv", 2, "none.csv does not exist"),
    ("demo check none.wav", 2, "none.wav does not exist"),
    ("demo bench --repeats 0", 2, "0 is not a positive whole number"),
    ("server --port 99999", 2, "99999 is not a port"),
    ("server --host 0.0.0.0", 2, "--host 0.0.0.0 lets other machines in"),
    ("app --host 0.0.0.0", 2, "--host 0.0.0.0 lets other machines in"),
    ("app --precision fast --backend ttnn", 2, "--precision belongs to the backend torch"),
]


def test_what_needs_no_model_imports_no_library_that_computes(tmp_path):
    (tmp_path / "speech.wav").touch()
    commands = [[f"{FOLDER}.{module}", *rest] for module, *rest in (arguments.split() for arguments, *_ in NO_MODEL)]
    for (arguments, code, said), facts in zip(NO_MODEL, run(tmp_path, commands), strict=True):
        assert (facts[0], facts[2]) == (code, []) and facts[3] < MOST_MEGABYTES, arguments
        assert said in facts[1], arguments


def test_doctor_imports_no_library_that_computes(tmp_path):
    ((_, output, imported, megabytes),) = run(tmp_path, [[f"{FOLDER}.demo", "doctor"]])
    assert imported == [] and output.startswith("ok       Python") and megabytes < MOST_MEGABYTES


def test_a_terminal_shows_that_a_command_starts(tmp_path):
    """Run a command whose stderr is a terminal: it says "starting" before it imports what takes seconds."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))  # rows, columns, and pixels
    with subprocess.Popen(
        [sys.executable, "-m", f"{FOLDER}.demo", "doctor"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"OPENVOICE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
    ) as process:
        os.close(theirs)
        shown = os.read(ours, 1000)
        process.wait()
    os.close(ours)
    assert b"starting ..." in shown


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_model_that_loads_is_shown_on_a_terminal_alone(capsys, monkeypatch, is_terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with terminal.activity("loading the model"):
        shown = capsys.readouterr().err
        terminal.note("a line")
    assert ("loading the model ..." in shown) == is_terminal
    rest = capsys.readouterr().err
    assert "a line\n" in rest and "loading" not in rest.rsplit("\r", 1)[-1]
