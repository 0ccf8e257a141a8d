# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Copies this model into a checkout of tt-metal and checks there that it imports and that its tests are collected.

    python models/demos/openvoice/ci/install.py TT_METAL [--register --owner U01234567] [--no-check]

What lies in the checkout's models/demos/openvoice is replaced by this folder, all else is left alone. With --register
the checkout's lists of tests, models and owners get this model's lines too (registration.patch), with the Slack id of
whoever answers for it. Run it again at any time: the result is the same.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
PLACE = Path("models/demos/openvoice")
# What makes a folder a checkout of tt-metal, and what this model needs of it.
LANDMARKS = (
    "tt_metal",
    "ttnn",
    "models/common/utility_functions.py",
    "models/perf/device_perf_utils.py",
    "conftest.py",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.pyc")
PATCH = FOLDER / "ci" / "registration.patch"
# One room of each floor; whatever else there is, they import.
IMPORTS = ("pipeline", "tt.backend", "demo.demo", "tests.perf.gates")


class InstallError(RuntimeError):
    """The model cannot be installed; the message says why and what to do."""


def install(checkout: Path) -> Path:
    """Copy the folder; the old one is there until the new one is complete."""
    missing = [name for name in LANDMARKS if not (checkout / name).exists()]
    if missing:
        raise InstallError(f"{checkout} is no checkout of tt-metal, it has no {', no '.join(missing)}: name its root")
    target = checkout / PLACE
    if target.resolve() == FOLDER:
        raise InstallError(f"{target} is this very folder: name another checkout")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".openvoice-") as beside:
        new, old = Path(beside) / "new", Path(beside) / "old"
        shutil.copytree(FOLDER, new, ignore=LEFT_OUT)
        if target.exists():
            os.replace(target, old)
        os.replace(new, target)
    return target


def register(checkout: Path, owner: str) -> None:
    """Apply the registration, once."""
    patch = PATCH.read_text(encoding="utf-8").replace("owner_id: OWNER", f"owner_id: {owner}")

    def apply(*options: str) -> subprocess.CompletedProcess:
        words = ["git", "apply", *options, "-"]
        return subprocess.run(words, cwd=checkout, input=patch, capture_output=True, text=True, check=False)

    if apply("--check", "--reverse").returncode == 0:
        print("registered already")
        return
    applied = apply()
    if applied.returncode:
        raise InstallError(
            f"{PATCH.name} does not fit this tt-metal, enter its lines by hand: {applied.stderr.strip()}"
        )
    print(f"registered, owner {owner}")


def check(checkout: Path) -> None:
    """Import and collect there, with the checkout's own conftest.py, options and helpers."""
    modules = [".".join((*PLACE.parts, name)) for name in IMPORTS]
    run(checkout, "-c", "; ".join(f"import {module}" for module in modules))
    run(checkout, "-m", "pytest", "--collect-only", "-qq", str(PLACE / "tests"), str(PLACE / "demo/demo.py"))


def run(checkout: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    status = subprocess.run([sys.executable, *arguments], cwd=checkout, env=environment, check=False).returncode
    if status:
        raise InstallError(f"in {checkout} this failed with exit status {status}: python {' '.join(arguments)}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, metavar="TT_METAL", help="root of a checkout")
    parser.add_argument("--register", action="store_true", help="also enter the model in the checkout's lists")
    parser.add_argument("--owner", help="Slack id of whoever answers for the model's tests")
    parser.add_argument("--no-check", action="store_true", help="only copy")
    options = parser.parse_args(arguments)
    if options.register and not options.owner:
        parser.error("--register needs --owner")
    checkout = options.checkout.resolve()
    try:
        print(f"copied to {install(checkout)}")
        if options.register:
            register(checkout, options.owner)
        if not options.no_check:
            check(checkout)
            print("imports and collection succeed")
    except InstallError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
