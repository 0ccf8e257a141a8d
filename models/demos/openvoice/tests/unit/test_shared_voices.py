# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Bank shared by service and page: names and keys, many voices, voices that vanish, and the event loop."""

import asyncio
import os
import threading
from types import SimpleNamespace

import pytest
import torch

from models.demos.openvoice.demo.service import Service
from models.demos.openvoice.demo.shared_voices import NoVoiceError, SharedVoices, TakenError, check_name
from models.tt_audio.host.errors import UsageError
from models.tt_audio.host.voice_bank import VoiceBank
from models.tt_audio.host.voice_files import VoiceFacts
from models.tt_audio.host.voices import Voice

MODEL = SimpleNamespace(identity="model", config=SimpleNamespace(gin_channels=4))
WAIT = 60


def voice(number: int, name: str = "", model: str = "model", channels: int = 4) -> Voice:
    embedding = torch.arange(1.0, channels + 1) + number
    return Voice(embedding, name or f"voice {number}", "a recording", f"{number:064x}", model)


class CountingBank(VoiceBank):
    """Bank that counts how often all of it is read."""

    readings = 0

    def facts(self):
        self.readings += 1
        return super().facts()


@pytest.fixture
def bank(tmp_path) -> CountingBank:
    return CountingBank(tmp_path / "voices")


def settle(bank: VoiceBank) -> None:
    """Set the time of the folder's last change far into the past."""
    os.utime(bank.folder, (1e9, 1e9))


def test_a_folder_that_is_not_there_has_no_voices(bank, expect_error):
    voices = SharedVoices(bank, MODEL)
    assert list(voices.list()) == []
    with expect_error(NoVoiceError, "^there is no voice 'anna' in the bank$"):
        voices.find("anna")


def test_voices_of_other_models_are_not_offered(bank, expect_error):
    voices = SharedVoices(bank, MODEL)
    bank.add(voice(1, "own"))
    bank.add(voice(2, "other", model="other"))
    bank.add(voice(3, "wide", channels=5))
    bank.add(voice(4, "any", model=""))
    assert [voice.name for voice in voices.list()] == ["any", "own"]
    with expect_error(NoVoiceError, "there is no voice 'other' in the bank"):
        voices.find("other")


def test_a_key_of_several_voices(bank, expect_error, monkeypatch):
    voices = SharedVoices(bank, MODEL)
    one, two = bank.add(voice(1)), bank.add(voice(2))
    monkeypatch.setattr(VoiceFacts, "key", property(lambda facts: f"abcdef01{facts.name}"))
    with expect_error(TakenError, "^2 voices have a key that begins with 'abcdef01'; ask by name$"):
        voices.find("abcdef01")
    assert (one.name, two.name) == ("voice 1", "voice 2")


def test_a_name_that_another_process_takes_at_the_same_time(bank, expect_error, monkeypatch):
    voices = SharedVoices(bank, MODEL)
    bank.add(voice(1, "anna"))
    monkeypatch.setattr(bank, "names", lambda: [])
    with expect_error(TakenError, "there is a voice 'anna' already"):
        voices.keep("anna", voice(2), "a test")


def test_names_and_keys(bank, expect_error):
    voices = SharedVoices(bank, MODEL)
    kept = voices.keep("anna", voice(1), "a test")
    assert (kept.name, kept.source) == ("anna", "a test")
    for name in ("anna", kept.key, kept.key[:8]):
        assert voices.find(name).key == kept.key
    with expect_error(NoVoiceError, "there is no voice"):
        voices.find(kept.key[:7])  # too short for a key
    with expect_error(TakenError, "^there is a voice 'anna' already; delete it first, or choose another name$"):
        voices.keep("anna", voice(2), "a test")
    with expect_error(TakenError, "^these recordings are kept already, as 'anna'$"):
        voices.keep("berta", voice(1), "a test")
    assert voices.delete("anna").key == kept.key
    with expect_error(NoVoiceError, "there is no voice 'anna' in the bank"):
        voices.delete("anna")


@pytest.mark.parametrize("name", ["a", "Anna B.", "ä", "李", "z" * 64, "a_b-c.d", "abcdef0", "0123456789g"])
def test_names_that_a_voice_can_have(name):
    check_name(name)


@pytest.mark.parametrize("name", ["", " a", ".a", "-a", "a" * 65, "a/b", "a\nb", "a\x00", "\u212b", "a:b"])
def test_names_that_a_voice_cannot_have(name, expect_error):
    with expect_error(UsageError, "^a voice cannot be named '.*': a name has 1 to 64 letters, digits, spaces, dots"):
        check_name(name)


@pytest.mark.parametrize("name", ["abcdef01", "0" * 64])
def test_a_name_is_no_key(name, expect_error):
    with expect_error(UsageError, f"^'{name}' could be taken for the key of a voice; choose another name$"):
        check_name(name)


def test_a_bank_that_has_not_changed_is_not_read_again(bank):
    voices = SharedVoices(bank, MODEL)
    for number in range(20):
        bank.add(voice(number))
    settle(bank)
    for number in range(20):
        assert voices.find(f"voice {number}").name == f"voice {number}"
    assert bank.readings == 0  # a name needs one file
    for number in range(20):
        assert len(voices.list()) == 20 and voices.find(voice(number).key[:8]).name == f"voice {number}"
    assert bank.readings == 1
    VoiceBank(bank.folder).add(voice(20))  # by another process
    assert len(voices.list()) == 21
    VoiceBank(bank.folder).delete("voice 20")
    assert len(voices.list()) == 20
    settle(bank)
    for _ in range(3):
        assert len(voices.list()) == 20
    assert bank.readings == 4


def test_a_change_within_the_resolution_of_times_is_noticed(bank):
    """Make two changes that may get the same time; a folder that changed just now is read again."""
    voices = SharedVoices(bank, MODEL)
    bank.add(voice(1))
    times = os.stat(bank.folder)
    assert len(voices.list()) == 1
    bank.add(voice(2))
    os.utime(bank.folder, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert len(voices.list()) == 2


def test_voices_may_vanish_while_the_bank_is_listed(bank):
    """List while another process adds and deletes voices; every listing has the voices that stay."""
    for number in range(5):
        bank.add(voice(number))
    voices, over = SharedVoices(bank, MODEL), threading.Event()

    def change() -> None:
        other = VoiceBank(bank.folder)
        while not over.is_set():
            for number in range(5, 15):
                other.add(voice(number))
            for number in range(5, 15):
                other.delete(f"voice {number}")

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(100):
            names = {voice.name for voice in voices.list()}
            assert names >= {f"voice {number}" for number in range(5)}
    finally:
        over.set()
        changing.join(WAIT)


def test_a_voice_that_someone_else_deletes_at_the_same_time(bank, expect_error, monkeypatch):
    voices = SharedVoices(bank, MODEL)
    bank.add(voice(1))
    delete = bank.delete

    def deleted_twice(key: str) -> Voice:
        delete(key)
        return delete(key)

    monkeypatch.setattr(bank, "delete", deleted_twice)
    with expect_error(NoVoiceError, "there is no voice 'voice 1' in the bank"):
        voices.delete("voice 1")


def test_the_event_loop_reads_no_disk():
    """Look up voices and base speakers only in threads other than the event loop's."""
    service = Service.__new__(Service)
    threads: list[threading.Thread] = []

    def note(*arguments: object) -> None:
        threads.append(threading.current_thread())

    service.voices = SimpleNamespace(find=note, keep=note)
    service._base_speaker = note
    service.thread = SimpleNamespace(ask=_answered)
    service.model = SimpleNamespace(voice=None, sampling_rate=1, speak_stream=None)
    service.limits = SimpleNamespace(result_seconds=1)
    service.bert = "zeros"

    async def use() -> None:
        await service.voice("anna")
        await service.keep_voice("anna", [])
        await service.speech("Hello.", None, None, "EN", None, None, 0.3, 0)

    asyncio.run(use())
    assert len(threads) == 3 and threading.current_thread() not in threads


async def _answered(work: object, *arguments: object) -> list:
    return []
