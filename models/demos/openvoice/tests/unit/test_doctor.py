# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `doctor`: its findings on a machine that has everything needed, and on one that lacks something."""

import json
from importlib import metadata

from models.demos.openvoice import releases
from models.demos.openvoice.demo import backends, doctor


def findings(console):
    console("doctor", "--json")
    facts = json.loads(console.out)
    return facts["missing"], {finding["part"]: finding for finding in facts["findings"]}


def test_nothing_needed_is_missing(here, console):
    assert console("doctor") == 0
    assert console.out.endswith("nothing needed is missing\n")
    _, found = findings(console)
    assert found["myshell-ai/OpenVoiceV2"]["state"] == found["myshell-ai/MeloTTS-English"]["state"] == "ok"
    assert found["backend auto"]["what"].startswith("torch")
    assert found["torch"]["what"].startswith(metadata.version("torch"))


def test_what_is_absent_comes_with_a_remedy(here, console):
    _, found = findings(console)
    for finding in found.values():
        assert bool(finding["remedy"]) == (finding["state"] != "ok"), finding
    release = releases.RELEASES["myshell-ai/MeloTTS-French"]
    remedy = f"hf download myshell-ai/MeloTTS-French --revision {release.revision}"
    assert found["myshell-ai/MeloTTS-French"]["remedy"] == remedy
    assert found["BERT for EN"]["remedy"].startswith("hf download bert-base-uncased --revision ")


def test_no_model_at_all(here, console, monkeypatch):
    (here / "home" / "OpenVoiceV2").unlink()
    monkeypatch.setattr(releases, "IN_REPOSITORY", {"small": here / "none"})
    assert console("doctor") == 1
    missing, _ = findings(console)
    assert missing == ["small"]


def test_a_package_is_missing(here, console, monkeypatch):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name in ("soundfile", "ray") else real(name))
    missing, found = findings(console)
    assert missing == ["soundfile"]
    assert found["ray"]["state"] == "absent" and "pip install 'ray[data]==2.54.1'" in found["ray"]["remedy"]


def test_a_card(here, console, monkeypatch):
    (here / "tenstorrent").mkdir()
    (here / "tenstorrent" / "0").touch()
    for module in (doctor, backends):
        monkeypatch.setattr(module, "CARDS", here / "tenstorrent")
    _, found = findings(console)
    assert found["Tenstorrent card"]["what"].startswith("0 below ")
    assert found["backend auto"]["what"].startswith("ttnn")
