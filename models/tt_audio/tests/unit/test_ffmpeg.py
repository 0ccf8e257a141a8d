# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""ffmpeg.py: what ffmpeg is asked, what is made of its answers, and its limits.

The program here is a stand-in that keeps its arguments and behaves as each test needs: what it decodes is what the file
holds after the first bytes of a container.
"""

import io
import json
import os
import struct
import sys
import time

import numpy as np
import pytest
import soundfile

from models.tt_audio.host import audio, encodings, ffmpeg, sound_output
from models.tt_audio.host.errors import UserError
from models.tt_audio.host.ffmpeg import FfmpegError

RATE = 22050
M4A = b"\0\0\0\x1cftypM4A "

# After its first twelve bytes the file holds rate, channels and float32 samples.
STAND_IN = """#!{python}
import json, os, struct, sys, time
json.dump(sys.argv[1:], open({folder!r} + "/arguments", "w"))
if sys.argv[-1] != "pipe:1":
    samples = sys.stdin.buffer.read()
    path = sys.argv[-1].removeprefix("file:")
    with open(path, "wb") as out:
        out.write({m4a!r} + struct.pack("<2I", int(sys.argv[sys.argv.index("-ar") + 1]), 1) + samples)
    sys.exit(0)
path = sys.argv[sys.argv.index("-i") + 1].removeprefix("file:")
content = open(path, "rb").read()[12:]
rate, channels = struct.unpack("<2I", content[:8])
out = sys.stdout.buffer
{before}
out.write(struct.pack(">4s5I", b".snd", 32, 0xFFFFFFFF, 6, rate, channels) + bytes(8))
samples = content[8:]
for start in range(0, len(samples), 4096):
    block = samples[start : start + 4096]
    out.write(struct.pack(f">{{len(block) // 4}}f", *struct.unpack(f"<{{len(block) // 4}}f", block)))
out.flush()
{after}
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Install the stand-in; call it with statements to run before and after the samples."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(before: str = "", after: str = "") -> None:
        text = STAND_IN.format(python=sys.executable, folder=str(folder), m4a=M4A, before=before, after=after)
        (folder / "ffmpeg").write_text(text)
        (folder / "ffmpeg").chmod(0o755)

    install()
    install.arguments = lambda: json.loads((folder / "arguments").read_text())
    return install


def container(samples: np.ndarray, rate: int = RATE) -> bytes:
    return M4A + struct.pack("<2I", rate, samples.ndim) + samples.astype("<f4").tobytes()


def tone(seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


@pytest.mark.parametrize(
    "head, expected",
    [
        (M4A, "mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42", "matroska"),
        (b"\xff\xf1\x5c\x40", "aac"),
        (b"\xff\xf9\x5c\x40", "aac"),
        (b"#!AMR\n", "amr"),
        (b"\xff\xfb\x90\x00", None),  # MP3
        (b"#EXTM3U\nfile:///etc/passwd", None),
        (b"ffconcat version 1.0", None),
        (b"", None),
    ],
)
def test_the_first_bytes_choose_the_format(head, expected):
    assert ffmpeg.format_of(head) == expected


@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_is_decoded_through_the_program(tmp_path, program, channels):
    path = tmp_path / "-i a\n$(touch x).m4a"
    samples = tone(1.0)
    path.write_bytes(container(samples if channels == 1 else np.stack([samples, samples / 2], axis=1)))
    expected = samples if channels == 1 else samples * 0.75
    assert np.abs(audio.load(path, RATE) - expected).max() < 1e-6
    arguments = program.arguments()
    source = arguments[arguments.index("-i") + 1]
    assert source.startswith("file:/dev/fd/")  # no name that could be taken for an option or an address
    assert arguments[arguments.index("-i") - 2 : arguments.index("-i")] == ["-f", "mov"]
    assert arguments[arguments.index("-protocol_whitelist") + 1] == "file,pipe"
    assert "-nostdin" in arguments


def test_bytes_in_memory_are_decoded_like_a_file(program):
    assert np.abs(audio.load(io.BytesIO(container(tone(1.0))), RATE) - tone(1.0)).max() < 1e-6


@pytest.mark.parametrize("name", ["a.m4a", "a.wav"])
def test_without_the_program(tmp_path, monkeypatch, expect_error, name):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / name).write_bytes(container(tone(1.0)))
    with expect_error(
        FfmpegError, rf"{name} needs the program ffmpeg, which is not installed: install it .*apt install"
    ):
        audio.load(tmp_path / name, RATE)
    with expect_error(FfmpegError, "b.m4a needs the program ffmpeg, which is not installed"):
        encodings.check_target(tmp_path / "b.m4a")
    with expect_error(FfmpegError, "b.m4a needs the program ffmpeg, which is not installed"):
        sound_output.save(tmp_path / "b.m4a", tone(1.0), RATE)
    assert sorted(os.listdir(tmp_path)) == [name]


def test_what_the_program_prints_is_not_shown(tmp_path, program, logged_warnings, capfd):
    program(after="print('[mov @ 0x5577] something went wrong', file=sys.stderr)")
    (tmp_path / "a.m4a").write_bytes(container(tone(1.0)))
    assert len(audio.load(tmp_path / "a.m4a", RATE)) == RATE
    assert len(logged_warnings) == 1 and "a.m4a is cut or damaged: 1.0 s could be decoded" in logged_warnings[0]
    assert "0x5577" not in capfd.readouterr().err


def test_much_that_the_program_prints_does_not_block_it(tmp_path, program, logged_warnings):
    program(before="print('wrong ' * 1000000, file=sys.stderr)")
    (tmp_path / "a.m4a").write_bytes(container(tone(1.0)))
    assert len(audio.load(tmp_path / "a.m4a", RATE)) == RATE


@pytest.mark.parametrize("before", ["sys.exit(1)", "os.kill(os.getpid(), 9)", "sys.exit(0)"])
def test_a_program_that_decodes_nothing(tmp_path, program, expect_error, before):
    program(before=before)
    (tmp_path / "a.m4a").write_bytes(container(tone(1.0)))
    with expect_error(FfmpegError, "a.m4a is damaged or holds no sound that ffmpeg can decode; export it again"):
        audio.load(tmp_path / "a.m4a", RATE)


def test_a_program_that_makes_no_progress_is_ended(tmp_path, program, monkeypatch, expect_error):
    monkeypatch.setattr(ffmpeg, "STALL_SECONDS", 1.0)
    program(before=f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(1000)")
    (tmp_path / "a.m4a").write_bytes(container(tone(1.0)))
    with expect_error(FfmpegError, "ffmpeg decoded nothing of .*a.m4a for 1 s"):
        audio.load(tmp_path / "a.m4a", RATE)
    with expect_error(ProcessLookupError, "No such process"):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize(
    "limit, value, before",
    [("CPU_SECONDS", 1, "while True: pass"), ("MEMORY_BYTES", 1 << 28, "held = bytes(1 << 30)")],
)
def test_time_and_memory_of_the_program_are_limited(tmp_path, program, monkeypatch, expect_error, limit, value, before):
    monkeypatch.setattr(ffmpeg, limit, value)
    program(before=f"time.sleep(0.5)\n{before}")  # until the limits are set
    (tmp_path / "a.m4a").write_bytes(container(tone(1.0)))
    started = time.monotonic()
    with expect_error(FfmpegError, "a.m4a is damaged or holds no sound that ffmpeg can decode"):
        audio.load(tmp_path / "a.m4a", RATE)
    assert time.monotonic() - started < ffmpeg.STALL_SECONDS  # not by the other limit


def test_a_recording_without_an_end_is_refused(tmp_path, program, monkeypatch, expect_error):
    monkeypatch.setattr(ffmpeg, "MOST_SECONDS", 2.0)
    (tmp_path / "a.m4a").write_bytes(container(tone(3.0)))
    with expect_error(FfmpegError, "a.m4a lasts longer than .* hours; cut it into parts"):
        audio.load(tmp_path / "a.m4a", RATE)


def test_a_stream_that_is_left_early_ends_the_program(tmp_path, program):
    program(after=f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(1000)")
    (tmp_path / "a.m4a").write_bytes(container(np.tile(tone(1.0), 100)))
    stream = audio.stream(tmp_path / "a.m4a", RATE)
    next(stream)
    stream.close()
    assert not [entry for entry in os.listdir("/proc/self/task") if _children(entry)]


def _children(task: str) -> list[str]:
    with open(f"/proc/self/task/{task}/children") as file:
        return [pid for pid in file.read().split() if "ffmpeg" in open(f"/proc/{pid}/cmdline").read()]


def test_m4a_is_written_through_the_program(tmp_path, program):
    with sound_output.writer(tmp_path / "a.m4a", RATE) as write:
        write(tone(1.0))
        write(tone(0.5))
    assert np.abs(audio.load(tmp_path / "a.m4a", RATE) - np.concatenate([tone(1.0), tone(0.5)])).max() < 1e-6
    assert sorted(os.listdir(tmp_path)) == ["a.m4a", "bin"]


def test_a_program_that_fails_to_encode_leaves_nothing(tmp_path, program, expect_error):
    (tmp_path / "bin" / "ffmpeg").write_text(f"#!{sys.executable}\nimport sys; sys.exit(1)")
    with expect_error(UserError, "a.m4a was not written; ffmpeg could not encode it"):
        with sound_output.writer(tmp_path / "a.m4a", RATE) as write:
            for _ in range(20):
                write(tone(1.0))
    assert sorted(os.listdir(tmp_path)) == ["bin"]


# ---- formats of libsndfile


@pytest.mark.parametrize("name, form, rate", [("a.mp3", "MP3", RATE), ("a.opus", "OGG", 24000)])
def test_lossy_formats_are_written_in_blocks(tmp_path, name, form, rate):
    with sound_output.writer(tmp_path / name, RATE) as write:
        for _ in range(5):
            write(tone(0.7))
    info = soundfile.info(tmp_path / name)
    assert (info.format, info.samplerate) == (form, rate)
    decoded = audio.load(tmp_path / name, RATE)
    expected = np.concatenate([tone(0.7)] * 5)
    assert abs(len(decoded) - len(expected)) <= 1
    assert np.corrcoef(decoded[2000:-2000], expected[2000 : len(decoded) - 2000])[0, 1] > 0.99
