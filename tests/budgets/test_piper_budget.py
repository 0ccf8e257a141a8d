# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of a sentence of a Piper voice (budgets.yaml): text side and frame side, at the size of quality "medium"."""

import pytest

from models.demos.openvoice.prosody import Prosody
from models.demos.openvoice.tests.perf import stages

pytestmark = pytest.mark.device


def test_a_sentence(bare_device, budget):
    """Speak four seconds."""
    model = stages.device_piper(bare_device)
    text = budget("Piper voice, text side", bare_device, stages.text_side(bare_device, model, Prosody(sdp_ratio=1.0)))
    assert text.num_programs <= 400
    frames = budget("Piper voice, frame side", bare_device, stages.frame_side(bare_device, model))
    assert frames.num_programs <= 400
