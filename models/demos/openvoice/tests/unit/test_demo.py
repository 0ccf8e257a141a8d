# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""demo/demo.py: what a user of the command line gets, and what a mistake is answered with."""

import io
import re
import sys

import numpy as np
import pytest
import soundfile
import torch

from models.demos.openvoice.demo import demo
from models.demos.openvoice.tests import speech
from models.demos.openvoice.tests.checkpoints import SMALL_CONFIG, make_converter_checkpoint
from models.demos.openvoice.tt import backend

RATE = 22050


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_converter_checkpoint(tmp_path_factory.mktemp("model"), SMALL_CONFIG)


@pytest.fixture
def here(tmp_path, monkeypatch, folder):
    """An empty working folder with a recording, a second one for the voice, and a bank of voices of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "home"))
    soundfile.write("speech.wav", speech.voice(3.0, RATE), RATE)
    soundfile.write("voice.flac", speech.voice(6.0, 16000), 16000)
    return tmp_path


def run(folder, *arguments):
    demo.main(["convert", "--model", str(folder), "--precision", "exact", *arguments])


def fails(expect_error, capsys, *arguments) -> str:
    """The one line on stderr of a command that ends with exit code 2 and writes nothing."""
    with expect_error(SystemExit, "^2$"):
        demo.main(list(arguments))
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.count("\n") == 1, printed.err
    return printed.err


def test_convert_writes_a_file_as_long_as_the_recording(here, folder, capsys):
    run(folder, "speech.wav", "voice.flac")
    assert soundfile.info("converted.wav").frames == soundfile.info("speech.wav").frames
    assert capsys.readouterr().out.startswith("converted.wav: 3.0 s of speech")


def test_seed_and_tau_reach_the_model(here, folder):
    results = {}
    for name, options in {"a": (), "b": ("--seed", "1"), "c": ("--tau", "0"), "again": ()}.items():
        run(folder, "speech.wav", "voice.flac", "--output", f"{name}.wav", *options)
        results[name] = soundfile.read(f"{name}.wav")[0]
    assert np.array_equal(results["a"], results["again"])
    assert not np.array_equal(results["a"], results["b"])
    assert not np.array_equal(results["a"], results["c"])


def test_a_voice_file_as_upstream_delivers_it(here, folder):
    torch.save(torch.linspace(-1, 1, 12)[None, :, None], "voice.pth")
    run(folder, "speech.wav", "voice.pth", "--output", "result.flac")
    assert soundfile.info("result.flac").format == "FLAC"


@pytest.mark.parametrize("seconds, terminal, shown", [(12, True, True), (12, False, False), (3, True, False)])
def test_progress_is_for_long_recordings_on_a_terminal(tmp_path, monkeypatch, seconds, terminal, shown):
    soundfile.write(tmp_path / "a.wav", np.zeros(seconds * RATE), RATE)
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with demo._progress(tmp_path / "a.wav") as bar:
        bar.update(seconds)
    assert bool(stream.getvalue()) == shown


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["none.wav", "voice.flac"], "none.wav does not exist"),
        (["speech.wav", "none.wav"], "none.wav does not exist"),
        (["text.wav", "voice.flac"], "text.wav is empty or not audio"),
        (["speech.wav", "text.wav"], "text.wav is empty or not audio"),
        (["speech.wav", "silence.wav"], "silence.wav holds nothing but silence"),
        (["speech.wav", "."], r"\. is a folder; give an audio file"),
        (["speech.wav", "text.pth"], "text.pth"),
        (["speech.wav", "voice.flac", "text.pth"], "a voice file stands alone"),
        (["speech.wav", "voice.flac", "--output", "speech.wav"], "speech.wav is the recording itself"),
        (["speech.wav", "voice.flac", "--output", "result.mp3"], "choose a name that ends in .wav or .flac"),
        (["speech.wav", "voice.flac", "--output", "no/result.wav"], "the folder no does not exist"),
        (["speech.wav", "voice.flac", "--backend", "ttnn", "--precision", "fast"], "leave it out for ttnn"),
        (["speech.wav", "voice.flac", "--model", "no/such/model"], "no/such/model is neither a folder nor a model"),
        (["speech.wav", "voice.flac", "--model", "."], "config.json does not exist"),
        (["speech.wav", "voice.flac", "--tau", "-1"], "-1 is not zero or a positive number"),
        (["speech.wav", "voice.flac", "--tau", "nan"], "nan is not zero or a positive number"),
        (["speech.wav", "voice.flac", "--seed", "-1"], "-1 is not zero or a positive whole number"),
        (["speech.wav", "voice.flac", "--seed", "x"], "x is not zero or a positive whole number"),
        (["speech.wav"], "required: voice"),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(here, folder, expect_error, capsys, arguments, message):
    (here / "text.wav").write_text("no audio")
    (here / "text.pth").write_text("no voice")
    soundfile.write("silence.wav", np.zeros(RATE), RATE)
    before = sorted(here.iterdir())
    chosen = [] if "--model" in arguments else ["--model", str(folder)]
    error = fails(expect_error, capsys, "convert", *arguments, *chosen)
    assert error.startswith("error: ")
    assert re.search(message, error), error
    assert sorted(path for path in here.iterdir() if path.name != "home") == before


def test_no_card(here, folder, expect_error, capsys, monkeypatch):
    for variable in ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(backend, "CARDS", here / "none")
    arguments = ["speech.wav", "voice.flac", "--model", str(folder), "--backend", "ttnn"]
    assert "there is no Tenstorrent card" in fails(expect_error, capsys, "convert", *arguments)


def test_a_folder_for_results_that_is_a_file(here, expect_error, capsys):
    assert "speech.wav cannot be a folder" in fails(expect_error, capsys, "check", "--output", "speech.wav")


def test_an_unknown_command(expect_error, capsys):
    assert "invalid choice: 'clone'" in fails(expect_error, capsys, "clone")
