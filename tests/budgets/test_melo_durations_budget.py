# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of durations and alignment: 350 of the 900 programs that the text side of a sentence may take."""

import pytest

import ttnn
from models.demos.openvoice.reference import duration_predictor, stochastic_duration_predictor
from models.demos.openvoice.tt import alignment
from models.demos.openvoice.tt.alignment import Alignment
from models.demos.openvoice.tt.duration_predictor import DurationPredictor
from models.demos.openvoice.tt.parameters.preprocessing import preprocess
from models.demos.openvoice.tt.stochastic_duration_predictor import StochasticDurationPredictor
from models.tt_audio.tt.precision import Stage

pytestmark = pytest.mark.device

CHANNELS, SPEAKER = 192, 256
LARGEST = 10, 512  # sentences of a batch, phones of the longest bucket


@pytest.fixture
def zeros(bare_device):
    def make(rows: int, columns: int = 1):
        return ttnn.zeros((1, 1, rows, columns), dtype=ttnn.float32, layout=ttnn.TILE_LAYOUT, device=bare_device)

    return make


@pytest.fixture
def place_phones(bare_device, zeros):
    """Return everything between text encoder and frame count as a function of batch and bucket."""
    plain = preprocess(duration_predictor.DurationPredictor(CHANNELS, SPEAKER))
    stochastic = preprocess(stochastic_duration_predictor.StochasticDurationPredictor(CHANNELS, SPEAKER))
    predictors = (
        DurationPredictor(plain, bare_device, Stage()),
        StochasticDurationPredictor(stochastic, bare_device, Stage()),
    )
    path = Alignment(bare_device, Stage())

    def run(batch: int, phones: int):
        rows = batch * phones
        text, speaker, column = zeros(rows, CHANNELS), zeros(1, CHANNELS), zeros(rows)

        def once():
            plain = predictors[0](text, column, speaker, batch)
            stochastic = predictors[1](text, column, speaker, (column, column), batch)
            mixed = alignment.mixed(plain, stochastic, column)
            return path.place(alignment.durations(mixed, column), batch)

        return once

    return run


@pytest.mark.parametrize(("batch", "phones"), [(1, 128), LARGEST])
def test_durations(bare_device, budget, place_phones, batch, phones):
    ledger = budget(f"durations, {batch} x {phones} phones", bare_device, place_phones(batch, phones))
    assert ledger.num_programs <= 350
    ledger.check(uploads=0, downloads=0)


@pytest.mark.parametrize(("batch", "phones", "frames"), [(1, 128, 512), (*LARGEST, 2048)])
def test_alignment(bare_device, budget, zeros, batch, phones, frames):
    path = Alignment(bare_device, Stage())
    placement = path.place(zeros(batch * phones), batch)
    statistics = zeros(batch * phones, 2 * CHANNELS)

    def run():
        mask = path.sequence_mask(placement.counts, frames)
        return path.repeat_phones(statistics, placement, frames), mask

    ledger = budget(f"alignment, {batch} x {frames} frames", bare_device, run)
    assert ledger.num_programs <= 15
    ledger.check(uploads=0, downloads=0)
