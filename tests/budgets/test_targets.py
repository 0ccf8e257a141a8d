# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The figures in targets.yaml and in each model's PERF.md agree with the budgets."""

import pytest

from mock_device import budget
from mock_device.cards import CARDS
from scripts import perf_sheet

FORECASTS = [row for row in perf_sheet.kernel_times() if row.provenance == "forecast"]


@pytest.mark.parametrize("row", FORECASTS, ids=lambda row: f"{row.stage}, {row.card}")
def test_a_forecast_is_one_and_a_half_times_the_estimate(row):
    estimate = budget.read(budget.FILE)[row.stage]["estimated_us"][CARDS[row.card].arch]
    assert 1.2 * estimate <= row.us <= 1.8 * estimate, f"{row.stage} is estimated at {estimate} us: update {row}"


def test_every_model_with_gates_has_forecasts():
    assert {row.stage.partition(",")[0] for row in FORECASTS} >= {"converter", "MeloTTS", "llvc", "speecht5"}


@pytest.mark.parametrize("path", perf_sheet.current(), ids=lambda path: path.parent.name)
def test_the_table_of_stages_is_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    table = perf_sheet.current()[path]
    assert text == perf_sheet.update(text, table), "PERF.md: run python -m scripts.perf_sheet"
