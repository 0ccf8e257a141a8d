# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Pins: they hold for both Pythons, constraints/ has every package's exact version, messages name the same versions."""

import inspect
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from models.demos.openvoice.demo import doctor, parts, ray_batch
from models.tt_audio.judges import naturalness, recognisers, speaker_encoder

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.10", "3.12")
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def constraints(python: str) -> dict[str, str]:
    """Return the version of each package in the constraints of a Python."""
    lines = (ROOT / "constraints" / f"{python}.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z\d-]+==[\w.]+", line) for line in lines)
    return dict(line.split("==") for line in lines)


def pins() -> dict[str, str]:
    """Return the version of each package that pyproject.toml pins itself, without the extra `train`.

    That extra has an environment of its own, to which constraints/ does not apply.
    """
    text, replaced = re.subn(r"^train = \[.*?^\]", "", (ROOT / "pyproject.toml").read_text(), flags=re.M | re.S)
    assert replaced == 1
    found = re.findall(r'^[^#]*?"([\w-]+)(?:\[\w+\])?==([\w.]+)"|, "([\w-]+)==([\w.]+)"', text, re.M)
    return {canonicalize_name(a or c): b or d for a, b, c, d in found}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_resolves(python):
    """Check that every pin has a release for the Python, because `make constraints` needs one."""
    exact = constraints(python)
    assert len(pins()) > 30
    assert {name: exact.get(name) for name in pins()} == pins()


def test_packages_of_both_pythons_accept_both():
    """Check the metadata of the installed packages only; the other Python's own versions are not available here."""
    shared = dict(constraints("3.10").items() & constraints("3.12").items())
    refused = [
        name
        for name, version in shared.items()
        if not all(SpecifierSet(metadata.metadata(name).get("Requires-Python", "")).contains(f"{p}.1") for p in PYTHONS)
    ]
    assert len(shared) > 100 and not refused


def installed(name: str, extras: frozenset = frozenset(), found: dict | None = None) -> dict[str, str]:
    """Return the versions of a distribution and of its direct and indirect requirements installed here."""
    found = {} if found is None else found
    distribution = metadata.distribution(name)
    for extra in ("", *extras):
        key = (canonicalize_name(name), extra)
        if key not in found:
            found[key] = distribution.version
            for requirement in map(Requirement, distribution.requires or ()):
                if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                    installed(requirement.name, frozenset(requirement.extras), found)
    return {package: version for (package, _), version in found.items()}


def test_the_environment_is_that_of_the_constraints():
    found = installed("openvoice-tt", frozenset({"dev"}))
    del found["openvoice-tt"]
    assert found == constraints(THIS_PYTHON)


@pytest.mark.parametrize("module", [doctor, naturalness, parts, ray_batch, recognisers, speaker_encoder])
def test_remedies_name_the_pinned_versions(module):
    not_installed_here = {"wavmark==0.0.3"}
    named = set(re.findall(r"[\w\[\]-]+==[\d.]*\d", inspect.getsource(module))) - not_installed_here
    pinned = (ROOT / "pyproject.toml").read_text() + (ROOT / "scripts" / "setup.sh").read_text()
    assert named and not [version for version in named if version not in pinned]
