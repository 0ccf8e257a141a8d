#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Find missing assertions: change one thing in a file, run its tests, and report each change that they do not notice.

    .venv/bin/python -m scripts.mutants FILE TESTS... [--sample 40] [--seed 0]

A change (mutant) flips one comparison, operator, constant or condition of FILE. TESTS are files or node ids for pytest;
each mutant runs all of them until one fails, so name the nearest ones only. Everything happens in a copy of the working
tree: FILE itself is never written. A mutant that runs longer than ten times the unchanged file counts as noticed.

Each survivor is printed with its line. It shows a missing assertion, or a change without an effect that matters (an
error message, a log line, a cache size). Ends with 1 if a mutant survived.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".cache", "__pycache__", "build", "out", "generated")
FLIPPED = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And},
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult},
    **{ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.MatMult: ast.Mult},
    **{ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd},
}


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the changed forms of one node, without its children."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            mutant = copy.copy(node)
            mutant.ops = [*node.ops[:index], FLIPPED[type(operator)](), *node.ops[index + 1 :]]
            yield mutant
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)):
        mutant = copy.copy(node)
        mutant.op = FLIPPED[type(node.op)]()
        yield mutant
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant(node.value + "x")
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        mutant = copy.copy(node)
        mutant.test = ast.UnaryOp(ast.Not(), node.test)
        yield mutant
    elif isinstance(node, ast.comprehension) and node.ifs:
        mutant = copy.copy(node)
        mutant.ifs = [ast.UnaryOp(ast.Not(), node.ifs[0]), *node.ifs[1:]]
        yield mutant


def mutants(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield (line, description, source of the changed module); docstrings and annotations stay as they are."""

    def visit(parent: ast.AST, line: int) -> Iterator[tuple[int, str, str]]:
        for field, value in ast.iter_fields(parent):
            children = value if isinstance(value, list) else [value]
            for index, node in enumerate(children):
                if not isinstance(node, ast.AST) or _is_text(parent, field, node):
                    continue
                here = getattr(node, "lineno", line)
                for mutant in changed(node):
                    replaced = [*children[:index], mutant, *children[index + 1 :]]
                    setattr(parent, field, replaced if isinstance(value, list) else mutant)
                    module = ast.unparse(tree)
                    setattr(parent, field, value)
                    yield here, f"{_shown(node)}  ->  {_shown(mutant)}", module
                yield from visit(node, here)

    yield from visit(tree, 1)


def _is_text(parent: ast.AST, field: str, node: ast.AST) -> bool:
    """Tell annotations, docstrings and the words of f-strings from code."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return field in ("annotation", "returns") or isinstance(parent, ast.JoinedStr) and isinstance(node, ast.Constant)


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).strip().splitlines()[0][:80]


def passes(folder: Path, tests: list[str], seconds: float | None = None) -> bool:
    """Run the tests in a folder; a run that takes longer than `seconds` has failed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        # Bytecode is found by size and second of writing, which two mutants may share.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("tests", nargs="+", help="files or node ids, as pytest takes them, from the root")
    parser.add_argument("--sample", type=int, help="try that many changes, drawn at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (%(default)s)")
    options = parser.parse_args(arguments)
    path = options.file.resolve().relative_to(root)
    found = list(mutants(ast.parse(options.file.read_text(encoding="utf-8"))))
    if options.sample is not None and options.sample < len(found):
        found = sorted(random.Random(options.seed).sample(found, options.sample))

    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copied = Path(folder) / "tree"
        shutil.copytree(root, copied, ignore=LEFT_OUT)
        (copied / path).write_text(ast.unparse(ast.parse(options.file.read_text(encoding="utf-8"))), encoding="utf-8")
        start = time.monotonic()
        if not passes(copied, options.tests):
            print(f"{' '.join(options.tests)}: fails without any change", file=sys.stderr)
            return 2
        limit = 10 * (time.monotonic() - start)

        survivors = 0
        for line, change, module in found:
            (copied / path).write_text(module, encoding="utf-8")
            if passes(copied, options.tests, limit):
                survivors += 1
                print(f"{path}:{line}: {change}", flush=True)
    noticed = len(found) - survivors
    print(f"{noticed} of {len(found)} changes noticed ({noticed / max(1, len(found)):.1%})")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
