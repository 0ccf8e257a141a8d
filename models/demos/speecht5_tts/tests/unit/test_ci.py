# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Integration into tt-metal: the patch is well-formed, and matches the folder."""

import re
import subprocess
from pathlib import Path

import yaml

from models.demos.speecht5_tts.tt.backend import TRACE_REGION_SIZE

ROOT = Path(__file__).resolve().parents[5]
PATCH = ROOT / "models/demos/speecht5_tts/ci/registration.patch"


def added() -> dict[str, str]:
    """Return the lines that the patch adds, by file."""
    files, name = {}, None
    for line in PATCH.read_text(encoding="utf-8").splitlines():
        if line.startswith("+++ b/"):
            files[name := line[len("+++ b/") :]] = ""
        elif line.startswith("+") and name:
            files[name] += line[1:] + "\n"
    return files


def test_the_patch_is_well_formed_and_only_adds():
    stat = subprocess.run(["git", "apply", "--numstat", PATCH], capture_output=True, text=True, check=True).stdout
    counts = [line.split("\t") for line in stat.splitlines()]
    assert {name: int(more) for more, _, name in counts} == {name: text.count("\n") for name, text in added().items()}
    assert all(fewer == "0" for _, fewer, _ in counts)


def test_every_path_in_the_patch_exists():
    paths = set(re.findall(r"models/demos/speecht5_tts[\w/.]*\w", "".join(added().values())))
    assert len(paths) > 3
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_the_added_lines_are_entries_as_tt_metal_has_them():
    files = added()
    for name, text in files.items():
        if "pipeline_reorg" in name:
            (entry,) = yaml.safe_load(text)
            assert {"name", "cmd", "model", "skus", "owner_id", "team", "budget_type"} == entry.keys()
            assert entry["model"] == "speecht5_tts" and entry["owner_id"] == "OWNER"
    (sizes,) = yaml.safe_load(files["models/model_trace_region_sizes.yaml"]).values()
    assert {sku["trace_region_size"] for sku in sizes["skus"].values()} == {TRACE_REGION_SIZE}
