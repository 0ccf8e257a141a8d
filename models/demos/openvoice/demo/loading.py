# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Find the checkpoint that a command's arguments ask for, and load the model.

A choice that the user did not make is printed as one line.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from models.demos.openvoice import releases
from models.demos.openvoice.catalogue import RELEASE, SMALL
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.releases import AbsentModelError
from models.tt_audio.cli.backends import backend_settings, choose_backend
from models.tt_audio.cli.terminal import activity, note
from models.tt_audio.host.errors import CheckpointError


@dataclass(frozen=True)
class Found:
    name: str
    folder: Path
    why: str  # the reason of the choice, for the user; empty if the user named the model


def open_model(options: argparse.Namespace) -> OpenVoice:
    """Load the model that the arguments of `add_model_arguments` ask for, for a command that makes one result."""
    backend, why = choose_backend(options.backend, options.device)
    settings = backend_settings(options, backend)
    if str(settings.get("device", "")).startswith("cuda"):
        settings["graphs"] = False  # capturing all forms takes longer than the one result that a command makes
    found = find_model(options.model)
    model = load(found.folder, backend, **settings)
    if found.why or why:
        note(f"model {found.name}{found.why}, backend {backend}{why}")
    return model


def find_model(name: str | None, download: bool = True) -> Found:
    """Find the model `name`; None finds the release, downloaded if possible, else the bundled small model."""
    if name is not None:
        return Found(name, releases.locate(name), "")
    try:
        return Found(RELEASE, releases.locate(RELEASE, download=download), "")
    except AbsentModelError as error:
        missing = error
    try:
        small = releases.locate(SMALL)
    except CheckpointError:
        raise missing from None
    return Found(SMALL, small, f" (bundled, of modest quality: {RELEASE} is not on this machine)")


def load(model: str | Path, backend: str, **settings) -> OpenVoice:
    """Load a model with the backend's settings."""
    with activity("loading the model"):
        return OpenVoice.from_pretrained(model, backend, **settings)
