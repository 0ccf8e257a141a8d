# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Patches that enter a model in tt-metal's lists: they are well-formed, and match the model's folder."""

import importlib
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from scripts import install

NAMES = {"openvoice": "openvoice-v2", "llvc": "llvc", "speecht5_tts": "speecht5_tts"}  # in the lists
PATCHES = sorted((install.ROOT / install.DEMOS).glob("*/ci/*.patch"))
each_model = pytest.mark.parametrize("model", NAMES)


def added(patch: Path) -> dict[str, str]:
    """Return the lines that the patch adds, by file."""
    files, name = {}, None
    for line in patch.read_text(encoding="utf-8").splitlines():
        if line.startswith("+++ b/"):
            files[name := line[len("+++ b/") :]] = ""
        elif line.startswith("+") and name:
            files[name] += line[1:] + "\n"
    return files


def registration(model: str) -> dict[str, str]:
    return added(install.ROOT / install.DEMOS / model / install.PATCH)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: f"{path.parents[1].name}-{path.name}")
def test_a_patch_is_well_formed_and_only_adds(patch):
    stat = subprocess.run(["git", "apply", "--numstat", patch], capture_output=True, text=True, check=True).stdout
    counts = [line.split("\t") for line in stat.splitlines()]
    lines = {name: text.count("\n") for name, text in added(patch).items()}
    assert {name: int(more) for more, _, name in counts} == lines
    assert all(fewer == "0" for _, fewer, _ in counts)


def test_every_model_has_a_patch():
    assert install.known_models() == sorted(NAMES)


@each_model
def test_every_path_in_a_patch_exists(model):
    paths = set(re.findall(rf"models/demos/{model}[\w/.]*\w", "".join(registration(model).values())))
    assert len(paths) > 3
    assert {path for path in paths if not (install.ROOT / path).exists()} == set()


@each_model
def test_the_added_lines_are_entries_as_tt_metal_has_them(model):
    files = registration(model)
    for name, text in files.items():
        if "pipeline_reorg" in name:
            (entry,) = yaml.safe_load(text)
            assert {"name", "cmd", "model", "skus", "owner_id", "team", "budget_type"} == entry.keys()
            assert entry["model"] == NAMES[model] and entry["owner_id"] == "OWNER"
            assert all(sku["timeout"] > 0 for sku in entry["skus"].values())
    (sizes,) = yaml.safe_load(files["models/model_trace_region_sizes.yaml"]).values()
    region = importlib.import_module(f"models.demos.{model}.tt.backend").TRACE_REGION_SIZE
    assert {sku["trace_region_size"] for sku in sizes["skus"].values()} == {region}
    (targets,) = yaml.safe_load(files["models/model_targets.yaml"]).values()
    assert targets["skus"].keys() == sizes["skus"].keys()
