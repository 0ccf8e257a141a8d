# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""training/evaluate.py: the pairs of the three sets, and their table."""

import numpy as np
import pytest
import soundfile

from models.demos.openvoice.pipeline import OpenVoice
from models.tt_audio.host.errors import UsageError
from models.tt_audio.judges.conversions import Judges
from training import evaluate
from training.sentences import TEST_SENTENCES


@pytest.fixture
def people(corpus, tmp_path):
    """Return a folder with three recordings named like LibriSpeech's."""
    folder = tmp_path / "people"
    folder.mkdir()
    unit = corpus.available(held_out=True)[0]
    for name, speaker in zip(list(evaluate.TRANSCRIPTS)[:3], unit.speakers, strict=False):
        soundfile.write(folder / f"{name}.wav", np.tile(corpus.recording(unit, speaker), 3), 22050, subtype="PCM_16")
    return folder


def test_people_are_converted_each_into_each(people):
    rows = evaluate.people(people)
    assert len({(row.source, row.voice) for row in rows}) == 6
    for row in rows:
        assert row.source not in row.voice
        assert row.text == evaluate.TRANSCRIPTS[row.source.stem]


def test_joe_becomes_people_and_people_become_joe(people, tmp_path):
    rows = evaluate.joe(people, tmp_path / "joe")
    assert [row.source.stem.startswith("joe_") for row in rows] == [True] * 3 + [False] * 3
    for number, row in enumerate(rows[:3]):
        assert row.text == TEST_SENTENCES[number]
        assert soundfile.info(row.source).duration > 1
    for row in rows[3:]:
        assert all(path.is_file() for path in row.voice)
        assert not {one.source for one in rows[:3]} & set(row.voice)


def test_held_out_voices_come_from_the_corpus(corpus, tmp_path, expect_error):
    rows = evaluate.synthetic(corpus.folder, tmp_path, 5, seed=1)
    assert rows == evaluate.synthetic(corpus.folder, tmp_path, 5, seed=1)
    assert len(rows) == 5
    with expect_error(SystemExit, "has no corpus: make it with"):
        evaluate.main(["small", "--sets", "synthetic", "--corpus", str(tmp_path), "--folder", str(tmp_path)])


def test_a_folder_without_the_recordings(tmp_path, expect_error):
    with expect_error(UsageError, "contains less than two of the recordings 174-50561-0000, "):
        evaluate.people(tmp_path)


def test_measured_before_and_after(corpus, tmp_path):
    model = OpenVoice.from_pretrained("small", precision="exact")
    rows = evaluate.synthetic(corpus.folder, tmp_path, 2, seed=0)
    judges = Judges(lambda samples, rate, language: "nine small boats", naturalness=False)
    found = list(evaluate.measure(rows, model, judges, seed=0, cut=2.0))
    for row in found:
        figures = row["chains"]["torch"]
        assert figures["similarity"] != figures["source_similarity"]
        assert figures["log_mel_distance"] != figures["source_log_mel_distance"]
        assert 0 < figures["word_errors"] == figures["source_word_errors"]
    summary = evaluate.summarise(found, 0)["torch"]
    lines = evaluate.table({"synthetic": summary, "people": summary}).splitlines()
    assert lines[0].split() == ["synthetic", "people"]
    before, after = summary["source_similarity"]["mean"], summary["similarity"]["mean"]
    assert lines[1].split() == ["similarity", *2 * [f"{before:.3f}", "->", f"{after:.3f}"]]
    assert lines[-1].split() == ["faulty", "rows", *2 * [str(summary["faulty_rows"])]]
