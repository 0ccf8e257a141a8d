# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Examples of the help texts: each is run unchanged, in a folder that has the files it names."""

import argparse
import shlex

import pytest
import soundfile

from models.demos.openvoice.demo import demo
from models.demos.openvoice.tests.unit.conftest import RATE
from models.tt_audio.testing import speech

ELSEWHERE = {
    "check": "test_demo.py, with a device",
    "download": "test_hub.py, without a network",
    "--ray": "test_ray_batch.py, with a cluster",
}


def parsers(parser, name=()):
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for own, below in action.choices.items():
                yield from parsers(below, (*name, own))


PARSERS = list(parsers(demo.make_parser()))


def examples(parser):
    _, _, lines = (parser.epilog or "").partition("examples:\n")
    return [line.strip() for line in lines.splitlines()]


EXAMPLES = list(dict.fromkeys(line for _, parser in PARSERS for line in examples(parser)))


@pytest.mark.parametrize(
    "name, parser", PARSERS[1:], ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_an_example_of_its_own(name, parser):
    assert any(line.split()[: len(name)] == list(name) for line in examples(parser))
    assert len(parser.format_help().splitlines()) < 80


@pytest.fixture
def furnished(here, console):
    """Write the files that the examples name."""
    for name, seconds in {"voice.wav": 6, "voice1.wav": 6, "voice2.flac": 3}.items():
        soundfile.write(name, speech.voice(seconds, RATE), RATE)
    (here / "letter.txt").write_text("Dear friend. The ferry was late.")
    (here / "recordings" / "a").mkdir(parents=True)
    for name in ("recordings/one.wav", "recordings/a/two.flac"):
        soundfile.write(name, speech.voice(1.0, RATE), RATE)
    (here / "manifest.csv").write_text("source,voice\nspeech.wav,voice1.wav;voice2.flac\n")
    (here / "manifest.jsonl").write_text('{"source": "speech.wav", "voice": ["voice.wav"], "parallel": "voice1.wav"}\n')
    for speaker in ("12", "34"):
        chapter = here / "LibriSpeech" / "test-clean" / speaker / "5"
        chapter.mkdir(parents=True)
        (chapter / f"{speaker}-5.trans.txt").write_text(f"{speaker}-5-0000 THE FERRY WAS LATE\n")
        soundfile.write(chapter / f"{speaker}-5-0000.flac", speech.voice(1.0, 16000), 16000)
    return here


@pytest.mark.parametrize("line", [line for line in EXAMPLES if not ELSEWHERE.keys() & set(line.split())])
def test_example(furnished, console, line):
    words, stdin, target = shlex.split(line), b"", None
    if "<" in words:
        stdin = (furnished / words[words.index("<") + 1]).read_bytes()
    if ">" in words:
        target = furnished / words[words.index(">") + 1]
    words = words[: min([words.index(sign) for sign in "<>" if sign in words], default=None)]
    if words[0] == "voice" and words[1] in ("show", "delete", "rename", "export"):
        assert console("voice", "extract", "voice1.wav", "--name", "anna") == 0
    if words[:2] == ["voice", "import"]:
        assert console("voice", "extract", "voice1.wav", "--output", "berta.safetensors") == 0
    if "--pairs" in words:  # few, to keep the test quick
        words[words.index("--pairs") + 1] = "1"
    if words[0] == "bench":
        words = ["bench", "--seconds", "1", "--repeats", "1", *(["--json"] if "--json" in words else [])]
    assert console(*words, stdin=stdin) == 0, console.err
    if target:
        target.write_bytes(console.bytes)
        assert soundfile.info(target).duration == 3.0
