# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The forecasts in the model's targets.yaml follow from what is counted here."""

import pytest

from mock_device import budget
from mock_device.cards import CARDS
from models.demos.openvoice.tests.perf import targets

FORECASTS = [row for row in targets.load().kernel_times if row.provenance == "forecast"]


@pytest.mark.parametrize("row", FORECASTS, ids=lambda row: f"{row.stage}, {row.card}")
def test_a_forecast_is_one_and_a_half_times_the_estimate(row):
    estimate = budget.read(budget.FILE)[row.stage]["estimated_us"][CARDS[row.card].arch]
    assert 1.35 * estimate <= row.us <= 1.65 * estimate, f"{row.stage} is estimated at {estimate} us: update {row}"
