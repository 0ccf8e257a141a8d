# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Budgets of SpeechT5 (budgets.yaml): a text, a step of 1 and of 32 utterances, and the samples of a window."""

from functools import partial

import numpy as np
import pytest

import ttnn
from mock_device.ledger import Ledger
from models.demos.speecht5_tts.synthetic import TILED_CONFIG, TILED_VOCODER_CONFIG
from models.demos.speecht5_tts.tests.perf import stages
from models.demos.speecht5_tts.tt.runner import DeviceRunner

pytestmark = pytest.mark.device

MOST_PROGRAMS = {"encoder": 150, "step": 130}
SLOWEST_US = {1: 1200, 32: 2500}  # of the roofline's estimate of a step, by utterances


@pytest.fixture(scope="module")
def full():
    return stages.networks()


@pytest.fixture(scope="module")
def tiled():
    return stages.networks(TILED_CONFIG, TILED_VOCODER_CONFIG)


@pytest.fixture
def make_runner(bare_device):
    """Return `make_runner(networks, rows, most_steps)`: a runner that dispatches op by op."""

    return partial(stages.make_runner, bare_device)


def microseconds(ledger: Ledger, runner: DeviceRunner) -> float:
    cards = {ttnn.Arch.WORMHOLE_B0: "n150", ttnn.Arch.BLACKHOLE: "p150"}
    return 1e6 * ledger.estimate(cards[runner.device.arch()]).seconds


def test_one_utterance(full, budget, make_runner):
    """Measure everything that an utterance runs, on one runner, because loading it takes longest."""
    runner = make_runner(full)
    network, text = runner.network, runner._texts[runner.layout.tokens]
    ledger = budget("speecht5, encoder, 192 tokens", runner.device, lambda: network.encoder(*text))
    ledger.check(programs=MOST_PROGRAMS["encoder"], uploads=0, downloads=0)
    memory = network.encoder(*text)
    budget(
        "speecht5, keys and values of a text",
        runner.device,
        lambda: network.keep(network.decoder.read_text(memory), 0),
    )
    ledger = budget("speecht5, step of 1 utterance", runner.device, network.step)
    ledger.check(programs=MOST_PROGRAMS["step"], uploads=0, downloads=0)
    assert microseconds(ledger, runner) <= SLOWEST_US[1]
    for masked in (False, True):
        stage = f"speecht5, {'last ' if masked else ''}window of 256 frames"
        ledger = budget(stage, runner.device, lambda masked=masked: runner._samples(0, 0, 256, masked))
        ledger.check(uploads=1 if masked else 0, downloads=1)


def test_a_step_of_32_utterances(full, budget, make_runner):
    runner = make_runner(full, 32, stages.MOST_STEPS[32])
    ledger = budget("speecht5, step of 32 utterances", runner.device, runner.network.step)
    ledger.check(programs=MOST_PROGRAMS["step"], uploads=0, downloads=0)
    assert microseconds(ledger, runner) <= SLOWEST_US[32]


def test_an_utterance_after_the_warm_up(bare_device, make_runner, tiled):
    """Count transfers; nothing is compiled, no memory is kept, and the state is where it was."""

    def held():
        kinds = (ttnn.BufferType.L1, ttnn.BufferType.DRAM)
        return [ttnn.get_memory_view(bare_device, kind).total_bytes_allocated_per_bank for kind in kinds]

    runner = make_runner(tiled, 2)
    runner.warm_up()
    config, state = runner.config, runner.network.state
    before = held()
    addresses = [tensor.buffer_address() for tensor in (state.frames, state.position, state.window)]
    masks = np.ones((16, config.speech_decoder_prenet_layers, config.speech_decoder_prenet_units), np.float32)
    with Ledger(bare_device) as ledger:
        runner._block({0: iter(masks)}, [16], 0)
    # a table of masks for each layer of the prenet, and the counter of its rows
    ledger.check(cache_misses=0, uploads=3, downloads=0)
    utterances = [(np.full(count, 5), np.ones(config.speaker_embedding_dim), masks) for count in (4, 30)]
    with Ledger(bare_device) as ledger:
        list(runner.speak_together(utterances, 64))
    ledger.check(cache_misses=0)
    assert held() == before
    assert addresses == [tensor.buffer_address() for tensor in (state.frames, state.position, state.window)]
