# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Web page as a process of its own: uploads are deleted with it however it ends, and it refuses other sites."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from loguru import logger

from models.demos.openvoice.demo import scratch
from models.demos.openvoice.demo.connections import bound_socket
from models.demos.openvoice.tests.unit.service_fixtures import wav
from models.tt_audio.host.errors import UsageError

ROOT = Path(__file__).resolve().parents[5]
WAIT = 300  # seconds that nothing here should take; a test that takes them has failed


def free_port() -> int:
    with bound_socket("127.0.0.1", 0) as listener:
        return listener.getsockname()[1]


@contextmanager
def page(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen, httpx.Client]]:
    """Start the page with its temporaries in `folder`, and yield it with a client when it answers."""
    command = [sys.executable, "-m", "models.demos.openvoice.demo.app", "--port", str(port), "--backend", "torch"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    environment["TMPDIR"] = str(folder)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            address = process.stdout.readline().decode()
            while address and not address.startswith("http://"):
                address = process.stdout.readline().decode()
            assert address.startswith(f"http://127.0.0.1:{port}"), "the page did not start"
            transport = httpx.HTTPTransport(retries=20)  # after pauses that double
            with httpx.Client(base_url=address.split()[0], transport=transport, timeout=WAIT) as client:
                yield process, client
        finally:
            process.kill()


def upload(client: httpx.Client) -> Path:
    """Upload a recording as a browser does. Return where the page stores it."""
    answer = client.post("/gradio_api/upload", files={"files": ("speech.wav", wav(1.0))})
    assert answer.status_code == 200, answer.text
    return Path(answer.json()[0])


@pytest.mark.timeout(900)  # two starts of a process that imports PyTorch and Gradio, on a machine that others use
def test_uploads_go_with_the_page(here):
    """Expect no uploads after SIGTERM at once, and after SIGKILL at the next start."""
    folder = here / "temporary"
    folder.mkdir()
    port = free_port()
    with page(folder, port) as (process, client):
        stored = upload(client)
        assert stored.is_relative_to(folder) and stored.is_file()
        process.kill()
        process.wait(WAIT)
    assert stored.is_file()
    with page(folder, port) as (process, client):
        assert not stored.exists(), "what a killed page left is still there"
        assert upload(client).is_file()
        refused = client.post("/gradio_api/upload", files={"files": b"x"}, headers={"Origin": "http://evil.example"})
        assert refused.status_code == 403
        assert client.get("/", headers={"Host": f"evil.example:{port}"}).status_code == 403
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT) == 128 + signal.SIGTERM
        assert b"Traceback" not in process.stdout.read()
    # Gradio makes an empty folder while it is imported, before the page has one of its own.
    assert [path for path in folder.rglob("*") if not path.is_dir()] == []


# ---- the folder


WAITING = """
import signal, sys
from pathlib import Path
from models.demos.openvoice.demo.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_signals_remove_the_folder(tmp_path, number):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WAITING, tmp_path]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert Path(process.stdout.readline().decode().strip()).is_dir()
        process.send_signal(number)
        assert process.wait(WAIT) == (-number if number == signal.SIGINT else 128 + number)
    assert list(tmp_path.iterdir()) == []


def test_a_running_process_keeps_its_folder(tmp_path):
    with scratch.scratch_folder(tmp_path) as first:
        (first / "upload").write_text("x")
        code = (
            "import sys; from pathlib import Path; from models.demos.openvoice.demo.scratch import scratch_folder\n"
            "with scratch_folder(Path(sys.argv[1])) as folder: print(folder)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
        )
        second = Path(done.stdout.decode().strip())
        assert second.parent == tmp_path and second != first, done.stderr.decode()
        assert (first / "upload").is_file() and not second.exists()
    assert list(tmp_path.iterdir()) == []


def test_only_own_folders_are_swept(tmp_path, monkeypatch):
    left = tmp_path / f"{scratch.PREFIX}left"
    (left / "deep").mkdir(parents=True)
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / f"{scratch.PREFIX}file").write_text("x")
    (tmp_path / f"{scratch.PREFIX}link").symlink_to(other)
    with scratch.scratch_folder(tmp_path):
        names = {path.name for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()}
        assert left.name not in names and "other" in names
        assert (tmp_path / f"{scratch.PREFIX}file").is_file() and (tmp_path / f"{scratch.PREFIX}link").is_symlink()
    left.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: os.stat(left).st_uid + 1)
    with scratch.scratch_folder(tmp_path):
        assert left.is_dir()


def test_a_folder_that_another_process_removes_before_it_is_locked(tmp_path, monkeypatch):
    made = []
    make = tempfile.mkdtemp

    def removed_at_first(**settings):
        made.append(Path(make(**settings)))
        return str(made[-1])

    def lock(descriptor: int) -> bool:
        if len(made) == 1:
            made[0].rmdir()
        return len(made) != 2  # the second is locked by the other process

    monkeypatch.setattr(tempfile, "mkdtemp", removed_at_first)
    monkeypatch.setattr(scratch, "_lock", lock)
    with scratch.scratch_folder(tmp_path) as folder:
        assert folder == made[2] and folder.is_dir()


def test_temporaries_are_in_the_folder_and_errors_end_it(tmp_path, expect_error):
    before = tempfile.tempdir
    with expect_error(ZeroDivisionError, "division"):
        with scratch.scratch_folder(tmp_path) as folder:
            assert Path(tempfile.mkdtemp()).parent == folder
            raise ZeroDivisionError("division")
    assert not folder.exists() and tempfile.tempdir == before


def test_signals_are_as_before_after_the_block(tmp_path, monkeypatch):
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    for number in numbers[:2]:
        with pytest.raises(SystemExit) as end:  # allow-pytest.raises: an exit code is no message
            with scratch.scratch_folder(tmp_path) as folder:
                signal.raise_signal(number)
        assert end.value.code == 128 + number and not folder.exists()
    assert [signal.getsignal(number) for number in numbers] == before
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with scratch.scratch_folder(tmp_path):
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before[1])


def test_a_second_signal_does_not_interrupt_the_removal(tmp_path, monkeypatch):
    remove = scratch._remove

    def interrupted(folder: Path) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.raise_signal(number)
        remove(folder)

    monkeypatch.setattr(scratch, "_remove", interrupted)
    with scratch.scratch_folder(tmp_path) as folder:
        pass
    assert not folder.exists()


def test_a_folder_that_cannot_be_removed_is_told(tmp_path, monkeypatch):
    said: list[str] = []
    number = logger.add(said.append, format="{message}", level="WARNING")
    monkeypatch.setattr(scratch.shutil, "rmtree", _refused)
    with scratch.scratch_folder(tmp_path) as folder:
        pass
    logger.remove(number)
    message = f"{folder} could not be removed (Permission denied); delete it, because it may hold recordings\n"
    assert said == [message]


def _refused(folder: Path) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_port_in_use_is_one_sentence(expect_error):
    with bound_socket("127.0.0.1", 0) as listener:
        listener.listen()
        port = listener.getsockname()[1]
        with expect_error(UsageError, rf"^port {port} of 127.0.0.1 cannot be used \(Address already in use\); choose"):
            bound_socket("127.0.0.1", port)
    with expect_error(UsageError, r"^port 80 of no\.such\.host\.invalid cannot be used \(.+\); choose another --port$"):
        bound_socket("no.such.host.invalid", 80)
