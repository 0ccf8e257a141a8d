# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The fast form on a CPU compared with the reference, and streams that share a batch."""

import numpy as np
import pytest
import torch

from models.demos.llvc.loading import load_net
from models.demos.llvc.state import StreamState
from models.demos.llvc.streams import Stream, StreamError, push_all
from models.demos.llvc.synthetic import CONFIGS, SMALL, make_checkpoint
from models.demos.llvc.torch_backend.runner import TorchRunner
from models.tt_audio.host.errors import UsageError

CLOSE = {"rtol": 0, "atol": 5e-6}


def converted(runner, samples, block=100):
    stream = Stream(runner, 16)
    pieces = [stream.push(samples[start : start + block]) for start in range(0, len(samples), block)]
    return np.concatenate([*pieces, stream.finish()])


@pytest.mark.parametrize("factor", [1, 2, 5])
@pytest.mark.parametrize("length", [0, 1, 16, 17, 224, 1000])
def test_a_stream_is_the_offline_pass(small, noise, factor, length):
    samples = noise(length)
    expected = small(samples)[0].numpy() if length else np.zeros(0, np.float32)
    np.testing.assert_allclose(converted(TorchRunner(small, factor), samples[0].numpy()), expected, **CLOSE)


def test_without_a_prenet(tmp_path, noise):
    raw = {**SMALL, "model_params": {**SMALL["model_params"], "convnet_config": {"convnet_prenet": False}}}
    net = load_net(make_checkpoint(tmp_path, raw))
    samples = noise(900)
    np.testing.assert_allclose(converted(TorchRunner(net), samples[0].numpy()), net(samples)[0].numpy(), **CLOSE)


def test_the_full_size(tmp_path, noise):
    net = load_net(make_checkpoint(tmp_path, CONFIGS["llvc_hfg"]))
    samples = noise(1200)
    np.testing.assert_allclose(converted(TorchRunner(net, 2), samples[0].numpy()), net(samples)[0].numpy(), **CLOSE)


def test_streams_that_join_pause_and_leave(small, noise):
    runner = TorchRunner(small)
    own = [noise(16 + 6 * 208, seed)[0].numpy() for seed in range(3)]
    streams = [Stream(runner, 16) for _ in own]
    results = [[] for _ in own]

    def push(*numbers):
        blocks = []
        for number in numbers:
            done = sum(len(piece) for piece in results[number])
            blocks.append(own[number][done and done + 16 :][: 224 if not done else 208])
        for number, piece in zip(numbers, push_all([streams[number] for number in numbers], blocks), strict=True):
            results[number].append(piece)

    for numbers in ((0,), (0, 1), (1,), (0, 1, 2), (0, 2), (1, 2)):
        push(*numbers)
    for number, stream in enumerate(streams):
        done = 16 + sum(len(piece) for piece in results[number])
        result = np.concatenate([*results[number], stream.finish()])
        np.testing.assert_allclose(result, small(torch.from_numpy(own[number][None, :done]))[0].numpy(), **CLOSE)
    assert not runner._states


def test_a_stream_that_another_process_continues(small, noise, tmp_path):
    samples = noise(16 + 4 * 208)[0].numpy()
    runner, other = TorchRunner(small), TorchRunner(small)
    key = runner.begin(samples[:16])
    head = runner.step({key: samples[16:224]})[key]
    runner.state(key).save(tmp_path / "state.safetensors")
    key = other.resume(StreamState.load(tmp_path / "state.safetensors", small.config))
    rest = [other.step({key: samples[start : start + 208]})[key] for start in (224, 432, 640)]
    expected = small(torch.from_numpy(samples)[None])[0, : 4 * 208].numpy()
    np.testing.assert_allclose(np.concatenate((head, *rest)), expected, **CLOSE)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_not_finite_change_nothing(small, noise, expect_error, bad):
    samples = noise(700)[0].numpy()
    stream = Stream(TorchRunner(small), 16)
    head = stream.push(samples[:300])
    broken = samples[300:400].copy()
    broken[7] = bad
    with expect_error(StreamError, f"sample 7 of the block is {bad}: only finite samples can be converted"):
        stream.push(broken)
    result = np.concatenate((head, stream.push(samples[300:]), stream.finish()))
    np.testing.assert_allclose(result, small(torch.from_numpy(samples)[None])[0].numpy(), **CLOSE)


def test_what_a_stream_refuses(small, expect_error):
    runner = TorchRunner(small)
    stream = Stream(runner, 16)
    with expect_error(StreamError, r"the samples have shape \(2, 5\): a stream takes one channel"):
        stream.push(np.zeros((2, 5), np.float32))
    stream.finish()
    with expect_error(StreamError, "the stream has ended: begin another one"):
        stream.push(np.zeros(5, np.float32))
    with expect_error(StreamError, "stream 9 has ended or never began"):
        runner.step({9: np.zeros(208, np.float32)})
    with expect_error(UsageError, "a chunk of 0 windows cannot be converted: a factor is at least 1"):
        TorchRunner(small, 0)
