# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""files.py: a file is complete or what it was, on full and on read-only disks, and when a signal ends the process."""

import errno
import io
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from models.tt_audio.host import files
from models.tt_audio.host.files import FileError, complete_file, write_all

ROOT = Path(__file__).resolve().parents[4]
NOBODY = 65534


def python(code: str, *arguments: str, **settings) -> subprocess.Popen:
    """Start Python at the root of the repository with this code."""
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, **settings)


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "a"
    with complete_file(path) as file:
        file.write(b"abc")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"abc" and os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, RuntimeError, OSError])
def test_whatever_ends_the_block_leaves_the_old_file(tmp_path, expect_error, end):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with expect_error(end, "the block"), complete_file(path) as file:
        file.write(b"new")
        raise end("the block")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path, umask):
    before = os.umask(umask)
    try:
        with complete_file(tmp_path / "a") as file:
            file.write(b"abc")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~umask


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "a"
    path.touch()
    path.chmod(0o640)
    with complete_file(path) as file:
        file.write(b"abc")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to(Path("folder") / "a")
    (tmp_path / "new").symlink_to(tmp_path / "folder" / "b")
    for name in ("link", "new"):
        with complete_file(tmp_path / name) as file:
            file.write(b"abc")
        assert (tmp_path / name).is_symlink() and (tmp_path / name).read_bytes() == b"abc"
    assert sorted(os.listdir(tmp_path / "folder")) == ["a", "b"]


def test_a_name_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / ("a" * 255)
    with complete_file(path) as file:
        file.write(b"abc")
    assert path.read_bytes() == b"abc"


def test_exclusive_leaves_a_file_that_is_there(tmp_path, expect_error):
    with complete_file(tmp_path / "a", exclusive=True) as file:
        file.write(b"old")
    with expect_error(FileExistsError, "File exists"), complete_file(tmp_path / "a", exclusive=True) as file:
        file.write(b"new")
    assert (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_a_pipe_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    with complete_file(tmp_path / "pipe") as file:
        file.write(b"abc")
    reader.join(30)
    assert read == [b"abc"] and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


# ---- what the system refuses


def _loop(folder: Path) -> Path:
    (folder / "one").symlink_to(folder / "two")
    (folder / "two").symlink_to(folder / "one")
    return folder / "one"


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda folder: folder, "is a folder; give the name of a file in it"),
        (lambda folder: folder / "none" / "a", r"a cannot be written; the folder .*none does not exist"),
        (lambda folder: folder / ("a" * 256), r"cannot be written \(File name too long\); choose another place"),
        (_loop, r"one cannot be written \(Too many levels of symbolic links\); choose another place"),
        (lambda folder: folder / "a\0b", r"cannot be written \(embedded null byte\); choose another name"),
        (lambda folder: Path("/dev/full"), r"/dev/full cannot be written \(No space left on device\); make space"),
    ],
    ids=["folder", "no folder", "long name", "loop of links", "null byte", "full device"],
)
def test_what_cannot_be_written_is_one_sentence(tmp_path, expect_error, make, message):
    path = make(tmp_path)
    before = sorted(os.listdir(tmp_path))
    with expect_error(FileError, message), complete_file(path) as file:
        file.write(b"abc")
    assert sorted(os.listdir(tmp_path)) == before


def test_a_full_device_is_still_a_device(expect_error):
    with expect_error(FileError, "No space left on device"), complete_file("/dev/full") as file:
        file.write(b"abc")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_file_that_grows_too_large_leaves_nothing(tmp_path):
    """Limit the size of files, as a full disk does: the last write takes only a part."""
    code = """
import resource, sys
from models.tt_audio.host.files import FileError, complete_file
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with complete_file(sys.argv[1]) as file:
        for _ in range(30):
            file.write(bytes(7_000))
except FileError as error:
    print(error)
"""
    (tmp_path / "a").write_bytes(b"old")
    out, err = python(code, tmp_path / "a").communicate(timeout=60)
    assert out.decode() == f"{tmp_path / 'a'} cannot be written (File too large); make space, or choose another place\n"
    assert err == b"" and (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


AS_NOBODY = f"""
import os, sys
from models.tt_audio.host.files import FileError, check_writable, complete_file
if os.getuid() == 0:
    os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
def nothing(path): 
    with complete_file(path) as file: file.write(b"new")
for attempt in (check_writable, nothing):
    try:
        attempt(sys.argv[1])
    except FileError as error:
        print(error)
"""


@pytest.mark.parametrize("exists", [False, True], ids=["folder", "file"])
def test_without_permission(tmp_path, exists):
    """As another user where the tests run as root, whom permissions do not bind."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "a"
    if exists:
        path.write_bytes(b"old")
        path.chmod(0o444)
    folder.chmod(0o777 if exists else 0o555)
    for parent in (tmp_path, *tmp_path.parents):  # the other user has to reach the folder
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(0o711)
    out, err = python(AS_NOBODY, path).communicate(timeout=60)
    sentence = f"{path} cannot be written (Permission denied); choose another place\n"
    assert out.decode() == 2 * sentence, err.decode()
    assert os.listdir(folder) == (["a"] if exists else [])
    assert not exists or path.read_bytes() == b"old"


@pytest.mark.parametrize("path", ["/proc/a", "/sys/a"])
def test_a_file_system_that_takes_no_files(path, expect_error):
    with expect_error(FileError, rf"{path} cannot be written \(.+\); choose another place"):
        with complete_file(path) as file:
            file.write(b"abc")


# ---- signals

WRITE_UNTIL_SIGNALLED = """
import signal, sys
from models.tt_audio.host.files import complete_file, signals_as_exits
with signals_as_exits():
    with complete_file(sys.argv[1]) as file:
        file.write(b"new")
        print("ready", flush=True)
        while True:
            signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGXCPU])
def test_a_signal_leaves_the_old_file_and_nothing_else(tmp_path, number):
    (tmp_path / "a").write_bytes(b"old")
    process = python(WRITE_UNTIL_SIGNALLED, tmp_path / "a")
    assert process.stdout.readline() == b"ready\n"
    assert len(os.listdir(tmp_path)) == 2
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode in (128 + number, -number)  # Python ends by SIGINT itself
    assert (tmp_path / "a").read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup leaves it
    try:
        with files.signals_as_exits():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


# ---- standard output


class Slow(io.RawIOBase):
    """A raw file that takes at most three bytes at a time, and sometimes none."""

    def __init__(self):
        self.written, self.calls = b"", 0
        self._pipe = os.pipe()

    def fileno(self) -> int:
        return self._pipe[1]

    def writable(self) -> bool:
        return True

    def write(self, data) -> int | None:
        self.calls += 1
        if self.calls % 3 == 0:
            return None
        self.written += bytes(data[:3])
        return len(data[:3])


def test_a_raw_file_gets_all_bytes():
    slow = Slow()
    write_all(slow, bytes(range(100)))
    assert slow.written == bytes(range(100))


def test_a_pipe_that_does_not_block_gets_all_bytes():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    read = []
    thread = threading.Thread(target=lambda: read.append(os.fdopen(reader, "rb").read()))
    thread.start()
    with open(writer, "wb") as file:
        write_all(file, bytes(1 << 20))
    thread.join(30)
    assert read == [bytes(1 << 20)]


def test_a_read_only_file_system_is_named(tmp_path, expect_error, monkeypatch):
    """Such a file system refuses to make a file, and to remove one that does not exist."""

    def refuse(path, *arguments, **settings):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(os, "unlink", refuse)
    with expect_error(FileError, r"a cannot be written \(Read-only file system\); choose another place"):
        with complete_file(tmp_path / "a"):
            pass
