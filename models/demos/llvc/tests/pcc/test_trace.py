# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Replayed chunks compared bit for bit with chunks dispatched op by op, and what a device needs for a replay."""

import os

import numpy as np
import pytest

from models.demos.llvc.tt.backend import TRACE_REGION_SIZE, open_runner
from models.tt_audio.tt.trace_cache import TraceError

MOCKED, SLOW = "TT_METAL_MOCK_CLUSTER_DESC_PATH", "TT_METAL_SLOW_DISPATCH_MODE"
replay = pytest.mark.skipif(
    MOCKED in os.environ or SLOW in os.environ, reason="neither a mocked card nor slow dispatch can replay traces"
)


@replay
@pytest.mark.parametrize(
    "device_params", [{"trace_region_size": TRACE_REGION_SIZE, "num_command_queues": 2}], indirect=True, ids=[""]
)
def test_streams_from_a_trace(device, shallow, noise):
    """Let a stream begin while another one runs; both are those of a runner without traces."""
    samples = noise(208 * 4)[0].numpy().reshape(4, 208)
    results = []
    for traced in (False, True):
        runner = open_runner(shallow, device, streams=2, traced=traced)
        first = runner.begin(samples[0, :16])
        heard = [runner.step({first: samples[1]})[first]]
        second = runner.begin(samples[1, :16])
        heard += runner.step({first: samples[2], second: samples[3]}).values()
        results.append(np.concatenate(heard))
    np.testing.assert_array_equal(results[1], results[0])


def test_a_mocked_card_runs_op_by_op(device, monkeypatch, shallow, expect_error):
    monkeypatch.setenv(MOCKED, "n150.yaml")
    with expect_error(TraceError, "no traces here: a mocked card cannot replay"):
        open_runner(shallow, device, traced=True)
