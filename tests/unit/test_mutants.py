# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""scripts/mutants.py: the changes it makes, and that it reports exactly those that no test notices."""

import ast

import pytest

from scripts import mutants


def changes(source: str) -> list[str]:
    return [change for _, change, _ in mutants.mutants(ast.parse(source))]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("a < b", ["a < b  ->  a <= b"]),
        ("a + b", ["a + b  ->  a - b"]),
        ("a and b", ["a and b  ->  a or b"]),
        ("not a", ["not a  ->  a"]),
        ("a -= b", ["a -= b  ->  a += b"]),
        ("x = True", ["True  ->  False"]),
        ("f(3)", ["3  ->  4"]),
        ("f('a')", ["'a'  ->  'ax'"]),
        ("a if b else c", ["a if b else c  ->  a if not b else c"]),
        ("while a: b", ["while a:  ->  while not a:"]),
        ("[a for a in b if c]", ["for a in b if c  ->  for a in b if not c"]),
    ],
)
def test_each_kind_of_change(source, expected):
    assert [change.strip() for change in changes(source)] == expected


def test_text_is_left_alone():
    assert (
        changes('"""Docstring 1."""\n\ndef f(a: "A" = None) -> "B":\n    """Docstring 2."""\n    f"words {a} words"')
        == []
    )


def test_each_change_is_made_alone():
    for line, _, module in mutants.mutants(ast.parse("a = 1\nb = 2\n")):
        assert module == {1: "a = 2\nb = 2", 2: "a = 1\nb = 3"}[line]


@pytest.fixture
def tree(tmp_path):
    """Return a working tree with one file and a test that checks only one of its two constants."""
    (tmp_path / "sign.py").write_text("def negative(x):\n    return x < 0\n")
    (tmp_path / "test_sign.py").write_text("import sign\n\ndef test_sign():\n    assert not sign.negative(0.5)\n")
    return tmp_path


def test_only_a_change_that_no_test_notices_is_reported(tree, capsys):
    before = (tree / "sign.py").read_text()
    assert mutants.main([str(tree / "sign.py"), "test_sign.py"], root=tree) == 1
    assert capsys.readouterr().out.splitlines() == ["sign.py:2: x < 0  ->  x <= 0", "1 of 2 changes noticed (50.0%)"]
    assert (tree / "sign.py").read_text() == before


def test_success_if_all_are_noticed_among_those_drawn(tree, capsys):
    (tree / "test_sign.py").write_text("import sign\n\ndef test_sign():\n    assert not sign.negative(0)\n")
    assert mutants.main([str(tree / "sign.py"), "test_sign.py", "--sample", "1"], root=tree) == 0
    assert capsys.readouterr().out == "1 of 1 changes noticed (100.0%)\n"


def test_an_endless_mutant_counts_as_noticed(tree):
    (tree / "test_sign.py").write_text("import time\n\ndef test_sign():\n    time.sleep(60)\n")
    assert not mutants.passes(tree, ["test_sign.py"], seconds=2)


def test_tests_that_fail_anyway_are_refused(tree, capsys):
    (tree / "test_sign.py").write_text("def test_sign():\n    assert False\n")
    assert mutants.main([str(tree / "sign.py"), "test_sign.py"], root=tree) == 2
    assert capsys.readouterr().err == "test_sign.py: fails without any change\n"
