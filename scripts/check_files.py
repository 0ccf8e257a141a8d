#!/usr/bin/env python3
# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The checks of `make lint` that no tool brings: the ones that tt-metal's own pre-commit makes on a model folder.

* every source file carries the two SPDX lines;
* no file under models/ is larger than 500 KB;
* no test uses pytest.raises: the expect_error fixture asserts the message, too.

Checks the files named as arguments, or the whole repository. Prints one line per finding, ends with 1 if there is any.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", ".cache", ".pytest_cache", ".ruff_cache", "__pycache__", "build", "generated", "out"}

SPDX_LINES = (
    "SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors",
    "SPDX-License-Identifier: Apache-2.0",
)
SPDX_WITHIN_LINES = 5  # leaves space for a #! line or the opening of a comment
SOURCE_SUFFIXES = {".c", ".cpp", ".css", ".h", ".hpp", ".html", ".js", ".py", ".sh", ".toml", ".yaml", ".yml"}
SOURCE_NAMES = {"Makefile"}

LARGEST_MODEL_FILE = 500 * 1024  # tt-metal's limit

PYTEST_RAISES = re.compile(r"(?<!allow-)pytest\.raises(?!.*allow-pytest\.raises)")


def repository_files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS and not name.endswith(".egg-info"))
        yield from (Path(folder, name) for name in sorted(names))


def missing_licence(path, content):
    is_source = path.suffix in SOURCE_SUFFIXES or path.name in SOURCE_NAMES or content.startswith(b"#!")
    head = b"\n".join(content.splitlines()[:SPDX_WITHIN_LINES]).decode(errors="replace")
    if is_source and not all(line in head for line in SPDX_LINES):
        yield f"{path}: the first {SPDX_WITHIN_LINES} lines lack {' and '.join(map(repr, SPDX_LINES))}"


def too_large(path, content):
    if path.parts[0] == "models" and len(content) > LARGEST_MODEL_FILE:
        yield f"{path}: {len(content) // 1024} KB, the limit under models/ is {LARGEST_MODEL_FILE // 1024} KB"


def raises_without_message(path, content):
    if path.suffix == ".py" and "tests" in path.parts[:-1]:
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            if PYTEST_RAISES.search(line):
                yield f"{path}:{number}: use the expect_error fixture, or explain with '# allow-pytest.raises: why'"


def findings(files, root):
    for file in files:
        path, content = Path(file).resolve().relative_to(root), Path(file).read_bytes()
        for check in (missing_licence, too_large, raises_without_message):
            yield from check(path, content)


def main(arguments, root=ROOT):
    found = list(findings(arguments or repository_files(root), root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
