# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Copy models and the shared library into a checkout of tt-metal, import them there and collect their tests.

    python -m scripts.install TT_METAL openvoice llvc [--register --owner U01234567] [--no-check]

A model is named by its folder in models/demos. That folder and models/tt_audio are replaced in the checkout; everything
else is left alone. With --register the model's lines are added to the checkout's lists of tests, models and owners
(registration.patch in its folder ci), with the Slack id of the owner. A second run has the same result.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = Path("models/tt_audio")
DEMOS = Path("models/demos")
# These identify a checkout of tt-metal, and are what the models need of it.
LANDMARKS = (
    "tt_metal",
    "ttnn",
    "models/common/utility_functions.py",
    "models/perf/device_perf_utils.py",
    "conftest.py",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.pyc")
PATCH = Path("ci/registration.patch")  # in the folder of a model
# Modules of each model, which together import all others.
IMPORTS = ("pipeline", "tt.backend", "demo.demo")


class InstallError(RuntimeError):
    """A model cannot be installed; the message says why and what to do."""


def install(checkout: Path, models: Sequence[Path]) -> list[Path]:
    """Copy the library and models into `checkout` and return the copies.

    An old folder stays until its new one is complete.
    """
    missing = [name for name in LANDMARKS if not (checkout / name).exists()]
    if missing:
        raise InstallError(f"{checkout} is no checkout of tt-metal, it has no {', no '.join(missing)}: name its root")
    if checkout.resolve() == ROOT:
        raise InstallError(f"{checkout} is the repository that is to be copied: name another checkout")
    if unknown := [model for model in models if not (ROOT / model / PATCH).is_file()]:
        raise InstallError(f"{unknown[0]} is no model of this repository: name one of {', '.join(known_models())}")
    return [_copy(ROOT / folder, checkout / folder) for folder in (LIBRARY, *models)]


def known_models() -> list[str]:
    """Return the names of the models that can be installed."""
    return sorted(path.parents[1].name for path in (ROOT / DEMOS).glob(f"*/{PATCH}"))


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".install-") as beside:
        new, old = Path(beside) / "new", Path(beside) / "old"
        shutil.copytree(source, new, ignore=LEFT_OUT)
        if target.exists():
            os.replace(target, old)
        os.replace(new, target)
    return target


def register(checkout: Path, model: Path, owner: str) -> None:
    """Apply the model's patch to `checkout` with `owner` as the owner's id; do nothing if it is applied already."""
    patch = (ROOT / model / PATCH).read_text(encoding="utf-8").replace("owner_id: OWNER", f"owner_id: {owner}")

    def apply(*options: str) -> subprocess.CompletedProcess:
        words = ["git", "apply", *options, "-"]
        return subprocess.run(words, cwd=checkout, input=patch, capture_output=True, text=True, check=False)

    if apply("--check", "--reverse").returncode == 0:
        print(f"{model.name} is registered already")
        return
    applied = apply()
    if applied.returncode:
        raise InstallError(
            f"{model / PATCH} does not fit this tt-metal, enter its lines by hand: {applied.stderr.strip()}"
        )
    print(f"{model.name} is registered, owner {owner}")


def check(checkout: Path, models: Sequence[Path]) -> None:
    """Import the models and collect the tests in `checkout`, with its own conftest.py, options and helpers."""
    modules = [".".join((*model.parts, name)) for model in models for name in IMPORTS]
    run(checkout, "-c", "; ".join(f"import {module}" for module in modules))
    run(
        checkout,
        "-m",
        "pytest",
        "--collect-only",
        "-qq",
        "--assert=plain",  # nothing runs, so no assertion needs the detail that compiling twice as long gives
        *(str(folder / "tests") for folder in (LIBRARY, *models)),
        *(str(model / "demo/demo.py") for model in models),
    )


def run(checkout: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    status = subprocess.run([sys.executable, *arguments], cwd=checkout, env=environment, check=False).returncode
    if status:
        raise InstallError(f"in {checkout} this failed with exit status {status}: python {' '.join(arguments)}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path, metavar="TT_METAL", help="root of a checkout")
    parser.add_argument("models", nargs="+", metavar="MODEL", help=f"one of {', '.join(known_models())}")
    parser.add_argument("--register", action="store_true", help="also enter the models in the checkout's lists")
    parser.add_argument("--owner", help="Slack id of the owner of the models' tests")
    parser.add_argument("--no-check", action="store_true", help="only copy")
    options = parser.parse_args(arguments)
    if options.register and not options.owner:
        parser.error("--register needs --owner")
    checkout, models = options.checkout.resolve(), [DEMOS / name for name in options.models]
    try:
        print(f"copied to {' and '.join(map(str, install(checkout, models)))}")
        if options.register:
            for model in models:
                register(checkout, model, options.owner)
        if not options.no_check:
            check(checkout, models)
            print("imports and collection succeed")
    except InstallError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
