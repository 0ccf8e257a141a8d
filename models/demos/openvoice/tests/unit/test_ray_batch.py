# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""`batch --ray` on a cluster of two workers on this machine: one is killed in the middle, no row is lost or doubled."""

import json
import os
import signal
import socket
from pathlib import Path

import numpy as np
import soundfile

from models.demos.openvoice.demo import batch, ray_batch
from models.demos.openvoice.tests.piper_voices import write_voice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.host.errors import UsageError
from models.tt_audio.testing import speech

ROWS = 8
ROW = batch.BatchRow("1", "1", "a.wav", ("v.wav",), "", "b.wav", "", {}, 0.3, 0)


def test_a_worker_is_killed(here, console, monkeypatch):
    for number in range(ROWS):
        Path("corpus").mkdir(exist_ok=True)
        soundfile.write(f"corpus/{number}.wav", speech.voice(0.5 + number / 8, RATE), RATE)
    killed = []
    real = ray_batch.run

    def run(*arguments):
        for entry in real(*arguments):
            if not killed:  # while the others still wait for its result
                killed.append(entry["worker"])
                os.kill(entry["worker"], signal.SIGKILL)
            yield entry

    monkeypatch.setattr(ray_batch, "run", run)
    arguments = (
        "batch",
        "corpus",
        "--voice",
        "voice.flac",
        "--backend",
        "torch",
        "--precision",
        "exact",
        "--together",
        "1",
    )
    assert console(*arguments, "--ray", "local", "--workers", "2") == 0, console.err
    entries = [json.loads(line) for line in Path("results/report.jsonl").read_text().splitlines()]
    assert sorted(entry["output"] for entry in entries) == [f"results/{number}.wav" for number in range(ROWS)]
    assert {entry["state"] for entry in entries} == {"done"}
    assert len({entry["worker"] for entry in entries}) >= 2
    assert any(entry["worker"] not in killed for entry in entries[1:])
    for number in range(ROWS):
        assert soundfile.info(f"results/{number}.wav").frames == soundfile.info(f"corpus/{number}.wav").frames
    assert console(*arguments, "--json") == 0  # without Ray there is nothing left to do
    assert json.loads(console.out)["done_before"] == ROWS


def test_a_text_is_spoken_by_a_piper_voice(here, console):
    voice = write_voice(here / "voices", "small")
    Path("rows.csv").write_text("text,voice,output\nNo man.,voice.flac,said.wav\n")
    arguments = ("batch", "rows.csv", "--base", voice, "--backend", "torch", "--precision", "exact")
    assert console(*arguments, "--ray", "local", "--workers", "1") == 0, console.err
    (entry,) = [json.loads(line) for line in Path("results/report.jsonl").read_text().splitlines()]
    assert entry["state"] == "done" and entry["worker"] != os.getpid()
    spoken = soundfile.read("results/said.wav")[0]
    assert console("clone", "No man.", "voice.flac", "--base", voice, "--backend", "torch", "--precision", "exact") == 0
    assert np.array_equal(soundfile.read("cloned.wav")[0], spoken)


def test_no_cluster_there(expect_error):
    with expect_error(UsageError, "there is no Ray cluster at nonsense"):
        next(ray_batch.run([ROW], ("", "torch", {}), "nonsense", 1))


def test_an_address_that_does_not_answer(monkeypatch, expect_error):
    monkeypatch.setattr(ray_batch, "CONNECT_SECONDS", 5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with expect_error(UsageError, f"Ray cluster .*{address}"):
            next(ray_batch.run([ROW], ("", "torch", {}), address, 1))


def test_nothing_to_do_starts_no_cluster(monkeypatch):
    monkeypatch.setattr(ray_batch, "_cluster", None)
    assert list(ray_batch.run([], ("", "torch", {}), "local", 2)) == []
