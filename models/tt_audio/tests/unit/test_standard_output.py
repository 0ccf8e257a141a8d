# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Standard output: full disks, ended readers, and a stream in a redirected file, whose header gets the length."""

import io
import os
import resource
import signal
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.tt_audio.cli import sound
from models.tt_audio.cli.paths import STANDARD
from models.tt_audio.host.files import FileError

RATE = 22050
BEFORE = b"written before"
ROOT = Path(__file__).resolve().parents[4]
# A command that writes 200 kB of sound to its standard output.
COMMAND = """
import sys, numpy
from models.tt_audio.cli import sound, terminal
from models.tt_audio.cli.paths import STANDARD
with terminal.errors_as_sentences(), sound.sink(STANDARD, 22050, streamed=sys.argv[1] == "True") as write:
    write(numpy.zeros(100_000))
"""


def python(code: str, *arguments: str, **settings) -> subprocess.Popen:
    """Start Python at the root of the repository with this code."""
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, **settings)


@contextmanager
def redirected(path: Path, monkeypatch, flags: int = 0):
    """Make standard output a file, as `> path` and `>> path` (O_APPEND) do, where something was written before."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o600)
    os.write(descriptor, BEFORE)
    with open(descriptor, "wb", buffering=0) as file:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(file, write_through=True))
            yield
            sys.stdout.detach()


def test_the_header_gets_the_length(tmp_path, monkeypatch):
    with redirected(tmp_path / "out", monkeypatch):
        with sound.sink(STANDARD, RATE, streamed=True) as write:
            write(np.full(1000, 0.25))
            write(np.full(501, -0.5))
    content = (tmp_path / "out").read_bytes()
    assert content.startswith(BEFORE)
    wav = content[len(BEFORE) :]
    assert len(wav) == 44 + 2 * 1501
    assert struct.unpack("<I", wav[4:8]) == (len(wav) - 8,) and struct.unpack("<I", wav[40:44]) == (2 * 1501,)
    samples, rate = soundfile.read(io.BytesIO(wav))
    assert rate == RATE and np.array_equal(samples, [0.25] * 1000 + [-0.5] * 501)


def test_a_file_that_is_appended_to_keeps_the_header_of_a_stream(tmp_path, monkeypatch):
    """Bytes at given places of such a file cannot be changed, so what was written before must not be."""
    with redirected(tmp_path / "out", monkeypatch, os.O_APPEND):
        with sound.sink(STANDARD, RATE, streamed=True) as write:
            write(np.full(100, 0.25))
    content = (tmp_path / "out").read_bytes()
    assert content.startswith(BEFORE) and len(content) == len(BEFORE) + 44 + 200
    assert content[len(BEFORE) + 4 :][:4] == content[len(BEFORE) + 40 :][:4] == b"\xff\xff\xff\xff"


@pytest.mark.parametrize("streamed", [True, False])
def test_after_an_error_the_file_has_its_former_size(tmp_path, monkeypatch, expect_error, streamed):
    with redirected(tmp_path / "out", monkeypatch):
        with expect_error(FileError, "of the test"):
            with sound.sink(STANDARD, RATE, streamed) as write:
                write(np.full(1000, 0.25))
                raise FileError("of the test")
    assert (tmp_path / "out").read_bytes() == BEFORE


@pytest.mark.parametrize("streamed", [True, False])
def test_a_full_disk_ends_a_command_with_one_sentence_and_an_empty_file(tmp_path, streamed):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # noqa: E731
    with open(tmp_path / "out", "wb") as out:
        ended = subprocess.run(
            [sys.executable, "-c", COMMAND, str(streamed)],
            **dict(cwd=ROOT, stdout=out, stderr=subprocess.PIPE, preexec_fn=limit, timeout=60),
        )
    assert ended.stderr.decode().startswith("error: standard output cannot be written (File too large); make space")
    assert (ended.stderr.count(b"\n"), ended.returncode) == (1, 2)
    assert (tmp_path / "out").read_bytes() == b""


@pytest.mark.parametrize("streamed", [True, False])
def test_a_reader_that_ends_ends_the_command_without_a_word(streamed):
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(streamed)],
        **dict(cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE),
    )
    command.stdout.close()
    assert (command.stderr.read(), command.wait(60)) == (b"", 128 + signal.SIGPIPE)
    command.stderr.close()


PRINT = """
import sys
from models.tt_audio.host.files import FileError
from models.tt_audio.host.standard_output import StandardOutput, print_line
try:
    if sys.argv[1] == "bytes":
        StandardOutput().write(bytes(int(sys.argv[2])))
    else:
        print_line("x" * int(sys.argv[2]))
except FileError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("kind", ["bytes", "text"])
def test_a_full_disk_on_standard_output(kind, unbuffered):
    with open("/dev/full", "wb") as full:
        process = python(PRINT, kind, 10, stdout=full, env=os.environ | {"PYTHONUNBUFFERED": unbuffered})
        _, err = process.communicate(timeout=60)
    sentence = "standard output cannot be written (No space left on device); make space, or choose another place\n"
    assert (process.returncode, err.decode()) == (2, sentence)


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("kind", ["bytes", "text"])
def test_a_disk_that_becomes_full_on_standard_output(tmp_path, kind, unbuffered):
    """The system takes a part of the write and reports no error for it."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # noqa: E731
    with open(tmp_path / "out", "wb") as out:
        environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
        process = python(PRINT, kind, 5000, stdout=out, env=environment, preexec_fn=limit)
        _, err = process.communicate(timeout=60)
    sentence = "standard output cannot be written (File too large); make space, or choose another place\n"
    assert (process.returncode, err.decode()) == (2, sentence)


def test_standard_output_that_is_closed():
    process = python(PRINT, "bytes", 10, stdout=None, preexec_fn=lambda: os.close(1))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.decode()) == (
        2,
        "standard output is closed; redirect it to a file or a pipe\n",
    )


def test_characters_that_standard_output_cannot_encode_are_escaped():
    code = "from models.tt_audio.host.standard_output import print_line; print_line('ä \\udcff')"
    out, _ = python(code, env=os.environ | {"PYTHONIOENCODING": "ascii"}).communicate(timeout=60)
    assert out == b"\\xe4 \\udcff\n"


def test_a_redirected_file_is_cut_back_to_what_it_was(tmp_path):
    code = """
from models.tt_audio.host.standard_output import StandardOutput
out = StandardOutput()
out.write(b"new")
out.withdraw()
"""
    (tmp_path / "out").write_bytes(b"old")
    with open(tmp_path / "out", "ab") as out:
        assert python(code, stdout=out).wait(60) == 0
    assert (tmp_path / "out").read_bytes() == b"old"


def test_only_a_file_that_is_not_appended_to_can_be_changed(tmp_path):
    code = "import sys; from models.tt_audio.host.standard_output import StandardOutput; "
    code += "print(StandardOutput().offset, file=sys.stderr)"
    offsets = {}
    for mode in ("wb", "ab"):
        with open(tmp_path / "out", mode) as out:
            out.write(b"abc")
            out.flush()
            offsets[mode] = python(code, stdout=out).communicate(timeout=60)[1]
    assert offsets == {"wb": b"3\n", "ab": b"None\n"}
    assert python(code).communicate(timeout=60)[1] == b"None\n"  # a pipe
