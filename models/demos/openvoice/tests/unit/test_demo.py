# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Command line: the results of `convert`, `clone`, `voice` and `check`, and the messages for mistakes."""

import argparse
import io
import json
import os
import re
import signal
import sys
import tempfile
import threading

import numpy as np
import pytest
import soundfile
import torch
from matplotlib.image import imread

from models.demos.openvoice import pipeline, releases
from models.demos.openvoice.demo import comparison, spoken_comparison
from models.demos.openvoice.pipeline import OpenVoice
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.cli import backends, sound, terminal
from models.tt_audio.host import audio, errors
from models.tt_audio.testing import speech
from models.tt_audio.tt import device as tt_device

CONVERT = ("convert", "--precision", "exact", "--backend", "torch")


# ---- convert


def test_convert_writes_a_file_as_long_as_the_recording(here, console):
    assert console(*CONVERT, "speech.wav", "voice.flac") == 0
    assert soundfile.info("converted.wav").frames == soundfile.info("speech.wav").frames
    assert console.out.startswith("converted.wav: 3.0 s of speech")
    assert console.err == ""


def test_a_replaced_file_is_told(here, console):
    assert console(*CONVERT, "speech.wav", "voice.flac", "--json") == 0
    assert json.loads(console.out)["replaced"] is False
    assert console(*CONVERT, "speech.wav", "voice.flac") == 0
    assert console.out.endswith(", an older file replaced\n")


@pytest.mark.parametrize("name, form", [("a.mp3", "MP3"), ("a.opus", "OGG")])
def test_lossy_results(here, console, name, form):
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", name) == 0
    assert soundfile.info(name).format == form and abs(soundfile.info(name).duration - 3.0) < 0.1


def test_a_named_pipe_is_read_once(here, console):
    os.mkfifo("pipe.wav")
    writer = threading.Thread(target=lambda: (here / "pipe.wav").write_bytes((here / "speech.wav").read_bytes()))
    writer.start()
    assert console(*CONVERT, "pipe.wav", "voice.flac") == 0
    writer.join(30)
    assert soundfile.info("converted.wav").frames == soundfile.info("speech.wav").frames


def test_sound_is_not_written_to_a_terminal(here, console, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", "-") == 2
    assert console.err == ("error: sound is not written to a terminal; redirect it (> result.wav), or give --output\n")


def test_the_version(console):
    assert console("--version") == 0
    assert re.fullmatch(r"openvoice-tt \d+\.\d+\.\d+\n", console.out)


def test_seed_and_tau_reach_the_model(here, console):
    results = {}
    for name, options in {"a": (), "b": ("--seed", "1"), "c": ("--tau", "0"), "again": ()}.items():
        assert console(*CONVERT, "speech.wav", "voice.flac", "--output", f"{name}.wav", *options) == 0
        results[name] = soundfile.read(f"{name}.wav")[0]
    assert np.array_equal(results["a"], results["again"])
    assert not np.array_equal(results["a"], results["b"])
    assert not np.array_equal(results["a"], results["c"])


def test_a_voice_file_as_upstream_delivers_it(here, console):
    torch.save(torch.linspace(-1, 1, 12)[None, :, None], "voice.pth")
    assert console(*CONVERT, "speech.wav", "voice.pth", "--output", "result.flac") == 0
    assert soundfile.info("result.flac").format == "FLAC"


def test_json(here, console):
    assert console(*CONVERT, "speech.wav", "voice.flac", "--json") == 0
    facts = json.loads(console.out)
    assert (facts["output"], facts["voice"], facts["seconds"], facts["seed"]) == ("converted.wav", "voice", 3.0, 0)


@pytest.mark.parametrize("streamed", [(), ("--stream", "--chunk", "0.5")])
def test_through_pipes(here, console, streamed):
    """Convert stdin to stdout: the same samples as with files, and nothing else on stdout."""
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", "file.wav") == 0
    stdin = (here / "speech.wav").read_bytes()
    assert console(*CONVERT, "-", "voice.flac", "--output", "-", *streamed, stdin=stdin) == 0
    assert "3.0 s of speech" in console.err
    expected, actual = (
        soundfile.read("file.wav", dtype="int16")[0],
        soundfile.read(io.BytesIO(console.bytes), dtype="int16")[0],
    )
    assert len(expected) == len(actual)
    assert np.abs(expected.astype(int) - actual).max() <= 1  # windows at other places round differently


def test_a_stream_begins_before_the_recording_is_converted(here, monkeypatch):
    """Read samples from stdout while later ones are still being converted."""
    model = OpenVoice.from_pretrained(here / "home" / "OpenVoiceV2", precision="exact")
    out = io.BytesIO()
    write = sound.stream_writer(out, RATE)
    sizes = []
    for piece in model.convert_stream("speech.wav", model.voice("voice.flac"), chunk_seconds=0.5):
        write(piece)
        sizes.append(len(out.getvalue()))
    assert len(sizes) >= 6 and sizes == sorted(set(sizes))


def test_the_header_of_a_stream(tmp_path):
    samples = speech.voice(0.5, RATE)
    samples[:2] = 1.5, -1.5  # beyond full scale
    pipe = io.BytesIO()
    sound.stream_writer(pipe, RATE)(samples)
    assert pipe.getvalue()[4:8] == pipe.getvalue()[40:44] == b"\xff\xff\xff\xff"
    soundfile.write(tmp_path / "file.wav", samples, RATE)
    assert pipe.getvalue()[44:] == (tmp_path / "file.wav").read_bytes()[44:]
    pipe.seek(0)
    assert np.array_equal(soundfile.read(pipe)[0], soundfile.read(tmp_path / "file.wav")[0])


def test_a_stream_can_be_read_without_a_warning(here, console, logged_warnings):
    pipe = io.BytesIO()
    sound.stream_writer(pipe, RATE)(speech.voice(1.0, RATE))
    pipe.seek(0)
    assert len(audio.load(pipe, RATE)) == RATE
    assert logged_warnings == []


def test_whoever_reads_stdout_may_stop(here, console, monkeypatch):
    def closed(*_):
        raise BrokenPipeError

    monkeypatch.setattr(sound, "stream_writer", lambda *_: closed)
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", "-", "--stream") == 141
    assert console.err == ""


def test_interrupted(here, console, monkeypatch):
    """Press Ctrl-C after the first piece: one line, exit code 130, no file."""

    def pieces(*_, **__):
        yield np.zeros(RATE, np.float32)
        raise KeyboardInterrupt

    monkeypatch.setattr(OpenVoice, "convert_stream", pieces)
    before = sorted(here.iterdir())
    assert console(*CONVERT, "speech.wav", "voice.flac") == 130
    assert console.err == "interrupted\n"
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("streamed", [(), ("--stream",)])
@pytest.mark.parametrize("output", ["result.wav", "-"])
def test_a_signal_ends_a_conversion_without_a_trace(here, console, monkeypatch, output, streamed):
    def pieces(*_, **__):
        yield np.zeros(RATE, np.float32)
        os.kill(os.getpid(), signal.SIGTERM)
        yield np.zeros(RATE, np.float32)

    monkeypatch.setattr(OpenVoice, "convert_stream", pieces)
    before = sorted(here.iterdir())
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", output, *streamed) == 128 + signal.SIGTERM
    assert console.err == "" and sorted(here.iterdir()) == before
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda path: path.symlink_to("/dev/full"), r"result.wav cannot be written \(No space left on device\)"),
        (lambda path: path.symlink_to("/proc/none.wav"), r"result.wav cannot be written \(.+\); choose another place"),
        (lambda path: path.symlink_to(path), r"result.wav cannot be written \(Too many levels of symbolic links\)"),
    ],
    ids=["full", "refused", "loop"],
)
def test_a_disk_that_refuses_the_result(here, console, make, message):
    make(here / "result.wav")
    before = sorted(here.iterdir())
    assert console(*CONVERT, "speech.wav", "voice.flac", "--output", "result.wav") == 2
    assert re.search(message, console.err) and console.err.count("\n") == 1 and console.out == ""
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("seconds, is_terminal, shown", [(2, True, True), (2, False, False), (0, True, False)])
def test_progress_is_for_long_work_on_a_terminal(monkeypatch, seconds, is_terminal, shown):
    stream = io.StringIO()
    stream.isatty = lambda: is_terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.progress(3, "s") as bar:
        if is_terminal:
            bar.start_t -= seconds  # move the start into the past
            bar.last_print_t -= seconds
        bar.update()
        drawn = stream.getvalue()
    assert bool(drawn) == shown


# ---- which model, which backend


def test_what_is_chosen_is_said(here, console):
    assert console("convert", "speech.wav", "voice.flac") == 0
    assert console.err == "model myshell-ai/OpenVoiceV2, backend torch on the CPU (there is no Tenstorrent card)\n"


def test_without_the_release_the_small_model_converts(here, console, monkeypatch, converter_folder):
    (here / "home" / "OpenVoiceV2").unlink()
    real = releases.locate
    monkeypatch.setattr(
        releases,
        "locate",
        lambda name, *rest, **more: converter_folder if name == "small" else real(name, *rest, **more),
    )
    assert console("convert", "speech.wav", "voice.flac") == 0
    assert re.fullmatch("model small \\(bundled, .* is not on this machine\\), backend torch .*\n", console.err)


def test_without_any_model(here, console, monkeypatch):
    (here / "home" / "OpenVoiceV2").unlink()
    real = releases.locate

    def locate(name, *rest, **more):
        if name == "small":
            raise errors.CheckpointError("no assets")
        return real(name, *rest, **more)

    monkeypatch.setattr(releases, "locate", locate)
    assert console("convert", "speech.wav", "voice.flac") == 2
    assert (
        "run `python -m models.demos.openvoice.demo.demo download converter`" in console.err
        and console.err.count("\n") == 1
    )


def test_auto_is_the_card_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.delenv("TT_METAL_SIMULATOR", raising=False)
    monkeypatch.setattr(backends, "CARDS", tmp_path)
    assert backends.choose_backend("auto")[0] == "ttnn"
    monkeypatch.setattr(backends, "CARDS", tmp_path / "none")
    assert backends.choose_backend("auto")[0] == "torch"


@pytest.mark.parametrize(
    "given, settings",
    [
        (("--device", "cuda:1"), {"device": "cuda:1", "graphs": False}),
        (("--device", "cpu", "--precision", "exact"), {"device": "cpu", "precision": "exact"}),
    ],
)
def test_one_result_on_a_gpu_needs_no_graphs(here, console, monkeypatch, given, settings):
    opened = []

    def refuse(converter, **options):
        opened.append(options)
        raise errors.UsageError("enough")

    monkeypatch.setitem(pipeline.BACKENDS, "torch", refuse)
    assert console("convert", "speech.wav", "voice.flac", *given) == 2
    assert opened == [settings]


# ---- mistakes


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["none.wav", "voice.flac"], "none.wav does not exist"),
        (["speech.wav", "none.wav"], "none.wav does not exist and is no voice in the bank"),
        (["text.wav", "voice.flac"], "text.wav is empty or not audio"),
        (["speech.wav", "text.wav"], "text.wav is empty or not audio"),
        (["speech.wav", "silence.wav"], "silence.wav holds nothing but silence"),
        (["speech.wav", "."], r"\. is a folder; give an audio file"),
        (["speech.wav", "text.pth"], "text.pth"),
        (["speech.wav", "voice.flac", "text.pth"], "a voice file cannot be mixed with recordings"),
        (["speech.wav", "voice.flac", "--output", "speech.wav"], "speech.wav is also an input"),
        (["speech.wav", "voice.flac", "--output", "link.flac"], r"link.flac is also an input \(voice.flac\)"),
        (["speech.wav", "voice.flac", "--output", "hard.wav"], r"hard.wav is also an input \(speech.wav\)"),
        (["speech.wav", "voice.flac", "--output", "home/../speech.wav"], r"speech.wav is also an input"),
        (["speech.wav", "voice.flac", "--keep", "a/b"], "a voice cannot be named 'a/b'"),
        (["speech.wav", "voice.flac", "--replace"], "--replace belongs to --keep"),
        (["speech.wav", "/dev/zero"], "/dev/zero is a device; give an audio file"),
        (["/dev/null", "voice.flac"], "/dev/null is a device; give an audio file"),
        (["speech.wav", "voice.flac", "--output", "result.ogg"], "a name that ends in .wav, .flac, .mp3, .opus, .m4a"),
        (["speech.wav", "voice.flac", "--output", "no/result.wav"], "the folder no does not exist"),
        (["speech.wav", "voice.flac", "--backend", "ttnn", "--precision", "fast"], "leave it out for ttnn"),
        (["speech.wav", "voice.flac", "--device", "0"], "--device names a card, and the backend is torch"),
        (["speech.wav", "voice.flac", "--backend", "ttnn", "--device", "cuda"], "--device cuda belongs to the backend"),
        (["speech.wav", "voice.flac", "--device", "cuda:99"], "cuda:99|without CUDA|cannot use a GPU here"),
        (
            ["speech.wav", "voice.flac", "--device", "x"],
            "x is neither the number of a card nor 'all', nor one of 'cpu'",
        ),
        (["speech.wav", "voice.flac", "--model", "no/such/model"], "no/such/model is neither a folder nor a model"),
        (["speech.wav", "voice.flac", "--model", "."], "config.json does not exist"),
        (["speech.wav", "voice.flac", "--tau", "-1"], "-1 is not a number from 0 to 2"),
        (["speech.wav", "voice.flac", "--tau", "1e30"], "1e30 is not a number from 0 to 2"),
        (["speech.wav", "voice.flac", "--tau", "nan"], "nan is not a number from 0 to 2"),
        (["speech.wav", "voice.flac", "--seed", "-1"], "-1 is not zero or a positive whole number"),
        (["speech.wav", "voice.flac", "--seed", "x"], "x is not zero or a positive whole number"),
        (["speech.wav", "voice.flac", "--chunk", "0"], "0 is not a number from 0.1 to 60"),
        (["speech.wav", "voice.flac", "--chunk", "0.01"], "0.01 is not a number from 0.1 to 60"),
        (["speech.wav", "voice.flac", "--watermark", "too long a text"], "1 to 8 ASCII characters"),
        (["-", "voice.flac"], "standard input is empty or not audio"),
        (["speech.wav"], "required: voice"),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(here, console, arguments, message):
    (here / "text.wav").write_text("no audio")
    (here / "text.pth").write_text("no voice")
    soundfile.write("silence.wav", np.zeros(RATE), RATE)
    (here / "link.flac").symlink_to("voice.flac")
    (here / "hard.wav").hardlink_to("speech.wav")
    before = sorted(here.iterdir())
    chosen = [] if "--backend" in arguments else ["--backend", "torch"]
    assert console("convert", *arguments, *chosen) == 2
    assert console.out == "" and console.err.count("\n") == 1, console.err
    assert console.err.startswith("error: ")
    assert re.search(message, console.err), console.err
    assert sorted(here.iterdir()) == before


def test_no_card(here, console, monkeypatch):
    for variable in ("TT_METAL_SIMULATOR", "TT_METAL_MOCK_CLUSTER_DESC_PATH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(tt_device, "CARDS", here / "none")
    assert console("convert", "speech.wav", "voice.flac", "--backend", "ttnn") == 2
    assert "there is no Tenstorrent card" in console.err and console.err.count("\n") == 1


@pytest.mark.parametrize("given, opened", [((), 0), (("--device", "2"), 2), (("--device", "all"), "mesh")])
def test_the_card_is_the_one_named(here, console, monkeypatch, given, opened):
    def refuse(which):
        raise RuntimeError(f"{which} is busy\n backtrace: ...")

    monkeypatch.setattr(tt_device, "CARDS", here)
    monkeypatch.setattr(tt_device.ttnn, "open_device", lambda device_id, **_: refuse(device_id))
    monkeypatch.setattr(tt_device.ttnn, "open_mesh_device", lambda shape: refuse("mesh"))
    monkeypatch.setattr(tt_device.ttnn, "get_num_devices", lambda: 2)
    assert console("convert", "speech.wav", "voice.flac", "--backend", "ttnn", *given) == 2
    assert console.err == f"error: {opened} is busy\n"


def test_an_error_after_the_card_has_opened_is_a_fault_of_the_program(here, console, monkeypatch):
    def fail(converter, **options):
        raise RuntimeError("a matrix of the wrong shape")

    monkeypatch.setattr(tempfile, "tempdir", str(here))
    monkeypatch.setitem(pipeline.BACKENDS, "ttnn", fail)
    assert console("convert", "speech.wav", "voice.flac", "--backend", "ttnn") == terminal.FAULT
    assert console.err.startswith("error: this is a fault of the program (RuntimeError: a matrix of the wrong shape)")


def test_a_mocked_card_has_no_time(here, console, monkeypatch):
    monkeypatch.setenv("TT_METAL_MOCK_CLUSTER_DESC_PATH", "mocked")
    assert console("bench", "--backend", "ttnn") == 2
    assert "times on a mocked card mean nothing" in console.err


def test_an_unknown_command(console):
    assert console("speak") == 2
    assert "invalid choice: 'speak'" in console.err and console.err.count("\n") == 1


# ---- clone


def test_clone_says_every_sentence(here, console):
    first, second = "The ferry was late that day.", "Nobody of them minded at all."
    assert console("clone", first, "voice.flac", "--output", "one.wav") == 0
    assert console("clone", f"{first} {second}", "voice.flac", "--output", "two.wav", "--pause", "1") == 0
    one, two = soundfile.read("one.wav")[0], soundfile.read("two.wav")[0]
    assert len(two) > len(one) + RATE
    assert np.array_equal(two[len(one) : len(one) + RATE], np.zeros(RATE))


@pytest.mark.parametrize(
    "arguments, stdin, message",
    [
        (["Hello.", "voice.flac", "--language", "XX"], b"", "No front end for language 'XX'"),
        (["Hello.", "voice.flac", "--speaker", "EN-XX"], b"", "there is no speaker 'EN-XX'"),
        (["Hello.", "voice.flac", "--style", "odd"], b"", "odd"),
        (["Hello.", "voice.flac", "--speed", "99"], b"", "speed"),
        (["Hello.", "none.wav"], b"", "none.wav does not exist"),
        (["...", "voice.flac"], b"", "\\.\\.\\."),
        (["-", "voice.flac"], b"\xff\xfe", "standard input is not UTF-8"),
        (["Bonjour.", "voice.flac", "--language", "FR"], b"", "MeloTTS-French and the BERT model .* are missing"),
    ],
)
def test_what_cannot_be_said(here, console, monkeypatch, arguments, stdin, message):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert console("clone", *arguments, "--backend", "torch", stdin=stdin) == 2
    lines = [line for line in console.err.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1 and re.search(message, lines[0]), console.err
    assert not (here / "cloned.wav").exists()


# ---- voice


def test_the_life_of_a_voice(here, console):
    assert console("voice", "extract", "voice.flac", "--name", "anna", "--output", "anna.safetensors") == 0
    assert console("voice", "list", "--json") == 0
    (kept,) = json.loads(console.out)["voices"]
    assert (kept["name"], kept["source"], kept["channels"]) == ("anna", "voice.flac", 12)
    for name in ("anna", "anna.safetensors", "voice.flac"):  # the same voice by name, by file and by recording
        assert console(*CONVERT, "speech.wav", name, "--output", f"{name}.wav") == 0
    sounds = [soundfile.read(f"{name}.wav")[0] for name in ("anna", "anna.safetensors", "voice.flac")]
    assert np.array_equal(sounds[0], sounds[1]) and np.array_equal(sounds[0], sounds[2])
    assert console("voice", "rename", "anna", "berta") == 0
    assert console.out == "anna: now named berta\n"
    assert console("voice", "list") == 0
    assert "berta" in console.out and "anna" not in console.out
    assert console("voice", "show", kept["key"][:8]) == 0
    assert "voice.flac" in console.out
    assert console("voice", "export", "berta", "berta.safetensors") == 0
    assert console("voice", "import", "berta.safetensors", "--name", "carla") == 0
    for name in ("berta", "carla"):
        assert console("voice", "delete", name) == 0
        assert console.out == f"{name}: deleted\n"
    assert console("voice", "list") == 0
    assert console.out.startswith("no voices are kept in ")


def test_a_voice_is_kept_only_when_asked(here, console):
    assert console(*CONVERT, "speech.wav", "voice.flac") == 0
    assert console("voice", "extract", "voice.flac", "--output", "anna.safetensors") == 0
    assert console.out.endswith(", written to anna.safetensors\n")
    assert not (here / "home" / "voices").exists()
    assert console(*CONVERT, "speech.wav", "voice.flac", "--keep", "anna") == 0
    assert console.err == f"voice anna kept in {here / 'home' / 'voices'}\n"
    assert [path.name for path in (here / "home" / "voices").iterdir()] == ["anna.safetensors"]


def test_a_second_voice_of_a_name_is_refused(here, console):
    assert console("voice", "extract", "voice.flac", "--name", "anna") == 0
    assert console("voice", "list") == 0
    before = console.out
    for command in (("voice", "extract", "speech.wav", "--name"), (*CONVERT, "voice.flac", "speech.wav", "--keep")):
        assert console(*command, "anna") == 2
        assert "there is another voice 'anna' in the bank; choose another name, or replace it" in console.err
        assert console.err.count("\n") == 1 and not (here / "converted.wav").exists()
    assert console("voice", "list") == 0 and console.out == before
    assert console("voice", "extract", "speech.wav", "--name", "anna", "--replace") == 0
    assert console("voice", "list") == 0 and "speech.wav" in console.out and console.out != before


def test_a_bank_that_cannot_be_written_is_an_error(here, console):
    (here / "home" / "voices").write_text("a file")
    assert console("voice", "extract", "voice.flac", "--name", "anna") == 2
    assert "cannot be made (File exists)" in console.err and console.out == ""
    assert console(*CONVERT, "speech.wav", "voice.flac", "--keep", "anna") == 2
    assert not (here / "converted.wav").exists()


def test_names_of_files_with_control_characters(here, console):
    name = "a\n\x1b[31mb.wav"
    (here / "speech.wav").rename(here / name)
    assert console(*CONVERT, name, "voice.flac", "--output", "out\n.wav") == 0
    assert console.out.startswith(r"out\n.wav: 3.0 s of speech") and console.err == ""
    assert console("voice", "extract", name) == 2
    assert console.err.count("\n") == 1 and "\x1b" not in console.err
    assert console("voice", "extract", name, "--name", "anna") == 0
    for command in ("list", "show"):
        assert console("voice", command, *["anna"][: command == "show"]) == 0
        assert "\x1b" not in console.out and r"a\n\x1b[31mb.wav" in console.out


@pytest.mark.parametrize("action", ["show", "delete"])
def test_a_voice_that_is_not_kept(here, console, action):
    assert console("voice", action, "nobody") == 2
    assert "no voice in" in console.err and console.err.count("\n") == 1


# ---- check


def test_check_writes_sound_and_a_picture(here, capsys, monkeypatch):
    """Use PyTorch instead of the device, which `test_demo` in demo.py and tests/pcc test."""

    def load(folder, backend, **settings):
        return OpenVoice.from_pretrained(folder, "torch", precision="exact")

    monkeypatch.setattr(comparison, "load", load)
    options = argparse.Namespace(model=None, recording=None, voice=None, output=here / "out")
    agreement = comparison.compare(options)
    assert agreement.waveform == agreement.log_mel == agreement.tone_colour == 1
    assert len(agreement.repeat()) == 2 * RATE
    assert {path.name for path in (here / "out").iterdir()} == {
        *("source.wav", "reference.wav", "result.wav", "pytorch.wav", "spectrograms.png")
    }
    picture = imread(here / "out" / "spectrograms.png")
    assert picture.shape[:2] == (528, 720)  # three panels
    assert len(np.unique(picture)) > 100
    assert (here / "out" / "spectrograms.png").stat().st_size < 200_000
    printed = capsys.readouterr().out
    assert re.search(r"similarity 0\.\d+ of source and reference, 0\.\d+ of result and reference", printed)
    assert "spectrograms.png" in printed


def test_a_text_is_spoken_and_judged(here, capsys, monkeypatch):
    """Use PyTorch instead of the device, and the installed voice."""

    def load(folder, backend, **settings):
        return OpenVoice.from_pretrained(folder, "torch", precision="exact")

    monkeypatch.setattr(spoken_comparison, "load", load)
    spoken = spoken_comparison.compare_speech("The ferry was late.", here / "voice.flac", None, here / "out")
    assert spoken.waveform == 1 and spoken.log_mel == 1 and spoken.seconds[0] == spoken.seconds[1] > 0.5
    assert len(spoken.repeat()) == pytest.approx(spoken.seconds[0] * RATE, abs=RATE / 50)
    assert {path.name for path in (here / "out").iterdir()} == {
        *("base.wav", "voice.wav", "result.wav", "pytorch.wav", "spectrograms.png")
    }
    printed = capsys.readouterr().out
    assert re.search(r"base speech +\d\.\d+ s, similarity .*DNSMOS \d.\d+, \d+% of the words wrong .*: \w", printed)
    assert "result      " in printed and "PCC: 1.000000 of the waveforms" in printed


def test_speech_with_another_duration_is_compared_along_a_warping_path():
    expected = speech.voice(1.0, RATE)
    actual = np.concatenate([expected[: RATE // 2], expected[RATE // 2 - 1024 :]])  # frame by frame the PCC is 0.93
    spoken = spoken_comparison._agreement({"PyTorch": expected, "device": actual}, RATE, lambda: expected)
    assert spoken.waveform is None and 0.99 < spoken.log_mel < 1
    assert "1.000 s with PyTorch" in spoken_comparison._in_words(spoken)


def test_a_folder_for_results_that_is_a_file(here, console):
    assert console("check", "--output", "speech.wav") == 2
    assert "speech.wav cannot be created" in console.err
