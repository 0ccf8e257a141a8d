# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Between a command and the terminal: arguments, errors as sentences, progress, and what is printed where.

What a command found out goes to stdout, as text or with --json as one object; what it did on its own account (which
model, which backend), warnings and errors go to stderr, a line each.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from math import isfinite

from loguru import logger
from tqdm import tqdm

from ..host.errors import UserError

STDOUT = 1  # file descriptor
FAULT = 70  # exit code of a fault of the program, as sysexits.h has it
PROGRESS_AFTER = 1.0  # seconds; what is done before shows no bar


# ---- arguments


class Parser(argparse.ArgumentParser):
    """Says what is wrong without the usage lines that argparse prints around it; keeps the lines of a description."""

    def __init__(self, **settings):
        super().__init__(**settings, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)

    def error(self, message):
        self.exit(2, f"error: {message}; --help lists what there is\n")


def add_command(commands, name: str, run: Callable[[argparse.Namespace], int | None], summary: str, examples: str):
    """The parser of one command; the examples of its help text are run by a test."""
    parser = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.epilog = "examples:\n" + "".join(f"  {line}\n" for line in examples.strip().splitlines())
    parser.set_defaults(run=run)
    return parser


def not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive number")
    return value


def positive(text: str) -> float:
    if not (value := not_negative(text)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive whole number")
    return int(text)


def count(text: str) -> int:
    if not (value := whole(text)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return value


def add_json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


# ---- errors


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Print warnings and errors of the block as one line each, and end the process after an error.

    The exit code is 2 for what the user can mend (a UserError) and FAULT for anything else, which is a fault of the
    program: its traceback is written to a file.
    """
    logger.remove()
    logger.disable("ttnn")  # its advice is for who writes a model
    logger.add(lambda line: note(line.rstrip("\n")), format=_warning_format, level="WARNING")
    try:
        yield
        sys.stdout.flush()  # what cannot be written any more is found out here
    except UserError as error:
        note(f"error: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        note("interrupted")
        sys.exit(130)
    except BrokenPipeError:  # who reads the pipe has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)
        sys.exit(141)  # 128 + SIGPIPE, as a shell says it
    except Exception as error:
        first = next(iter(str(error).splitlines()), "no message")
        note(
            f"error: this is a fault of the program ({type(error).__name__}: {first}); please report it to the issue "
            f"tracker of the project, with the log in {_write_log()}"
        )
        sys.exit(FAULT)


def _write_log() -> str:
    """Write the traceback of the current exception, and which versions ran, to a new file; return its path."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="fault-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write(f"Python {platform.python_version()}, torch {_version('torch')}, ttnn {_version('ttnn')}\n")
        file.write(traceback.format_exc())
    return file.name


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _warning_format(record) -> str:
    return record["level"].name.lower() + ": {message}\n"


# ---- printing


def note(line: str) -> None:
    """A line on stderr, above a progress bar if there is one."""
    tqdm.write(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)  # a file name may not be UTF-8


def tell(options: argparse.Namespace, text: str, facts: dict, to_stderr: bool = False) -> None:
    """The result, as text or with --json as an object; stderr where stdout carries sound."""
    print(json.dumps(facts, ensure_ascii=False) if options.json else text, file=sys.stderr if to_stderr else sys.stdout)


def progress(total: float | None, unit: str, bar_format: str | None = None) -> tqdm:
    """A bar on a terminal, once a second has passed; nothing elsewhere."""
    shown = sys.stderr.isatty()
    return tqdm(total=total, unit=unit, bar_format=bar_format, delay=PROGRESS_AFTER, disable=not shown, leave=False)
