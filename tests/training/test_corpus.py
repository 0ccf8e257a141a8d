# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/corpus.py, recipe.py and held_out.py: parallel recordings, and those that are held out from training."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.demos.openvoice.config import ConverterConfig
from models.tt_audio.cli import manifest
from tests.training.conftest import RECIPE, Buzzer
from training import corpus as corpora
from training import held_out
from training.batches import draw
from training.corpus import RATE, CorpusError, check_alignment, misalignment
from training.recipe import Recipe, all_speakers, units
from training.sentences import TEST_SENTENCES, training_sentences
from training.speakers import STRETCHES, held_out_speakers


def test_a_corpus_comes_back_as_it_was_read(corpus):
    unit = corpus.available(held_out=False)[3]
    recording = corpus.recording(unit, 2)
    expected = Buzzer().read(unit, [all_speakers(RECIPE)[2]])[0]
    expected *= corpora.LEVEL / np.sqrt(np.mean(expected**2))
    assert np.abs(recording - expected).max() < 6 * corpora.NOISE_LEVEL
    silence = corpus.window(unit, 0, 0.0, 2000)[:1000]  # before the beginning
    assert not silence.any()


def test_speakers_read_in_step(corpus):
    assert check_alignment(corpus, corpus.units) < 8  # samples; each resonance delays the pulses by a few


@pytest.mark.parametrize("late", [-20, 20])
def test_a_shifted_recording_is_found_out(corpus, late):
    recording = corpus.recording(corpus.units[0], corpus.units[0].speakers[0])
    lags = misalignment(recording, np.roll(recording, late))
    assert np.abs(lags - late).max() <= 1, f"{lags} samples, {late} were made"


def test_training_never_reads_what_is_held_out(corpus, settings, tiny, monkeypatch):
    read = {False: set(), True: set()}
    window = type(corpus).window
    for test in read:
        monkeypatch.setattr(
            type(corpus),
            "window",
            lambda self, unit, speaker, *where: read[test].add((speaker, unit.text))  # noqa: B023
            or window(self, unit, speaker, *where),
        )
        for seed in range(20):
            draw(corpus, settings, ConverterConfig.from_dict(tiny), np.random.default_rng(seed), test=test)
    assert {speaker for speaker, _ in read[False]} == {0, 1, 2, 3}
    assert {text for _, text in read[False]} == set(training_sentences(6))
    assert {speaker for speaker, _ in read[True]} == set(range(4, 12))
    assert {text for _, text in read[True]} <= set(TEST_SENTENCES)


def test_a_reference_is_another_sentence_of_the_same_speaker(corpus, settings, tiny, monkeypatch):
    read = []
    window = type(corpus).window
    monkeypatch.setattr(
        type(corpus),
        "window",
        lambda self, unit, speaker, *where: read.append((speaker, unit.text)) or window(self, unit, speaker, *where),
    )
    draw(corpus, dataclasses.replace(settings, moments=1), ConverterConfig.from_dict(tiny), np.random.default_rng(0))
    moments, references = read[:3], read[3:]
    assert [speaker for speaker, _ in moments] == [speaker for speaker, _ in references]
    assert len({text for _, text in moments}) == 1
    assert not {text for _, text in moments} & {text for _, text in references}


# ---- the plan


def test_sentences_are_many_and_none_is_in_both_sets():
    sentences = training_sentences(126)
    assert sentences == training_sentences(126)
    assert len(set(sentences)) == 126
    assert len(set(TEST_SENTENCES)) >= 10
    assert not set(sentences) & set(TEST_SENTENCES)
    assert not [text for text in sentences if "{" in text]


def test_speakers_are_many_distinct_and_repeat():
    everyone = all_speakers(Recipe())
    assert everyone == all_speakers(Recipe())
    assert len(set(everyone)) == len(everyone) == 64 + 8
    assert set(everyone) & set(all_speakers(Recipe(seed=1))) == set(held_out_speakers())
    for speaker in everyone:
        assert sum(speaker.weights) == pytest.approx(1)
        assert STRETCHES[0] <= speaker.change.stretch <= STRETCHES[1]
    assert not {speaker.timbre for speaker in everyone[:64]} & {speaker.timbre for speaker in everyone[64:]}


def test_every_speaker_reads_equally_often_and_tests_come_early():
    plan = units(Recipe())
    read = np.zeros(72, int)
    for unit in plan:
        read[list(unit.speakers)] += 1
        assert unit.held_out == (unit.text in TEST_SENTENCES) == (min(unit.speakers) >= 64)
    assert read[:64].max() - read[:64].min() <= 1
    assert set(read[64:]) == {len(TEST_SENTENCES)}
    assert sum(unit.held_out for unit in plan[:48]) == len(TEST_SENTENCES)
    by_text = {text: [unit for unit in plan if unit.text == text] for text in training_sentences(126)}
    assert {len(readings) for readings in by_text.values()} == {2}
    assert all(one.prosody != other.prosody for one, other in by_text.values())


def test_a_file_is_named_after_what_decides_its_samples():
    plan, everyone = units(Recipe()), all_speakers(Recipe())
    names = {unit.file(everyone) for unit in plan}
    assert len(names) == len(plan)
    assert plan[0].file(everyone) == units(Recipe())[0].file(everyone)
    assert dataclasses.replace(plan[0], pitch=100.0).file(everyone) not in names
    assert dataclasses.replace(plan[0], number=7).file(everyone) in names


# ---- making it


class Interrupted(Exception):
    pass


class ShortOfBreath(Buzzer):
    """Reader that fails after some units."""

    def __init__(self, units: int):
        self.left = units

    def read(self, unit, speakers):
        if not self.left:
            raise Interrupted("no more units")
        self.left -= 1
        return super().read(unit, speakers)


def test_making_a_corpus_goes_on_where_it_stopped(corpus, tmp_path, expect_error):
    with expect_error(Interrupted, "no more units"):
        corpora.make(tmp_path, RECIPE, ShortOfBreath(5))
    assert corpora.load(tmp_path).made == {0, 1, 2, 3, 4}
    rest = ShortOfBreath(len(corpus.units) - 5)
    made = corpora.make(tmp_path, RECIPE, rest)
    assert not rest.left
    for unit in corpus.units:
        np.testing.assert_array_equal(
            made.recording(unit, unit.speakers[-1]), corpus.recording(unit, unit.speakers[-1])
        )
    assert {path.name for path in tmp_path.iterdir()} == {corpora.INDEX, *made.files}


def test_a_folder_without_a_corpus(tmp_path, expect_error):
    with expect_error(CorpusError, "has no corpus: make it with `python -m training.corpus"):
        corpora.load(tmp_path)


def test_the_held_out_part_is_a_manifest_for_eval(corpus, tmp_path):
    rows = manifest.read(held_out.write(corpus, tmp_path / "held_out"))
    assert len(rows) == 8 * 7  # every speaker becomes every other one
    for row in rows:
        assert row.text in TEST_SENTENCES
        assert len(row.voice) == held_out.REFERENCES
        assert row.parallel not in row.voice
        assert _speaker(row.parallel) == _speaker(row.voice[0]) != _speaker(row.source)
        assert _sentence(row.parallel) == _sentence(row.source)
        assert soundfile.info(row.source).samplerate == RATE


def test_a_held_out_part_that_is_too_small(corpus, tmp_path, expect_error):
    partial = dataclasses.replace(corpus, made={unit.number for unit in corpus.available(held_out=True)[:3]})
    with expect_error(CorpusError, "has 3 held-out sentences, and 4 are needed: go on with"):
        held_out.write(partial, tmp_path)


def _speaker(path: Path) -> str:
    return path.stem.split("_")[0]


def _sentence(path: Path) -> str:
    return path.stem.split("_")[1]
