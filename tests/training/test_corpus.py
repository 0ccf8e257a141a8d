# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/corpus.py and held_out.py: recordings that are parallel, and those that are held out from training."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.tt_audio.cli import manifest
from training import corpus as corpora
from training import held_out
from training.batches import draw
from training.corpus import RATE, CorpusError, Reader, check_alignment, misalignment, variant, voices
from training.sentences import TEST_SENTENCES, Sentence, training_sentences

# Stand-in for espeak-ng: prints where its data are, and writes a tone as long as the text.
PROGRAM = """#!{python}
import sys
import numpy, soundfile
if "--version" in sys.argv:
    print("eSpeak NG text-to-speech: 1.51  Data at: {data}")
    sys.exit()
tone = 0.3 * numpy.sin(numpy.arange(500 * len(sys.argv[-1])) / int(sys.argv[sys.argv.index("-p") + 1]))
soundfile.write(sys.argv[sys.argv.index("-w") + 1], tone, {rate}, subtype="PCM_16")
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return `program(rate)`, which puts a stand-in for espeak-ng on the path."""

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
    assert check_alignment(corpus, pairs=10) < 8  # samples; each resonance delays the pulses by a few


@pytest.mark.parametrize("late", [-20, 20])
def test_a_shifted_recording_is_found_out(corpus, late):
    recording = corpus.recording(0, 1)
    lags = misalignment(recording, np.roll(recording, late))
    assert np.abs(lags - late).max() <= 1, f"{lags} samples, {late} were made"


def test_training_never_reads_what_is_held_out(corpus, settings, tiny, monkeypatch):
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
    texts, test_texts = ({sentence.text for sentence in some} for some in (sentences, TEST_SENTENCES))
    assert len(texts) == 80
    assert len(test_texts) >= 10
    assert not texts & test_texts


def test_voice_files_are_distinct_and_repeat():
    first = voices(72, 8, seed=0)
    assert len({voice.partition("formant")[2] for voice in first}) == 80
    assert first == voices(72, 8, seed=0)
    assert not set(first) & set(voices(72, 8, seed=1))
    tracts = [int(voice.partition("formant 0 ")[2].split()[0]) for voice in first[72:]]
    assert tracts == [85, 91, 96, 101, 107, 112, 117, 123]


def test_the_reader_sets_pitch_and_level(program, tmp_path):
    program()
    reader = Reader(tmp_path / "reader", voices(1, 1, seed=0))
    samples = reader.read(1, Sentence("x" * 40, pitch=20))
    assert len(samples) == 20000
    assert abs(np.sqrt(np.mean(samples**2)) / corpora.LEVEL - 1) < 1e-3
    assert np.argmax(np.abs(np.fft.rfft(samples))) == round(20000 / (2 * np.pi * 20))
    assert (tmp_path / "reader/espeak-ng-data/voices/!v/speaker1").read_text() == variant(1, tract=104)


def test_without_espeak(tmp_path, monkeypatch, expect_error):
    monkeypatch.setenv("PATH", str(tmp_path))
    with expect_error(CorpusError, "espeak-ng is not installed: install the Debian package of that name"):
        corpora.make(tmp_path / "corpus", 1, 1)
    assert not list(tmp_path.iterdir())


def test_an_espeak_of_another_rate(program, tmp_path, expect_error):
    program(rate=16000)
    with expect_error(CorpusError, "espeak-ng speaks at 16000 Hz, not 22050"):
        Reader(tmp_path / "reader", voices(1, 1, 0)).read(0, Sentence("Yes."))


def test_a_folder_without_a_corpus(tmp_path, expect_error):
    with expect_error(CorpusError, "holds no corpus: name a folder that does not exist"):
        corpora.load(tmp_path)


def test_the_held_out_part_is_a_manifest_for_eval(corpus, tmp_path):
    rows = manifest.read(held_out.write(corpus, tmp_path / "held_out"))
    assert len(rows) == 6  # every one of three speakers becomes every other one
    for row in rows:
        assert row.text in {sentence.text for sentence in TEST_SENTENCES}
        assert len(row.voice) == held_out.REFERENCES
        assert row.parallel not in row.voice
        assert _speaker(row.parallel) == _speaker(row.voice[0]) != _speaker(row.source)
        assert _sentence(row.parallel) == _sentence(row.source)
        assert soundfile.info(row.source).samplerate == RATE


def _speaker(path: Path) -> str:
    return path.stem.split("_")[0]


def _sentence(path: Path) -> str:
    return path.stem.split("_")[1]
