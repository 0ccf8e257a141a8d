# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams join, pause and leave without disturbing each other."""

import numpy as np
import pytest

from models.demos.llvc.streams import Stream, StreamError, push_all
from models.demos.llvc.tt.layout import Layout
from models.demos.llvc.tt.parameters.net import net as net_parameters
from models.demos.llvc.tt.runner import DeviceRunner


@pytest.fixture
def runner(device, shallow):
    layout = Layout(shallow.config, 1, 3)
    return DeviceRunner(net_parameters(shallow, layout), layout, device)


def chunks(noise, count, seed):
    return list(noise(16 + 208 * count, seed)[0].numpy().reshape(1, -1)[0, 16:].reshape(count, 208))


def first(noise, seed):
    return noise(16 + 208, seed)[0, :16].numpy()


def test_streams_do_not_disturb_each_other(runner, noise):
    """Compare bit for bit with the same streams one after the other, in the same slots."""
    own = {slot: chunks(noise, 3, slot) for slot in range(3)}
    alone = {}
    for slot in range(3):
        runner._free = [slot]
        assert runner.begin(first(noise, slot)) == slot
        alone[slot] = [runner.step({slot: chunk})[slot] for chunk in own[slot]]

    runner._free = [0, 1, 2]
    assert runner.begin(first(noise, 0)) == 0
    together = {slot: [] for slot in range(3)}

    def step(*slots):
        for slot, samples in runner.step({slot: own[slot][len(together[slot])] for slot in slots}).items():
            together[slot].append(samples)

    step(0)
    assert runner.begin(first(noise, 1)) == 1  # joins while another one is under way
    step(0, 1)
    step(1)  # stream 0 pauses
    assert runner.begin(first(noise, 2)) == 2
    step(0, 2)  # stream 1 pauses
    runner.end(0)  # leaves
    step(1, 2)
    step(2)
    for slot in range(3):
        np.testing.assert_array_equal(np.concatenate(together[slot]), np.concatenate(alone[slot]))


def test_a_slot_that_is_used_again(runner, shallow, noise):
    """Leave out the end of one stream; the next one in its slot is the offline pass all the same."""
    abandoned = Stream(runner, 16)
    abandoned.push(noise(500, 7)[0].numpy())
    abandoned.close()
    samples = noise(16 + 208 + 60, 8)[0]
    stream = Stream(runner, 16)
    result = np.concatenate((stream.push(samples.numpy()), stream.finish()))
    expected = shallow(samples[None])[0].numpy()
    assert np.corrcoef(result, expected)[0, 1] > 0.9999
    assert runner._free == [0, 1, 2]


def test_too_many_streams(runner, noise, expect_error):
    for _ in range(3):
        runner.begin(first(noise, 0))
    with expect_error(StreamError, "all 3 streams of this device are in use: end one, or open the device for more"):
        runner.begin(first(noise, 0))


def test_streams_of_blocks_of_any_size(runner, shallow, noise):
    """Push blocks of different sizes to two streams at once; the results are those of the offline pass."""
    samples = [noise(700, 11)[0], noise(650, 12)[0]]
    streams = [Stream(runner, 16) for _ in samples]
    results = [[], []]
    for start in range(0, 700, 250):
        blocks = [each[start : start + 250].numpy() for each in samples]
        for number, piece in enumerate(push_all(streams, blocks)):
            results[number].append(piece)
    for number, stream in enumerate(streams):
        result = np.concatenate((*results[number], stream.finish()))
        expected = shallow(samples[number][None])[0].numpy()
        assert result.shape == expected.shape
        assert np.corrcoef(result, expected)[0, 1] > 0.9999
