# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/corpus.py and held_out.py: recordings that are parallel, and those that no training hears."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.demos.openvoice.demo import manifest
from training import corpus as corpora
from training import held_out
from training.batches import draw
from training.corpus import RATE, CorpusError, Reader, check_alignment, misalignment, variant
from training.sentences import TEST_SENTENCES, training_sentences

# Stands for espeak-ng: says where its data are, and writes a tone whose length is that of the text.
PROGRAM = """#!{python}
import sys
import numpy, soundfile
if "--version" in sys.argv:
    print("eSpeak NG text-to-speech: 1.51  Data at: {data}")
    sys.exit()
tone = 0.3 * numpy.sin(numpy.arange(500 * len(sys.argv[-1])) / 20)
soundfile.write(sys.argv[sys.argv.index("-w") + 1], numpy.pad(tone, 9000), {rate}, subtype="PCM_16")
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """`program(rate)` puts a stand-in for espeak-ng on the path."""

    def install(rate: int = RATE) -> None:
        data = tmp_path / "data"
        for name in corpora.NEEDED:
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_text("installed")
        path = tmp_path / "bin" / "espeak-ng"
        path.parent.mkdir()
        path.write_text(PROGRAM.format(python=sys.executable, data=data, rate=rate))
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)

    return install


def test_a_corpus_comes_back_as_it_was_read(corpus):
    assert (len(corpus.lengths), corpus.train_speakers, corpus.test_sentences) == (7, 4, len(TEST_SENTENCES))
    level = np.sqrt(np.mean(corpus.recording(2, 3) ** 2))
    assert abs(level / corpora.LEVEL - 1) < 0.01
    silence = corpus.window(0, 0, 0.0, 2000)[:1000]  # before the beginning
    assert not silence.any()


def test_speakers_read_in_step(corpus):
    assert check_alignment(corpus, pairs=10) < 6  # milliseconds; the measure has steps of 5


@pytest.mark.parametrize("late", [-30, 30])
def test_a_shifted_recording_is_found_out(corpus, late):
    recording = corpus.recording(0, 1)
    lags = misalignment(recording, np.roll(recording, round(late * RATE / 1000)))
    assert np.abs(lags - late).max() <= 5, f"{lags} ms, {late} ms were made"


def test_training_never_hears_what_is_held_out(corpus, settings, tiny, monkeypatch):
    from models.demos.openvoice.config import ConverterConfig

    heard = {False: set(), True: set()}
    window = type(corpus).window
    for test in heard:
        monkeypatch.setattr(
            type(corpus),
            "window",
            lambda self, *where: heard[test].add(where[:2]) or window(self, *where),  # noqa: B023
        )
        for seed in range(20):
            draw(corpus, settings, ConverterConfig.from_dict(tiny), np.random.default_rng(seed), test=test)
    assert {speaker for speaker, _ in heard[False]} == {0, 1, 2, 3}
    assert {sentence for _, sentence in heard[False]} == set(range(6))
    assert {speaker for speaker, _ in heard[True]} == {4, 5, 6}
    assert min(sentence for _, sentence in heard[True]) == 6


def test_sentences_are_many_and_none_is_in_both_sets():
    sentences = training_sentences(80)
    assert sentences == training_sentences(80)
    assert len(set(sentences)) == 80
    assert len(TEST_SENTENCES) >= 10
    assert not set(sentences) & set(TEST_SENTENCES)


def test_voice_files_are_distinct_and_repeat():
    assert len({variant(number).partition("pitch")[2] for number in range(104)}) == 104
    assert variant(5) == variant(5)
    assert variant(5) != variant(5, seed=1)


def test_the_reader_cuts_silence_and_sets_the_level(program, tmp_path):
    program()
    reader = Reader(tmp_path / "reader", speakers=2, seed=0)
    samples = reader.read(1, "x" * 40)
    assert abs(len(samples) - (20000 + 2 * corpora.EDGE * RATE)) < 10
    assert abs(np.sqrt(np.mean(samples**2)) / corpora.LEVEL - 1) < 1e-3
    assert (tmp_path / "reader/espeak-ng-data/voices/!v/speaker1").read_text() == variant(1)


def test_without_espeak(tmp_path, monkeypatch, expect_error):
    monkeypatch.setenv("PATH", str(tmp_path))
    with expect_error(CorpusError, "espeak-ng is not installed: install the Debian package of that name"):
        corpora.make(tmp_path / "corpus", 1, 1)
    assert not list(tmp_path.iterdir())


def test_an_espeak_of_another_rate(program, tmp_path, expect_error):
    program(rate=16000)
    with expect_error(CorpusError, "espeak-ng speaks at 16000 Hz, not 22050"):
        Reader(tmp_path / "reader", 1, 0).read(0, "Yes.")


def test_a_folder_without_a_corpus(tmp_path, expect_error):
    with expect_error(CorpusError, "holds no corpus: name a folder that does not exist"):
        corpora.load(tmp_path)


def test_the_held_out_part_is_a_manifest_for_eval(corpus, tmp_path):
    rows = manifest.read(held_out.write(corpus, tmp_path / "held_out"))
    assert len(rows) == 6  # every one of three speakers becomes every other one
    for row in rows:
        assert row.text in TEST_SENTENCES
        assert len(row.voice) == held_out.REFERENCES
        assert row.parallel not in row.voice
        assert _speaker(row.parallel) == _speaker(row.voice[0]) != _speaker(row.source)
        assert _sentence(row.parallel) == _sentence(row.source)
        assert soundfile.info(row.source).samplerate == RATE


def _speaker(path: Path) -> str:
    return path.stem.split("_")[0]


def _sentence(path: Path) -> str:
    return path.stem.split("_")[1]
