# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Performance tests without a card: the table of targets, and the utterance's case on a CPU with a small network."""

import csv

import pytest

from models.demos.speecht5_tts.synthetic import SMALL_CONFIG, SMALL_VOCODER_CONFIG
from models.demos.speecht5_tts.tests.perf import test_e2e_perf_speecht5 as e2e
from models.demos.speecht5_tts.tests.perf.stages import STAGES, TARGETS
from models.tt_audio.testing import targets
from models.tt_audio.testing.gates import identify

TABLE = targets.load(TARGETS)


@pytest.mark.parametrize("card", ["n150", "p150"])
def test_every_stage_has_a_kernel_time(card):
    for stage in STAGES:
        TABLE.kernel_time(stage, card)
    assert {row.stage for row in TABLE.kernel_times} == set(STAGES)
    assert len({identify(stage) for stage in STAGES}) == len(STAGES)


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(e2e, "card_name", lambda: "n150")
    return e2e.load(tmp_path, SMALL_CONFIG, SMALL_VOCODER_CONFIG, precision="exact")


def test_an_utterance_leaves_its_reports(model, tmp_path):
    e2e.measure(*model, targets.scaled(TABLE, 1e6))
    for case in ("speech", "first_audio"):
        (path,) = tmp_path.glob(f"perf_speecht5_{case}_n150_*.csv")
        with open(path) as file:
            header, values = csv.reader(file, skipinitialspace=True)
        row = dict(zip(header, values, strict=True))
        assert (row["Model"], row["Batch"]) == (f"speecht5_{case}", "1")


def test_an_utterance_that_is_too_slow_is_named(model, expect_error):
    with expect_error(AssertionError, r"^speecht5_speech on n150: speech_rtf is [\d.e-]+, expected below 4e-11"):
        e2e.measure(*model, targets.scaled(TABLE, 1e-9))


def test_an_utterance_lasts_as_long_as_its_text_allows(model):
    speech, voice = model
    ids = len(e2e.TEXT) + 2  # the space that begins a text, and its end
    assert len(speech.speak(e2e.TEXT, voice)) == ids * 10 * e2e.STEP_SECONDS * speech.sampling_rate
