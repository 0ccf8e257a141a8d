# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The script that copies models into tt-metal: it copies, checks, refuses, repeats, and enters a model in lists."""

import shutil
from pathlib import Path

import pytest

from scripts import install

MODEL = Path("models/demos/openvoice")
FOLDERS = (install.LIBRARY, MODEL)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Build a repository with this one's structure that is quick to copy; return its model folder."""
    root = tmp_path / "repository"
    (root / "models/tt_audio/tests").mkdir(parents=True)
    (root / "models/tt_audio/tests/test_layer.py").write_text("def test_layer():\n    pass\n")
    folder = root / MODEL
    (folder / "tests/__pycache__").mkdir(parents=True)
    (folder / install.PATCH).parent.mkdir()
    (folder / install.PATCH).write_text(
        "--- a/list.yaml\n+++ b/list.yaml\n@@ -1,2 +1,3 @@\n one\n+owner_id: OWNER\n two\n"
    )
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
        install.main([str(checkout), "openvoice"])
        for copied in FOLDERS:
            assert files(checkout / copied).keys() >= files(install.ROOT / copied).keys() > set()
        assert sorted(path.name for path in (checkout / "models").iterdir()) == ["common", "demos", "perf", "tt_audio"]
        assert [path.name for path in (checkout / "models/demos").iterdir()] == ["openvoice"]
    printed = capfd.readouterr().out
    for collected in (
        "models/tt_audio/tests/test_layer.py",
        f"{MODEL}/tests/test_small.py",
        f"{MODEL}/demo/demo.py",
    ):
        assert f"{collected}: 1" in printed
    assert printed.endswith("imports and collection succeed\n")


def test_what_was_there_is_replaced(small, checkout):
    (checkout / MODEL).mkdir(parents=True)
    (checkout / MODEL / "stale.py").touch()
    install.main([str(checkout), "openvoice", "--no-check"])
    assert files(checkout / MODEL) == files(small)
    assert not (checkout / MODEL / "tests/__pycache__").exists()


def test_no_checkout_is_refused_in_one_sentence_and_left_alone(tmp_path, expect_error):
    folder = tmp_path / "elsewhere"
    (folder / "tt_metal").mkdir(parents=True)
    with expect_error(SystemExit, r"^error: .*elsewhere is no checkout of tt-metal, it has no ttnn, no models/common"):
        install.main([str(folder), "openvoice"])
    assert [path.name for path in folder.iterdir()] == ["tt_metal"]


def test_the_folder_itself_is_refused(checkout, monkeypatch, expect_error):
    (checkout / MODEL).mkdir(parents=True)
    monkeypatch.setattr(install, "ROOT", checkout.resolve())
    with expect_error(SystemExit, "is the repository that is to be copied: name another checkout"):
        install.main([str(checkout), "openvoice"])


def test_a_failing_import_is_told(small, checkout, expect_error):
    (checkout / "helper.py").unlink()
    with expect_error(SystemExit, "this failed with exit status 1: python -c import models.demos.openvoice.pipeline"):
        install.main([str(checkout), "openvoice"])


@pytest.fixture
def registry(checkout):
    """Write a list to the checkout, to which the patch of the small model adds a line."""
    (checkout / "list.yaml").write_text("one\ntwo\n")
    return checkout / "list.yaml"


def test_registration_is_entered_once_with_its_owner(small, checkout, registry, capsys):
    for _ in range(2):
        install.main([str(checkout), "openvoice", "--no-check", "--register", "--owner", "U01"])
    assert registry.read_text() == "one\nowner_id: U01\ntwo\n"
    assert capsys.readouterr().out.splitlines()[1::2] == [
        "openvoice is registered, owner U01",
        "openvoice is registered already",
    ]


def test_a_list_that_has_moved_on_is_left_alone(small, checkout, registry, expect_error):
    registry.write_text("three\n")
    with expect_error(SystemExit, "registration.patch does not fit this tt-metal, enter its lines by hand: error"):
        install.main([str(checkout), "openvoice", "--no-check", "--register", "--owner", "U01"])
    assert registry.read_text() == "three\n"


def test_registration_needs_an_owner(checkout, expect_error):
    with expect_error(SystemExit, "2"):
        install.main([str(checkout), "openvoice", "--register"])
    assert not (checkout / MODEL).exists()


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
    install.main([str(root), *install.known_models()])
    printed = capfd.readouterr().out
    assert printed.endswith("imports and collection succeed\n")
    assert "models/tt_audio/tests/unit/test_audio.py: " in printed
    for model, test in (("llvc", "net"), ("openvoice", "wavenet"), ("speecht5_tts", "encoder")):
        assert f"models/demos/{model}/tests/pcc/test_{test}.py: " in printed


def test_a_model_that_does_not_exist_is_refused(checkout, expect_error):
    with expect_error(SystemExit, "is no model of this repository: name one of llvc, openvoice, speecht5_tts"):
        install.main([str(checkout), "tortoise"])
