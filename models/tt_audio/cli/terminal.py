# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Between a command and the terminal: arguments, errors as sentences, progress, and what is printed where.

What a command found out goes to stdout, as text or with --json as one object; what it did on its own account (which
model, which backend), warnings and errors go to stderr, a line each. Exit codes:

    0    done
    1    some rows of a batch failed
    2    an error that the user can mend, in one sentence on stderr: arguments, files, disks, models, devices
    70   a fault of the program; a file has its traceback
    130  interrupted by Ctrl-C
    141  the reader of a pipe on stdout ended
    128 + n  ended by signal n (SIGTERM: 143)
"""

import argparse
import errno
import importlib
import json
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from math import isfinite

from loguru import logger
from tqdm import tqdm

from ..host.errors import UserError
from ..host.files import reason, signals_as_exits
from ..host.processors import use_processors
from ..host.standard_output import drop_standard_output, flush_standard_output, print_line

FAULT = 70  # exit code of a fault of the program, as sysexits.h has it
# Errors of the machine, as opposed to a fault of the program.
REFUSED = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    *(errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM),
}
PROGRESS_AFTER = 1.0  # seconds; what is done before shows no bar


# ---- arguments


class Parser(argparse.ArgumentParser):
    """ArgumentParser whose errors are one sentence without usage lines, and whose description keeps its lines."""

    def __init__(self, **settings):
        super().__init__(**settings, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)

    def error(self, message):
        self.exit(2, f"error: {message}; --help lists what there is\n")


def add_command(
    commands, name: str, work: str | None, summary: str, examples: str, check: str | None = None
) -> argparse.ArgumentParser:
    """Add and return the parser of one command; a test runs the examples of its help text.

    `work` and `check` name functions as "package.module:function". `run_command` imports their modules when they are
    called, so help and errors in arguments need no library that computes. `check` refuses what can be refused before
    such a library is imported. None for `work` is a group of commands.
    """
    parser = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.epilog = "examples:\n" + "".join(f"  {line}\n" for line in examples.strip().splitlines())
    parser.set_defaults(run=work, check=check)
    return parser


def run_command(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> None:
    """Parse the arguments (None: those of the process), run the command, and end the process where its code is not 0.

    The number of threads that compute is chosen before a library that computes is imported.
    """
    with errors_as_sentences():
        options = parser.parse_args(arguments)
        if options.check is not None:
            _function(options.check)(options)
        use_processors(getattr(options, "threads", None))
        with activity("starting"):
            work = _function(options.run)
        code = work(options)
    if code:
        sys.exit(code)


def _function(name: str) -> Callable[[argparse.Namespace], int | None]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def not_negative(text: str) -> float:
    """Return zero or a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not (value >= 0 and isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive number")
    return value


def positive(text: str) -> float:
    """Return a positive number."""
    if not (value := not_negative(text)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def between(least: float, most: float) -> Callable[[str], float]:
    """Return a function that takes a number from `least` to `most`."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not a number from {least:g} to {most:g}")
        return value

    return number


def whole(text: str) -> int:
    """Return zero or a positive whole number."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not zero or a positive whole number")
    return int(text)


def count(text: str) -> int:
    """Return a positive whole number."""
    if not (value := whole(text)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return value


def add_json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


# ---- errors


@contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Print warnings and errors of the block as one line each, and end the process after an error.

    The exit code is 2 for what the user can mend (a UserError, or a refusal of the system) and FAULT for anything else,
    which is a fault of the program: its traceback is written to a file. A signal that ends the process ends the block
    by SystemExit, so that temporary files are removed.
    """
    logger.remove()
    logger.disable("ttnn")  # its advice is for authors of models
    logger.add(lambda line: note(line.rstrip("\n")), format=_warning_format, level="WARNING")
    try:
        with signals_as_exits():
            try:
                yield
            except SystemExit as end:
                if not end.code:
                    flush_standard_output()
                raise
            flush_standard_output()
    except UserError as error:
        note(f"error: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        note("interrupted")
        sys.exit(130)
    except BrokenPipeError:  # the reader of the pipe ended
        drop_standard_output()
        sys.exit(141)  # 128 + SIGPIPE, as a shell reports it
    except Exception as error:
        if isinstance(error, OSError) and error.errno in REFUSED:
            note(f"error: {f'{error.filename}: ' if error.filename else ''}{reason(error)}")
            sys.exit(2)
        first = next(iter(str(error).splitlines()), "no message")
        note(
            f"error: this is a fault of the program ({type(error).__name__}: {first}); please report it to the issue "
            f"tracker of the project, with the log in {_write_log()}"
        )
        sys.exit(FAULT)


def _write_log() -> str:
    """Write the traceback of the current exception, and which versions ran, to a new file; return its path."""
    text = f"Python {platform.python_version()}, torch {_version('torch')}, ttnn {_version('ttnn')}\n"
    text += traceback.format_exc()
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="fault-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
    except OSError as error:
        return f"no file, because {tempfile.gettempdir()} cannot be written ({reason(error)})"
    return file.name


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _warning_format(record) -> str:
    return record["level"].name.lower() + ": {message}\n"


# ---- printing


def printable(text: str) -> str:
    """Return the text with escapes for what does not print: a file's name may hold control characters."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def counted(number: int, thing: str) -> str:
    """Return "1 row" or "2 rows"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def note(line: str) -> None:
    """Print a line on stderr, above a progress bar if there is one."""
    if sys.stderr is None:
        return
    try:
        tqdm.write(printable(line), file=sys.stderr)
    except OSError:
        pass  # it is full or its reader ended, and there is no other place to say so


def tell(options: argparse.Namespace, text: str, facts: dict, to_stderr: bool = False) -> None:
    """Print the result, as text or with --json as an object; on stderr where stdout carries sound."""
    shown = json.dumps(facts, ensure_ascii=False) if options.json else "\n".join(map(printable, text.split("\n")))
    if to_stderr:
        note(shown)
    else:
        print_line(shown)


def progress(total: float | None, unit: str, bar_format: str | None = None) -> tqdm:
    """Return a progress bar, which is shown on a terminal when a second has passed, and nowhere else."""
    shown = sys.stderr is not None and sys.stderr.isatty()
    return tqdm(total=total, unit=unit, bar_format=bar_format, delay=PROGRESS_AFTER, disable=not shown, leave=False)


@contextmanager
def activity(text: str) -> Iterator[None]:
    """Show the text on a terminal during the block. Errors and notes are printed above it."""
    shown = sys.stderr is not None and sys.stderr.isatty()
    with tqdm(desc=text, bar_format="{desc} ...", disable=not shown, leave=False):
        yield
