# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Integration into tt-metal: the patches are well-formed and match the folder; the script copies, refuses, repeats."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from models.demos.openvoice.ci import install
from models.demos.openvoice.tt.backend import TRACE_REGION_SIZE

PATCHES = sorted((install.ROOT / install.MODEL / "ci").glob("*.patch"))


def added(patch: Path) -> dict[str, str]:
    """Return the lines that the patch adds, by file."""
    files, name = {}, None
    for line in patch.read_text().splitlines():
        if line.startswith("+++ b/"):
            files[name := line[len("+++ b/") :]] = ""
        elif line.startswith("+") and name:
            files[name] += line[1:] + "\n"
    return files


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: path.name)
def test_a_patch_is_well_formed_and_only_adds(patch):
    stat = subprocess.run(["git", "apply", "--numstat", patch], capture_output=True, text=True, check=True).stdout
    counts = [line.split("\t") for line in stat.splitlines()]
    lines = {name: text.count("\n") for name, text in added(patch).items()}
    assert {name: int(more) for more, _, name in counts} == lines
    assert all(fewer == "0" for _, fewer, _ in counts)


def test_every_path_in_the_patches_exists():
    text = "".join(text for patch in PATCHES for text in added(patch).values())
    paths = set(re.findall(r"models/demos/openvoice[\w/.]*\w", text))
    assert len(paths) > 5
    assert {path for path in paths if not (install.ROOT / path).exists()} == set()


def test_the_added_lines_are_entries_as_tt_metal_has_them():
    files = added(install.ROOT / install.MODEL / "ci/registration.patch")
    for name, text in files.items():
        if "pipeline_reorg" in name:
            (entry,) = yaml.safe_load(text)
            assert {"name", "cmd", "model", "skus", "owner_id", "team", "budget_type"} == entry.keys()
            assert entry["model"] == "openvoice-v2" and entry["owner_id"] == "OWNER"
            assert all(sku["timeout"] > 0 for sku in entry["skus"].values())
    (sizes,) = yaml.safe_load(files["models/model_trace_region_sizes.yaml"]).values()
    assert {sku["trace_region_size"] for sku in sizes["skus"].values()} == {TRACE_REGION_SIZE}
    (targets,) = yaml.safe_load(files["models/model_targets.yaml"]).values()
    assert targets["skus"].keys() == sizes["skus"].keys()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Build a repository with this one's structure that is quick to copy; return its model folder."""
    root = tmp_path / "repository"
    (root / "models/tt_audio/tests").mkdir(parents=True)
    (root / "models/tt_audio/tests/test_layer.py").write_text("def test_layer():\n    pass\n")
    folder = root / install.MODEL
    (folder / "tests/__pycache__").mkdir(parents=True)
    (folder / "pipeline.py").write_text("import helper\n")
    (folder / "tests/test_small.py").write_text("def test_small():\n    pass\n")
    (folder / "demo").mkdir()
    (folder / "demo/demo.py").write_text("def test_demo():\n    pass\n")
    monkeypatch.setattr(install, "ROOT", root)
    monkeypatch.setattr(install, "IMPORTS", ("pipeline",))
    return folder


@pytest.fixture
def checkout(tmp_path):
    """Return a folder that the script takes for a checkout of tt-metal."""
    root = tmp_path / "tt-metal"
    for name in install.LANDMARKS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch() if name.endswith(".py") else (root / name).mkdir()
    (root / "helper.py").touch()
    (root / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n")
    return root


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_copies_checks_and_can_be_repeated(small, checkout, capfd):
    for _ in range(2):
        install.main([str(checkout)])
        for copied in install.FOLDERS:
            assert files(checkout / copied).keys() >= files(install.ROOT / copied).keys() > set()
        assert sorted(path.name for path in (checkout / "models").iterdir()) == ["common", "demos", "perf", "tt_audio"]
        assert [path.name for path in (checkout / "models/demos").iterdir()] == ["openvoice"]
    printed = capfd.readouterr().out
    for collected in (
        "models/tt_audio/tests/test_layer.py",
        f"{install.MODEL}/tests/test_small.py",
        f"{install.MODEL}/demo/demo.py",
    ):
        assert f"{collected}: 1" in printed
    assert printed.endswith("imports and collection succeed\n")


def test_what_was_there_is_replaced(small, checkout):
    (checkout / install.MODEL).mkdir(parents=True)
    (checkout / install.MODEL / "stale.py").touch()
    install.main([str(checkout), "--no-check"])
    assert files(checkout / install.MODEL) == files(small)
    assert not (checkout / install.MODEL / "tests/__pycache__").exists()


def test_no_checkout_is_refused_in_one_sentence_and_left_alone(tmp_path, expect_error):
    folder = tmp_path / "elsewhere"
    (folder / "tt_metal").mkdir(parents=True)
    with expect_error(SystemExit, r"^error: .*elsewhere is no checkout of tt-metal, it has no ttnn, no models/common"):
        install.main([str(folder)])
    assert [path.name for path in folder.iterdir()] == ["tt_metal"]


def test_the_folder_itself_is_refused(checkout, monkeypatch, expect_error):
    (checkout / install.MODEL).mkdir(parents=True)
    monkeypatch.setattr(install, "ROOT", checkout.resolve())
    with expect_error(SystemExit, "is the repository that is to be copied: name another checkout"):
        install.main([str(checkout)])


def test_a_failing_import_is_told(small, checkout, expect_error):
    (checkout / "helper.py").unlink()
    with expect_error(SystemExit, "this failed with exit status 1: python -c import models.demos.openvoice.pipeline"):
        install.main([str(checkout)])


@pytest.fixture
def registry(checkout, tmp_path, monkeypatch):
    """Write a list to the checkout, and a patch that adds a line to it."""
    patch = tmp_path / "registration.patch"
    patch.write_text("--- a/list.yaml\n+++ b/list.yaml\n@@ -1,2 +1,3 @@\n one\n+owner_id: OWNER\n two\n")
    monkeypatch.setattr(install, "PATCH", patch)
    (checkout / "list.yaml").write_text("one\ntwo\n")
    return checkout / "list.yaml"


def test_registration_is_entered_once_with_its_owner(small, checkout, registry, capsys):
    for _ in range(2):
        install.main([str(checkout), "--no-check", "--register", "--owner", "U01"])
    assert registry.read_text() == "one\nowner_id: U01\ntwo\n"
    assert capsys.readouterr().out.splitlines()[1::2] == ["registered, owner U01", "registered already"]


def test_a_list_that_has_moved_on_is_left_alone(small, checkout, registry, expect_error):
    registry.write_text("three\n")
    with expect_error(SystemExit, "registration.patch does not fit this tt-metal, enter its lines by hand: error"):
        install.main([str(checkout), "--no-check", "--register", "--owner", "U01"])
    assert registry.read_text() == "three\n"


def test_registration_needs_an_owner(checkout, expect_error):
    with expect_error(SystemExit, "2"):
        install.main([str(checkout), "--register"])
    assert not (checkout / install.MODEL).exists()


def test_everything_imports_and_is_collected_beside_stand_ins_alone(tmp_path, capfd):
    """Copy the real folders into a tree that contains only the stand-ins for tt-metal's helpers."""
    root = tmp_path / "tt-metal"
    for name in ("models/common", "models/perf", "tests/ttnn", "mock_device"):
        shutil.copytree(install.ROOT / name, root / name)
    shutil.copy(install.ROOT / "conftest.py", root)
    for name in ("tt_metal", "ttnn"):
        (root / name / "unused").mkdir(parents=True)
    (root / "pytest.ini").write_text(
        "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\npythonpath = .\n"
    )
    install.main([str(root)])
    printed = capfd.readouterr().out
    assert printed.endswith("imports and collection succeed\n")
    for path in ("models/tt_audio/tests/unit/test_audio.py", "models/demos/openvoice/tests/pcc/test_wavenet.py"):
        assert f"{path}: " in printed
