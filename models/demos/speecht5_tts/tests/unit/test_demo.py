# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The commands: text from an argument, a file or stdin, sound to a file or stdout, comparison, errors as sentences."""

import io
import json
import sys

import numpy as np
import pytest
import soundfile

from models.demos.speecht5_tts.demo import demo
from models.demos.speecht5_tts.synthetic import write_untrained


class Console:
    """Console that runs a command as main() is called, and keeps the exit code and the output."""

    def __init__(self, monkeypatch, captured):
        self.monkeypatch, self.captured = monkeypatch, captured

    def __call__(self, *arguments: str, stdin: bytes = b"") -> int:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.captured.readouterr()
        try:
            demo.main([*map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        self.out, error = self.captured.readouterr()
        self.err = error.decode()
        return code


@pytest.fixture
def console(monkeypatch, capsysbinary, tmp_path, default_signals):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path))
    return Console(monkeypatch, capsysbinary)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """Return the arguments that choose a small model."""
    speech, vocoder, voice = write_untrained(tmp_path_factory.mktemp("untrained"))
    return ["--model", speech, "--vocoder", vocoder, "--voice", voice, "--precision", "exact"]


def samples(data) -> np.ndarray:
    found, rate = soundfile.read(data, dtype="float32")
    assert rate == 16000
    return found


def test_text_file_and_stdin_give_the_same_speech(console, arguments, tmp_path):
    (tmp_path / "letter.txt").write_text("Oh no.")
    assert console("speak", "Oh no.", "--output", "a.wav", *arguments) == 0
    assert console("speak", "--file", "letter.txt", "--output", "b.wav", *arguments) == 0
    assert console("speak", "-", "--output", "c.wav", *arguments, stdin=b"Oh no.") == 0
    first, second, third = (samples(f"{name}.wav") for name in "abc")
    assert first.std() > 0.01 and np.array_equal(first, second) and np.array_equal(first, third)


def test_a_stream_on_stdout_is_the_file(console, arguments):
    assert console("speak", "Oh no.", "--output", "a.wav", *arguments) == 0
    assert console("speak", "Oh no.", "--output", "-", "--stream", *arguments) == 0
    assert "standard output: " in console.err
    np.testing.assert_allclose(samples(io.BytesIO(console.out)), samples("a.wav"), atol=1e-4)


def test_facts_as_json(console, arguments):
    assert console("speak", "Oh no.", "--json", "--seed", "3", *arguments) == 0
    facts = json.loads(console.out)
    assert facts["output"] == "spoken.wav" and facts["seed"] == 3 and not facts["replaced"]
    assert facts["seconds"] == pytest.approx(len(samples("spoken.wav")) / 16000)
    assert 0 < facts["first"] <= facts["took"]


def test_untrained_model_says_that_it_has_no_words(console):
    assert console("speak", "Oh no.", "--model", "untrained") == 0
    assert "the model is untrained: this speech has no words" in console.err
    assert samples("spoken.wav").any()


def test_check_compares_with_pytorch(console, monkeypatch):
    assert console("check", "--model", "untrained", "--backend", "torch", "--precision", "exact", "--json") == 0
    facts = json.loads(console.out)
    assert facts["good"] and facts["samples"] == facts["expected_samples"] > 0 and facts["pcc"] > 0.999999
    monkeypatch.setattr("models.demos.speecht5_tts.demo.check.LEAST_PCC", 1.1)
    assert console("check", "--model", "untrained", "--backend", "torch") == 1
    assert b"torch beside PyTorch: " in console.out


@pytest.mark.parametrize(
    "words, fault",
    [
        (["check"], "no voice was given; give --voice"),
        (["speak", "Hello.", "--model", "untrained", "--backend", "torch", "--rows", "2"], "--rows 2 belongs to"),
        (["speak", "Hello.", "--model", "untrained", "--backend", "torch", "--device", "0"], "--device names a card"),
        (["speak", "Hello.", "--voice", "anna"], "microsoft/speecht5_tts is not on this machine"),
        (["speak", "Hello."], "no voice was given; give --voice"),
        (["speak", "--voice", "anna"], "give a text, or - for standard input, or --file"),
        (["speak", "Hello.", "--file", "a.txt", "--voice", "anna"], "and only one of them"),
        (["speak", "--file", "a.txt", "--voice", "anna"], "a.txt cannot be read (No such file or directory)"),
        (["speak", "Hello.", "--model", "untrained", "--voice", "anna"], "there is no voice 'anna' in "),
        (["speak", "☃", "--model", "untrained"], "Nothing in '☃' can be spoken in EN"),
        (["speak", "Hello.", "--output", "a.xyz", "--model", "untrained"], "a.xyz"),
        (["speak", "Hello.", "--model", "nowhere", "--voice", "anna"], "nowhere is not a folder"),
    ],
)
def test_errors_are_one_sentence(console, monkeypatch, words, fault):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert console(*words) == 2
    line = [line for line in console.err.splitlines() if line.startswith("error: ")]
    assert len(line) == 1 and fault in line[0]


def test_text_in_another_encoding(console):
    assert console("speak", "-", "--model", "untrained", stdin="café".encode("latin-1")) == 2
    assert "error: the text on standard input is not UTF-8; save it so" in console.err


def test_help_shows_examples(console):
    assert console("speak", "--help") == 0
    assert b'speak "The ferry was late. Nobody minded." --voice cmu-arctic:7306' in console.out
    assert console("check", "--help") == 0
    assert b"check --model untrained --backend ttnn" in console.out
