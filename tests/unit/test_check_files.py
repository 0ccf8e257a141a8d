# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/check_files.py: each check passes a good file and fails on the fault it is for."""

import pytest

from scripts.check_files import SPDX_LINES, findings, main, repository_files

HEADER = "".join(f"# {line}\n" for line in SPDX_LINES)


@pytest.fixture
def found(tmp_path):
    """Return a function that gives the findings on one file of the given name and text."""

    def check(name, text):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return list(findings([file], tmp_path))

    return check


@pytest.mark.parametrize("name", ["a.py", "models/a.py", "Makefile", "x.yaml", "run"])
def test_a_source_file_needs_both_spdx_lines(found, name):
    assert found(name, f"#!/bin/sh\n{HEADER}") == []
    for text in ("#!/bin/sh\n", f"#!/bin/sh\n# {SPDX_LINES[0]}\n", f"#!/bin/sh\n# {SPDX_LINES[1]}\n"):
        (line,) = found(name, text)
        assert line.startswith(f"{name}: the first 5 lines lack")


def test_spdx_lines_further_down_do_not_count(found):
    assert len(found("a.py", "\n" * 4 + HEADER)) == 1


@pytest.mark.parametrize("name", ["README.md", "data/words.txt", ".gitignore"])
def test_a_file_without_source_needs_no_header(found, name):
    assert found(name, "text") == []


def test_a_file_under_models_may_not_be_large(found):
    assert found("models/x/words.txt", "x" * 500 * 1024) == []
    assert found("models/x/words.txt", "x" * 501 * 1024) == [
        "models/x/words.txt: 501 KB, the limit under models/ is 500 KB"
    ]
    assert found("docs/picture.svg", "x" * 501 * 1024) == []


def test_a_test_may_not_use_the_bare_pytest_context(found):
    use = "with pytest" + ".raises(ValueError):"
    (line,) = found("models/x/tests/unit/test_x.py", f"{HEADER}\n{use}\n")
    assert line.startswith("models/x/tests/unit/test_x.py:4: use the expect_error fixture")
    assert found("tests/test_x.py", f"{HEADER}{use}  # allow-pytest" + ".raises: no message\n") == []
    assert found("conftest.py", f"{HEADER}{use}\n") == []


def test_folders_that_are_not_ours_are_left_out(tmp_path):
    for name in (".git/a.py", ".venv/lib/a.py", "x.egg-info/a.py", "models/__pycache__/a.py", "models/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(repository_files(tmp_path)) == [tmp_path / "models" / "a.py"]


def test_the_exit_status_and_the_output_tell(tmp_path, capsys):
    (tmp_path / "good.py").write_text(HEADER)
    assert main([], root=tmp_path) == 0
    (tmp_path / "bad.py").touch()
    assert main([tmp_path / "good.py"], root=tmp_path) == 0
    assert capsys.readouterr().out == ""
    assert main([], root=tmp_path) == 1
    assert capsys.readouterr().out.startswith("bad.py: the first 5 lines lack")
