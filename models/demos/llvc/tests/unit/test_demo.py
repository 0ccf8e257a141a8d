# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The command: files, folders, streams, JSON, and bad input as one sentence."""

import io
import json
import sys

import numpy as np
import pytest
import soundfile

from models.demos.llvc.demo import demo
from models.demos.llvc.demo.check import token_accuracy
from models.demos.llvc.pipeline import Llvc
from models.tt_audio.host.errors import UsageError
from models.tt_audio.testing.synthetic_voice import voice


@pytest.fixture
def speech(tmp_path):
    """Return the path of half a second at 22.05 kHz."""
    path = tmp_path / "speech.wav"
    soundfile.write(path, voice(0.5, 22050), 22050)
    return path


def ended(capsys, *arguments):
    """Run the command, expect that it ends with an error, and return its exit code and what it printed on stderr."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["demo"])
        try:
            demo.main([str(argument) for argument in arguments])
        except SystemExit as end:
            return end.code, capsys.readouterr().err
    return 0, capsys.readouterr().err


def test_a_stream_has_the_samples_of_the_whole_file(speech, small_folder, tmp_path, capsys):
    whole, streamed = tmp_path / "whole.wav", tmp_path / "streamed.wav"
    common = ["-p", str(small_folder), "--backend", "torch", "--json"]
    demo.main(["-i", str(speech), "-o", str(whole), *common])
    first = json.loads(capsys.readouterr().out)
    demo.main(["-i", str(speech), "-o", str(streamed), "-s", "-n", "2", *common])
    second = json.loads(capsys.readouterr().out)
    a, b = (soundfile.read(path, dtype="float32")[0] for path in (whole, streamed))
    assert len(a) == len(b) == 8000
    np.testing.assert_allclose(a, b, atol=1e-4, rtol=0)
    assert first["files"][0]["latency_ms"] is None
    figures = second["files"][0]
    assert figures["latency_ms"] > 27  # 26 ms of chunk and 1 ms of look-ahead
    assert figures["upstream_rtf"] == pytest.approx(1 / figures["real_time_factor"])
    assert figures["tokens_per_second"] == pytest.approx(1000 / figures["real_time_factor"])
    assert second["backend"] == "torch" and second["chunk_factor"] == 2


def test_a_folder(speech, small_folder, tmp_path, capsys):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.wav", "deep/b.wav"):
        (tmp_path / "in" / name).write_bytes(speech.read_bytes())
    demo.main(["-i", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-p", str(small_folder)])
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.wav")) == ["a.wav", "b.wav"]
    assert capsys.readouterr().out.count("real-time factor") == 2


def test_without_a_checkpoint_the_command_says_that_the_weights_are_untrained(speech, tmp_path, capsys):
    demo.main(["-i", str(speech), "-o", str(tmp_path / "out.wav"), "--backend", "torch"])
    assert "the weights are seeded and untrained, and the result is no speech" in capsys.readouterr().err


def test_check(small_folder, capsys):
    demo.main(["check", "-p", str(small_folder), "--backend", "torch", "--seconds", "0.3", "--json"])
    agreement = json.loads(capsys.readouterr().out)
    assert agreement["largest_difference"] < 5e-6 and agreement["token_accuracy"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-i", "nowhere.wav"], "nowhere.wav does not exist; check the path"),
        (["-i", "SPEECH", "-n", "0"], "0 is not a positive whole number"),
        (["-i", "SPEECH", "-p", "nowhere"], "nowhere does not exist: give an LLVC checkpoint"),
        (["-i", "FOLDER"], "has no recordings"),
        ([], "the following arguments are required: -i/--input"),
    ],
    ids=["no file", "factor 0", "no checkpoint", "empty folder", "no input"],
)
def test_bad_input_is_one_sentence(speech, tmp_path, capsys, arguments, message):
    (tmp_path / "empty").mkdir()
    known = {"SPEECH": speech, "FOLDER": tmp_path / "empty"}
    code, heard = ended(capsys, *(known.get(word, word) for word in arguments), "-o", tmp_path / "out.wav")
    assert code == 2
    assert message in heard and heard.strip().count("\n") == 0
    assert not (tmp_path / "out.wav").exists()


def test_a_stream_at_another_rate(small):
    """Push a stream at 44.1 kHz in uneven blocks; it is the resampled recording, converted."""
    from models.tt_audio.host.resampling import resample

    model, samples = Llvc(small), voice(0.4, 44100)
    stream = model.stream(44100)
    pieces = [stream.push(samples[start : start + 777]) for start in range(0, len(samples), 777)]
    result = np.concatenate([*pieces, stream.finish()])
    np.testing.assert_allclose(result, model.convert(resample(samples, 44100, 16000)), atol=5e-6, rtol=0)


def test_what_the_pipeline_refuses(small, expect_error):
    with expect_error(UsageError, "there is no backend cuda: choose one of torch, ttnn"):
        Llvc(small, backend="cuda")
    with expect_error(UsageError, "a chunk of 0 windows cannot be converted"):
        Llvc(small, factor=0)
    with expect_error(UsageError, "33 streams do not fit a device: it takes 1 to 32"):
        Llvc(small, backend="ttnn", streams=33)
    with expect_error(UsageError, "a chunk of 9 windows does not fit a device: it takes 1 to 8"):
        Llvc(small, backend="ttnn", factor=9)
    with expect_error(UsageError, "the samples are not all finite numbers"):
        Llvc(small).convert(np.array([0, np.nan], np.float32))


def test_standard_output(speech, small_folder, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))
    demo.main(["-i", str(speech), "-o", "-", "-s", "-p", str(small_folder), "--backend", "torch"])
    sys.stdout.flush()
    assert len(written.getvalue()) == 44 + 2 * 8000


def test_token_accuracy():
    expected = voice(0.1, 16000)
    assert token_accuracy(expected, expected, 16) == 1
    assert token_accuracy(expected, -expected, 16) == 0
