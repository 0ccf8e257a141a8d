# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""voice_bank.py: one name has one voice, names are read without opening a file, and processes may share a bank."""

import errno
import hashlib
import multiprocessing
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from loguru import logger

from models.tt_audio.host import voice_bank, voices
from models.tt_audio.host.files import FileError
from models.tt_audio.host.voice_bank import ENTRY_OVERHEAD, NameTakenError, VoiceBank
from models.tt_audio.host.voice_files import VoiceError, name_fault
from models.tt_audio.host.voices import Voice

MODEL = "0123456789abcdef"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def voice(name: str = "ann", channels: int = 256) -> Voice:
    """Return a voice whose embedding follows from its name, so that a mix-up shows."""
    embedding = torch.randn(channels, generator=torch.Generator().manual_seed(int(sha(name)[:8], 16)))
    return Voice(embedding, name, f"{name}.wav", sha(name), MODEL)


def facts(one: Voice) -> tuple:
    return one.embedding.tolist(), one.name, one.source, one.audio_sha256, one.model


def must_not_extract() -> Voice:
    raise AssertionError("the voice was remembered, yet extracted")


# ---- recordings that were used before


def test_a_recording_is_embedded_once_and_nothing_is_written(tmp_path):
    bank = VoiceBank(tmp_path)
    first = bank.get_or_extract(sha("ann"), MODEL, voice)
    assert bank.get_or_extract(sha("ann"), MODEL, must_not_extract) is first
    assert os.listdir(tmp_path) == [] and bank.names() == []


def test_recordings_and_models_are_told_apart(tmp_path):
    bank = VoiceBank(tmp_path)
    for recording in ("ann", "bob"):
        for model in (MODEL, "other"):
            heard = bank.get_or_extract(sha(recording), model, lambda name=recording: voice(name))
            assert (heard.name, heard.audio_sha256, heard.model) == (recording, sha(recording), model)


def test_memory_holds_the_latest_used_within_its_bound(tmp_path):
    bank = VoiceBank(tmp_path, memory_bytes=2 * (256 * 4 + ENTRY_OVERHEAD))
    for name in ("ann", "bob"):
        bank.get_or_extract(sha(name), MODEL, lambda name=name: voice(name))
    bank.get_or_extract(sha("ann"), MODEL, must_not_extract)  # so bob is the one used longest ago
    bank.get_or_extract(sha("cy"), MODEL, lambda: voice("cy"))
    bank.get_or_extract(sha("ann"), MODEL, must_not_extract)
    bank.get_or_extract(sha("cy"), MODEL, must_not_extract)
    extracted = []
    bank.get_or_extract(sha("bob"), MODEL, lambda: extracted.append("bob") or voice("bob"))
    assert extracted == ["bob"]


# ---- voices that are kept


def test_a_voice_is_found_by_its_name(tmp_path):
    bank = VoiceBank(tmp_path)
    for name in ("cy", "ann", "bob"):
        bank.add(voice(name))
    assert bank.names() == ["ann", "bob", "cy"]
    assert sorted(os.listdir(tmp_path)) == ["ann.safetensors", "bob.safetensors", "cy.safetensors"]
    later = VoiceBank(tmp_path)
    assert facts(later.find("bob")) == facts(voice("bob"))
    assert later.find("dan") is None and later.find("../bob") is None
    assert [facts(one) for one in later.list()] == [facts(voice(name)) for name in ("ann", "bob", "cy")]
    assert [one.key for one in later.facts()] == [voice(name).key for name in ("ann", "bob", "cy")]


def test_a_key_finds_a_voice_too(tmp_path, expect_error):
    bank = VoiceBank(tmp_path)
    bank.add(voice("bob"))
    assert bank.show(voice("bob").key[:8]).name == "bob"
    with expect_error(VoiceError, "no voice in .* is named 'ann'"):
        bank.show("ann")
    with expect_error(VoiceError, "no voice in .* is named '01234567' or has a key"):
        bank.show("01234567")


def test_a_name_has_one_voice(tmp_path, expect_error):
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    bank.add(voice("ann"))  # the same voice again
    other = replace(voice("bob"), name="ann")
    for attempt in (lambda: bank.add(other), lambda: bank.check_free("ann")):
        with expect_error(NameTakenError, "there is another voice 'ann' in the bank; choose another name, or replace"):
            attempt()
    assert facts(bank.find("ann")) == facts(voice("ann"))
    bank.check_free("ann", replacing=True)
    bank.add(other, replacing=True)
    assert facts(bank.find("ann")) == facts(other)
    assert os.listdir(tmp_path) == ["ann.safetensors"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 65,
        "ä" * 101,
        "a\nb",
        "a\x1b[31m",
        "a\u202eb",
        "a/b",
        "..",
        ".a",
        "-a",
        " a",
        "a ",
        "0123abcd",
        "a\udcff",
    ],
)
def test_a_name_that_no_voice_can_have(tmp_path, expect_error, name):
    assert name_fault(name) is not None and name_fault(name).isprintable()
    with expect_error(VoiceError, "a voice cannot be named"):
        VoiceBank(tmp_path).add(replace(voice(), name=name))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "änn 🎙", "Dr. No", "3po", "n" * 64, "王", "voice.wav", "01234567g"])
def test_a_name_that_a_voice_can_have(tmp_path, name):
    bank = VoiceBank(tmp_path)
    bank.add(replace(voice(), name=name))
    assert bank.names() == [name] and bank.find(name).name == name


def test_rename_and_delete(tmp_path, expect_error):
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    bank.add(voice("bob"))
    with expect_error(NameTakenError, "another voice 'bob'"):
        bank.rename("ann", "bob")
    with expect_error(VoiceError, "cannot be named"):
        bank.rename("ann", "a/b")
    with expect_error(VoiceError, "no voice in .* is named 'cy'"):
        bank.rename("cy", "dan")
    assert bank.rename("ann", "cy").name == "cy"
    assert bank.names() == ["bob", "cy"] and facts(bank.find("cy"))[0] == facts(voice("ann"))[0]
    assert bank.delete("cy").name == "cy" and bank.delete(voice("bob").key).name == "bob"
    assert bank.names() == []


def _no_links(code: int):
    def link(*_, **__):
        raise OSError(code, os.strerror(code))

    return link


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_hard_links(tmp_path, monkeypatch, expect_error, code):
    """Keep, refuse, replace and rename as elsewhere; no other file is left."""
    monkeypatch.setattr(os, "link", _no_links(code))
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    with expect_error(NameTakenError, "another voice 'ann'"):
        bank.add(replace(voice("bob"), name="ann"))
    assert bank.find("ann").audio_sha256 == sha("ann")
    bank.add(replace(voice("bob"), name="ann"), replacing=True)
    assert bank.find("ann").audio_sha256 == sha("bob")
    bank.add(voice("cy"))
    with expect_error(NameTakenError, "another voice 'cy'"):
        bank.rename("ann", "cy")
    bank.rename("ann", "dan")
    assert sorted(os.listdir(tmp_path)) == ["cy.safetensors", "dan.safetensors"]


def test_a_disk_that_fails_is_no_lack_of_links(tmp_path, monkeypatch, expect_error):
    monkeypatch.setattr(os, "link", _no_links(errno.EIO))
    with expect_error(FileError, r"ann.safetensors cannot be written \(Input/output error\)"):
        VoiceBank(tmp_path).add(voice("ann"))
    assert os.listdir(tmp_path) == []


def test_names_are_read_without_opening_a_voice(tmp_path, monkeypatch):
    for number in range(50):
        (tmp_path / f"voice {number:02}.safetensors").write_bytes(b"")
    VoiceBank(tmp_path).add(voice("ann"))
    opened = []
    real = open
    monkeypatch.setattr(
        "builtins.open", lambda *arguments, **rest: opened.append(arguments[0]) or real(*arguments, **rest)
    )
    assert len(VoiceBank(tmp_path).names()) == 51
    assert opened == []


def test_a_voice_that_is_deleted_while_the_bank_is_read(tmp_path, monkeypatch, logged_warnings):
    bank = VoiceBank(tmp_path)
    for name in ("ann", "bob", "cy"):
        bank.add(voice(name))
    names = bank.names()
    monkeypatch.setattr(VoiceBank, "names", lambda self: names)
    bank._path("bob").unlink()
    assert [one.name for one in bank.list()] == [one.name for one in bank.facts()] == ["ann", "cy"]
    assert bank.find("bob") is None and logged_warnings == []

    real = voices.read_facts  # deleted after it was seen, before it is opened

    def vanish(path: Path):
        path.unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(voices, "read_facts", vanish)
    monkeypatch.setattr(voice_bank, "read_facts", vanish)
    assert bank.find("ann") is None and [one.name for one in bank.facts()] == []
    assert logged_warnings == []


def test_damaged_files_are_reported_and_left_out(tmp_path, logged_warnings, expect_error):
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    damaged = tmp_path / "bob.safetensors"
    damaged.write_bytes(b"")
    assert [one.name for one in bank.list()] == [one.name for one in bank.facts()] == ["ann"]
    assert logged_warnings == 2 * [f"{damaged} is damaged; extract the voice again"]
    with expect_error(VoiceError, "bob.safetensors is damaged; extract the voice again"):
        bank.show("bob")


def test_files_of_an_older_bank_get_their_names(tmp_path, logged_warnings):
    for name, recording in (("ann", "ann"), ("ann", "bob"), ("a\nb", "cy")):
        older = replace(voice(recording), name=name)
        older.save(tmp_path / f"{older.key}.safetensors")
    damaged = tmp_path / f"{sha('x')}.safetensors"
    damaged.touch()
    names = VoiceBank(tmp_path).names()
    assert len(names) == 3 and names[0] == "ann"
    assert all(name.startswith("voice-") for name in names[1:])
    assert {one.key for one in VoiceBank(tmp_path).list()} == {voice(name).key for name in ("ann", "bob", "cy")}
    assert damaged.exists() and str(damaged) in logged_warnings[0]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path, expect_error):
    (tmp_path / "file").touch()
    with expect_error(FileError, r"file/voices cannot be made \(Not a directory\); choose another OPENVOICE_HOME"):
        VoiceBank(tmp_path / "file" / "voices").add(voice())


def test_an_empty_bank_is_listed_without_being_made(tmp_path):
    bank = VoiceBank(tmp_path / "none")
    assert bank.names() == bank.list() == bank.facts() == [] and bank.find("ann") is None
    assert os.listdir(tmp_path) == []


def test_the_default_folder_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    VoiceBank().add(voice())
    assert [path.name for path in tmp_path.rglob("*.safetensors")] == ["ann.safetensors"]
    monkeypatch.delenv("OPENVOICE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert VoiceBank().folder == tmp_path / "home/.cache/openvoice/voices"


# ---- processes

NAMES = ("ann", "bob", "cy")
# Processes of a server that has imported PyTorch once, instead of processes that each import it.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([voices.__name__])


def _use_the_bank(folder: Path, start, complaints, seconds: float) -> None:
    """Keep, replace, list and delete the same few voices."""
    logger.remove()
    logger.add(lambda message: complaints.put(message.record["message"]), level="WARNING")
    torch.set_num_threads(1)
    bank = VoiceBank(folder)
    start.wait(60)
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for name in NAMES:
            bank.add(voice(name), replacing=rounds % 2 == 0)
            got = bank.find(name)
            if got is not None and facts(got) != facts(voice(name)):
                complaints.put(f"asked for {name}, got {got.name}")
        for one in bank.list():
            if facts(one) != facts(voice(one.name)):
                complaints.put(f"listed {one.name} with a wrong embedding")
        try:
            bank.delete(NAMES[rounds % 3])
        except VoiceError:
            pass  # the other process deleted it
        rounds += 1
    complaints.put(rounds)


def test_processes_share_a_bank(tmp_path):
    start, complaints = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=_use_the_bank, args=(tmp_path, start, complaints, 1.0), daemon=True) for _ in range(2)
    ]
    for process in processes:
        process.start()
    said = [complaints.get(timeout=120)]
    for process in processes:
        process.join(timeout=60)
    while len(said) < 2 or not complaints.empty():
        said.append(complaints.get(timeout=10))
    assert [process.exitcode for process in processes] == [0, 0]
    assert [message for message in said if isinstance(message, str)] == []
    assert min(said) >= 3  # rounds
    assert {path.name for path in tmp_path.iterdir()} <= {f"{name}.safetensors" for name in NAMES}


def _keep_alone(folder: Path, start, results, name: str, links: bool) -> None:
    if not links:
        os.link = _no_links(errno.EPERM)
    start.wait(60)
    try:
        VoiceBank(folder).add(replace(voice(name), name="ann"))
        results.put(name)
    except NameTakenError:
        results.put("refused")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_of_two_processes_one_gets_the_name(tmp_path, links):
    start, results = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=_keep_alone, args=(tmp_path, start, results, name, links), daemon=True)
        for name in ("x", "y")
    ]
    for process in processes:
        process.start()
    said = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(timeout=60)
    (winner,) = set(said) - {"refused"}
    assert "refused" in said and VoiceBank(tmp_path).find("ann").audio_sha256 == sha(winner)


def _write_until_killed(folder: Path, started) -> None:
    bank = VoiceBank(folder)
    while True:
        bank.add(voice(), replacing=True)
        started.set()


def test_a_killed_writer_leaves_no_half_voice(tmp_path):
    started = context.Event()
    process = context.Process(target=_write_until_killed, args=(tmp_path, started), daemon=True)
    process.start()
    assert started.wait(60)
    process.kill()
    process.join(timeout=60)
    assert [facts(one) for one in VoiceBank(tmp_path).list()] == [facts(voice())]
