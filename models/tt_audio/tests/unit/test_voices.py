# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""voices.py: a voice survives the disk unchanged, a damaged file is never a voice, and processes may share a bank."""

import hashlib
import multiprocessing
import os
import time
from pathlib import Path

import pytest
import torch
from loguru import logger
from safetensors.torch import save_file

from models.tt_audio.host.voices import ENTRY_OVERHEAD, Voice, VoiceBank, VoiceError

MODEL = "0123456789abcdef"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def voice(name: str = "ann", channels: int = 256) -> Voice:
    """A voice whose embedding follows from its name, so that a mix-up shows."""
    embedding = torch.randn(channels, generator=torch.Generator().manual_seed(int(sha(name)[:8], 16)))
    return Voice(embedding, name, f"{name}.wav", sha(name), MODEL)


def facts(one: Voice) -> tuple:
    return one.embedding.tolist(), one.name, one.source, one.audio_sha256, one.model


def must_not_extract() -> Voice:
    raise AssertionError("the voice was known, yet extracted")


# --------------------------------------------------------------------------------------------------------------- voice


@pytest.mark.parametrize("channels", [256, 32])
def test_a_saved_voice_is_read_back_unchanged(tmp_path, channels):
    original = voice("änn 🎙", channels)
    original.save(tmp_path / "a.safetensors")
    assert facts(Voice.load(tmp_path / "a.safetensors")) == facts(original)
    assert os.listdir(tmp_path) == ["a.safetensors"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_an_upstream_speaker_file_is_a_voice(tmp_path, dtype):
    embedding = voice().embedding.to(dtype)
    torch.save(torch.nn.Parameter(embedding.reshape(1, 256, 1)), tmp_path / "en-us.pth")
    loaded = Voice.load(tmp_path / "en-us.pth")
    assert (loaded.name, loaded.source, loaded.model) == ("en-us", str(tmp_path / "en-us.pth"), "")
    assert loaded.embedding.dtype == torch.float32 and not loaded.embedding.requires_grad
    assert torch.equal(loaded.embedding, embedding.float())


@pytest.mark.parametrize(
    "content",
    [{"se": torch.ones(1, 256, 1)}, torch.ones(256), torch.ones(2, 256, 1), [1.0] * 256],
    ids=["dict", "flat", "two", "numbers"],
)
def test_a_pth_that_is_no_speaker_file(tmp_path, expect_error, content):
    torch.save(content, tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth is not a speaker file; these hold one tensor of the shape"):
        Voice.load(tmp_path / "a.pth")


class Intruder:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pth_that_wants_to_run_code(tmp_path, expect_error):
    torch.save(Intruder(tmp_path / "ran"), tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth wants to run code when it is opened and was refused"):
        Voice.load(tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()


def test_a_truncated_pth(tmp_path, expect_error):
    torch.save(torch.ones(1, 256, 1), tmp_path / "a.pth")
    (tmp_path / "a.pth").write_bytes((tmp_path / "a.pth").read_bytes()[:700])
    with expect_error(VoiceError, r"a\.pth is not a checkpoint or is damaged"):
        Voice.load(tmp_path / "a.pth")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_an_embedding_without_meaning(tmp_path, expect_error, value):
    torch.save(torch.full((1, 256, 1), value), tmp_path / "a.pth")
    with expect_error(VoiceError, r"a\.pth: the embedding is zero or not finite"):
        Voice.load(tmp_path / "a.pth")


def test_an_embedding_of_the_wrong_shape(expect_error):
    with expect_error(VoiceError, r"a\.wav: an embedding has the shape \[channels\], not \[1, 256\]"):
        Voice(torch.ones(1, 256), "a", "a.wav")


@pytest.mark.parametrize("kept", [0, 4, 100, 500, -1], ids=lambda kept: f"{kept}_bytes")
def test_a_truncated_voice(tmp_path, expect_error, kept):
    path = tmp_path / "a.safetensors"
    voice().save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with expect_error(VoiceError, r"a\.safetensors is damaged; extract the voice again"):
        Voice.load(path)


def test_a_voice_with_one_flipped_bit(tmp_path, expect_error):
    path = tmp_path / "a.safetensors"
    voice().save(path)
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    with expect_error(VoiceError, r"a\.safetensors is damaged; extract the voice again"):
        Voice.load(path)


def test_a_safetensors_file_that_is_no_voice(tmp_path, expect_error):
    save_file({"weight": torch.ones(3)}, tmp_path / "a.safetensors")
    with expect_error(VoiceError, r"a\.safetensors is a safetensors file but not a voice"):
        Voice.load(tmp_path / "a.safetensors")


@pytest.mark.parametrize("name, message", [("none.pth", "does not exist"), ("a.wav", r"is not a voice; give a")])
def test_a_path_that_holds_no_voice(tmp_path, expect_error, name, message):
    (tmp_path / "a.wav").touch()
    with expect_error(VoiceError, f"{name} {message}"):
        Voice.load(tmp_path / name)


def test_a_voice_is_saved_under_its_own_suffix_only(tmp_path, expect_error):
    with expect_error(VoiceError, r"a\.pth cannot be written; choose a name that ends in \.safetensors"):
        voice().save(tmp_path / "a.pth")
    assert os.listdir(tmp_path) == []


def test_a_voice_of_another_model_is_refused(expect_error):
    with expect_error(
        VoiceError, rf"the voice 'ann' was made by model {MODEL}, not by other; extract it again from ann"
    ):
        voice().require("other")


def test_a_voice_of_another_width_is_refused(tmp_path, expect_error):
    torch.save(torch.ones(1, 192, 1), tmp_path / "a.pth")
    with expect_error(VoiceError, "the voice 'a' has 192 channels, the model needs 256"):
        Voice.load(tmp_path / "a.pth").require(MODEL, 256)


def test_a_fitting_voice_is_accepted(tmp_path):
    torch.save(torch.ones(1, 256, 1), tmp_path / "a.pth")
    for fitting in (voice(), Voice.load(tmp_path / "a.pth")):
        assert fitting.require(MODEL, 256) is fitting


# ---------------------------------------------------------------------------------------------------------------- bank


def test_a_known_voice_is_not_extracted_again(tmp_path):
    first = VoiceBank(tmp_path).get_or_extract(sha("ann"), MODEL, voice)
    bank = VoiceBank(tmp_path)  # as a later process has it: nothing in memory
    from_disk = bank.get_or_extract(sha("ann"), MODEL, must_not_extract)
    from_memory = bank.get_or_extract(sha("ann"), MODEL, must_not_extract)
    assert facts(from_disk) == facts(first) == facts(voice())
    assert from_memory is from_disk


def test_recordings_and_models_are_told_apart(tmp_path):
    bank = VoiceBank(tmp_path)
    for recording in ("ann", "bob"):
        for model in (MODEL, "other"):
            kept = bank.get_or_extract(sha(recording), model, lambda name=recording: voice(name))
            assert (kept.name, kept.audio_sha256, kept.model) == (recording, sha(recording), model)
    assert len(os.listdir(tmp_path)) == 4


@pytest.mark.parametrize("kept", [0, 100, -1], ids=lambda kept: f"{kept}_bytes")
def test_a_damaged_file_is_reported_and_replaced(tmp_path, logged_warnings, kept):
    VoiceBank(tmp_path).add(voice())
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:kept])
    again = VoiceBank(tmp_path).get_or_extract(sha("ann"), MODEL, voice)
    assert facts(again) == facts(voice()) == facts(Voice.load(path))
    assert logged_warnings == [f"{path} is damaged; extract the voice again; extracting it again"]


def test_a_file_under_the_name_of_another_is_not_that_voice(tmp_path, logged_warnings):
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    (path,) = tmp_path.iterdir()
    voice("bob").save(path)
    assert VoiceBank(tmp_path).get_or_extract(sha("ann"), MODEL, voice).name == "ann"
    assert len(logged_warnings) == 1 and f"{path} holds another voice" in logged_warnings[0]


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path, logged_warnings):
    (tmp_path / "file").touch()
    bank = VoiceBank(tmp_path / "file")
    assert facts(bank.get_or_extract(sha("ann"), MODEL, voice)) == facts(voice())
    bank.get_or_extract(sha("ann"), MODEL, must_not_extract)
    assert len(logged_warnings) == 1 and "cannot be written" in logged_warnings[0] and "not kept" in logged_warnings[0]


def test_memory_holds_the_latest_used_within_its_bound(tmp_path):
    bank = VoiceBank(tmp_path, memory_bytes=2 * (256 * 4 + ENTRY_OVERHEAD))
    bank.add(voice("ann"))
    bank.add(voice("bob"))
    for path in tmp_path.iterdir():
        path.unlink()
    bank.get_or_extract(sha("ann"), MODEL, must_not_extract)  # so bob is the one used longest ago
    bank.add(voice("cy"))
    bank.get_or_extract(sha("ann"), MODEL, must_not_extract)
    bank.get_or_extract(sha("cy"), MODEL, must_not_extract)
    extracted = []
    bank.get_or_extract(sha("bob"), MODEL, lambda: extracted.append("bob") or voice("bob"))
    assert extracted == ["bob"]


def test_a_bank_without_memory_works_from_disk(tmp_path):
    bank = VoiceBank(tmp_path, memory_bytes=0)
    bank.add(voice())
    assert facts(bank.get_or_extract(sha("ann"), MODEL, must_not_extract)) == facts(voice())


def test_list_show_and_delete(tmp_path, expect_error):
    bank = VoiceBank(tmp_path)
    for name in ("cy", "ann", "bob"):
        bank.add(voice(name))
    assert [one.name for one in bank.list()] == ["ann", "bob", "cy"]
    assert bank.show("bob").key == bank.show(voice("bob").key[:8]).key == voice("bob").key
    assert bank.delete("bob").name == "bob"
    assert [one.name for one in bank.list()] == ["ann", "cy"]
    with expect_error(VoiceError, "no voice in .* is named 'bob'"):
        bank.show("bob")
    bank.get_or_extract(sha("bob"), MODEL, lambda: voice("bob"))  # gone from memory, too
    assert len(bank.list()) == 3


def test_one_name_for_two_voices_needs_a_key(tmp_path, expect_error):
    bank = VoiceBank(tmp_path)
    for recording in ("monday", "tuesday"):
        bank.get_or_extract(sha(recording), MODEL, voice)
    with expect_error(VoiceError, "2 voices in .* are named 'ann'; give a key: "):
        bank.show("ann")


def test_list_reports_damaged_files_and_ignores_strangers(tmp_path, logged_warnings):
    bank = VoiceBank(tmp_path)
    bank.add(voice("ann"))
    bank.add(voice("bob"))
    damaged = tmp_path / f"{voice('bob').key}.safetensors"
    damaged.write_bytes(b"")
    (tmp_path / "notes.safetensors").touch()
    assert [one.name for one in bank.list()] == ["ann"]
    assert logged_warnings == [f"{damaged} is damaged; extract the voice again"]


def test_an_empty_bank_is_listed_without_being_made(tmp_path):
    assert list(VoiceBank(tmp_path / "none").list()) == []
    assert os.listdir(tmp_path) == []


def test_the_default_folder_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    VoiceBank().add(voice())
    assert [path.name for path in tmp_path.rglob("*.safetensors")] == [f"{voice().key}.safetensors"]
    monkeypatch.delenv("OPENVOICE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert VoiceBank().folder == tmp_path / "home/.cache/openvoice/voices"


# ----------------------------------------------------------------------------------------------------------- processes

NAMES = ("ann", "bob", "cy")


def _use_the_bank(folder: Path, start, complaints, seconds: float) -> None:
    """What each process does: ask for, rewrite and delete the same few voices, without a memory of its own."""
    logger.remove()
    logger.add(lambda message: complaints.put(message.record["message"]), level="WARNING")
    torch.set_num_threads(1)
    bank = VoiceBank(folder, memory_bytes=0)
    start.wait(60)
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for name in NAMES:
            got = bank.get_or_extract(sha(name), MODEL, lambda name=name: voice(name))
            if facts(got) != facts(voice(name)):
                complaints.put(f"asked for {name}, got {got.name}")
            bank.add(voice(name))
        for one in bank.list():
            if facts(one) != facts(voice(one.name)):
                complaints.put(f"listed {one.name} with a wrong embedding")
        rounds += 1
    complaints.put(rounds)


def test_processes_share_a_bank(tmp_path):
    context = multiprocessing.get_context("spawn")
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
    assert min(said) >= 3  # rounds, each of which met the others' writes
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{voice(name).key}.safetensors" for name in NAMES
    )


def _write_until_killed(folder: Path, started) -> None:
    bank = VoiceBank(folder, memory_bytes=0)
    while True:
        bank.add(voice())
        started.set()


def test_a_killed_writer_leaves_no_half_voice(tmp_path):
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    process = context.Process(target=_write_until_killed, args=(tmp_path, started), daemon=True)
    process.start()
    assert started.wait(60)
    process.kill()
    process.join(timeout=60)
    assert [facts(one) for one in VoiceBank(tmp_path).list()] == [facts(voice())]
