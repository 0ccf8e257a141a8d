# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Device kernel time of each stage on a card, under tracy, compared with targets.yaml.

    pytest models/demos/speecht5_tts/tests/perf -m models_device_performance_bare_metal
"""

import pytest

from models.demos.speecht5_tts.tests.perf.stages import STAGES, TARGETS
from models.tt_audio.testing import targets
from models.tt_audio.testing.gates import card_name, hold_device_time, identify, needs_card

TESTS = "models/demos/speecht5_tts/tests/perf/test_device_perf_speecht5.py"
each_stage = pytest.mark.parametrize("stage", STAGES, ids=identify)


@needs_card
@each_stage
def test_stage(device, stage):
    """Run the stage once; the profiler calls this test."""
    run = STAGES[stage](device)
    run()


@needs_card
@each_stage
@pytest.mark.timeout(1800)  # kernels are compiled for the profiler, in a process of its own
@pytest.mark.models_device_performance_bare_metal
def test_device_perf(stage):
    hold_device_time(TESTS, identify(stage), stage, card_name(), targets.load(TARGETS))
