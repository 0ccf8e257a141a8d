# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""What a sentence of MeloTTS may cost (budgets.yaml), text side and frame side, with BERT, at full size."""

import pytest

from models.demos.openvoice.tests.perf import stages

pytestmark = pytest.mark.device


def test_a_sentence(bare_device, budget):
    """Four seconds; a card's times for both sides are held to the model's targets.yaml."""
    model = stages.device_melo(bare_device)
    text = budget("MeloTTS, text side", bare_device, stages.text_side(bare_device, model))
    assert text.num_programs <= 900
    budget("MeloTTS, frame side", bare_device, stages.frame_side(bare_device, model))
