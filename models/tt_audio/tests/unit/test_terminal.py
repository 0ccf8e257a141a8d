# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The edge of the command line: which exception ends a command with which sentence and exit code."""

import re
import tempfile
from pathlib import Path

import pytest
import torch

from ...cli.terminal import FAULT, errors_as_sentences
from ...host.audio import AudioError
from ...host.checkpoint import CheckpointError
from ...host.errors import DeviceError, UsageError, UserError


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    """The folder for the log of a fault."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def ending(error: BaseException, expect_error) -> int:
    """Raise an error in a command and return the exit code."""
    with expect_error(SystemExit, "^(2|70|130)$") as caught:
        with errors_as_sentences():
            raise error
    return caught.value.code


@pytest.mark.parametrize("kind", [UserError, UsageError, DeviceError, AudioError, CheckpointError])
def test_what_a_user_can_mend_is_one_sentence(kind, capsys, expect_error, logs):
    assert ending(kind("the file a.wav is empty; give another"), expect_error) == 2
    assert capsys.readouterr().err == "error: the file a.wav is empty; give another\n"
    assert not list(logs.iterdir())


@pytest.mark.parametrize(
    "error, first",
    [
        (ValueError("a plain one\nwith a second line"), "ValueError: a plain one"),
        (RuntimeError(), "RuntimeError: no message"),
        (KeyError("name"), "KeyError: 'name'"),
        (torch.OutOfMemoryError("of a network"), "OutOfMemoryError: of a network"),
        (AssertionError("\ud800"), "AssertionError: "),
    ],
)
def test_anything_else_is_a_fault_with_a_log(error, first, capsys, expect_error, logs):
    assert ending(error, expect_error) == FAULT == 70
    line = capsys.readouterr().err
    assert line.startswith(f"error: this is a fault of the program ({first}") and line.count("\n") == 1
    path = re.search(r"; please report it to the issue tracker of the project, with the log in (\S+)$", line)[1]
    assert [path] == [str(log) for log in logs.iterdir()]
    log = Path(path).read_text()
    assert "Traceback" in log and "in ending" in log and type(error).__name__ in log
    assert log.startswith("Python 3.") and f"torch {torch.__version__.partition('+')[0]}" in log


def test_an_interrupt_and_a_closed_pipe_keep_their_exit_codes(capsys, expect_error):
    assert ending(KeyboardInterrupt(), expect_error) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_block_without_an_error_goes_on():
    with errors_as_sentences():
        done = True
    assert done
