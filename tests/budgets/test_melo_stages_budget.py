# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of a sentence of MeloTTS (budgets.yaml): text side with BERT and frame side, at full size."""

import pytest

from models.demos.openvoice.tests.perf import stages

pytestmark = pytest.mark.device


def test_a_sentence(bare_device, budget):
    """Speak four seconds; the model's targets.yaml limits the times of both sides on a card."""
    model = stages.device_melo(bare_device)
    text = budget("MeloTTS, text side", bare_device, stages.text_side(bare_device, model))
    assert text.num_programs <= 900
    budget("MeloTTS, frame side", bare_device, stages.frame_side(bare_device, model))
