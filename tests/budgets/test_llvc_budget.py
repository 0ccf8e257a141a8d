# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of a chunk of LLVC (budgets.yaml): the same programs for one stream and for thirty-two."""

import numpy as np
import pytest

import ttnn
from mock_device.ledger import Ledger
from models.demos.llvc.loading import load_net
from models.demos.llvc.synthetic import LLVC, SHALLOW, make_checkpoint
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.runner import DeviceRunner

pytestmark = pytest.mark.device

MOST_PROGRAMS = 150  # at factor 1, for any number of streams
SLOWEST_US = {1: 1200, 32: 2000}  # of the roofline's estimate at factor 1, by streams


@pytest.fixture(scope="module")
def llvc(tmp_path_factory):
    """Return llvc at full size; its weights do not matter here."""
    return load_net(make_checkpoint(tmp_path_factory.mktemp("llvc"), LLVC))


@pytest.fixture
def make_runner(bare_device):
    """Return `make_runner(net, factor, streams)`: a runner that dispatches op by op."""

    def make(net, factor, streams):
        layout = Layout(net.config, factor, streams)
        return DeviceRunner(net_parameters(net, layout), layout, bare_device)

    return make


@pytest.mark.parametrize(("factor", "streams"), [(1, 1), (1, 32), (8, 1)])
def test_a_chunk(llvc, budget, make_runner, factor, streams):
    runner = make_runner(llvc, factor, streams)
    samples = {slot: np.zeros(runner.chunk, np.float32) for slot in range(streams)}
    stage = f"llvc, factor {factor}, {streams} stream{'s' if streams > 1 else ''}"
    ledger = budget(stage, runner.device, lambda: runner.step(samples))
    ledger.check(programs=MOST_PROGRAMS, uploads=1, downloads=1)
    if factor == 1:
        cards = {ttnn.Arch.WORMHOLE_B0: "n150", ttnn.Arch.BLACKHOLE: "p150"}
        assert 1e6 * ledger.estimate(cards[runner.device.arch()]).seconds <= SLOWEST_US[streams]


def test_nothing_is_compiled_or_kept_after_the_warm_up(bare_device, make_runner, tmp_path):
    """Let streams begin, pause, continue and end; the state stays where it is."""

    def held():
        kinds = (ttnn.BufferType.L1, ttnn.BufferType.DRAM)
        return [ttnn.get_memory_view(bare_device, kind).total_bytes_allocated_per_bank for kind in kinds]

    runner = make_runner(load_net(make_checkpoint(tmp_path, SHALLOW)), 2, 3)
    runner.warm_up()
    before, address = held(), runner.net.state.buffer_address()
    with Ledger(bare_device) as ledger:
        runner.begin(np.zeros(16, np.float32))
    ledger.check(cache_misses=0, uploads=1, downloads=0)
    for slots, count in (((0,), 416), ((0, 1, 2), 416), ((), 416), ((1,), 32)):
        with Ledger(bare_device) as ledger:
            runner.step({slot: np.zeros(count, np.float32) for slot in slots})
        ledger.check(cache_misses=0, uploads=1, downloads=1)
    assert held() == before and runner.net.state.buffer_address() == address


def test_many_streams_in_long_chunks(make_runner, llvc):
    """Expect that the largest layout fits the device."""
    runner = make_runner(llvc, 8, 32)
    runner.step({slot: np.zeros(runner.chunk, np.float32) for slot in range(32)})
    runner.step({})
