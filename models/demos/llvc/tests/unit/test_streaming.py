# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Streams are exact: whatever the chunks, a stream gives the samples of the offline forward pass."""

import pytest
import torch

from models.demos.llvc.loading import load_net
from models.demos.llvc.state import StreamState
from models.demos.llvc.synthetic import make_checkpoint
from models.tt_audio.host.checkpoint import CheckpointError

EXACT = {"rtol": 0, "atol": 2e-6}


def streamed(net, samples, factors):
    """Convert samples [B, N] in chunks of these factors, repeated as often as needed."""
    hop, pieces, position, turn = net.config.hop, [], net.config.hop, 0
    state = net.begin(samples[:, :hop])
    while position + (size := net.config.chunk * factors[turn % len(factors)]) <= samples.shape[1]:
        piece, state = net.step(samples[:, position : position + size], state)
        pieces.append(piece)
        position, turn = position + size, turn + 1
    pieces.append(net.finish(samples[:, position:], state))
    return torch.cat(pieces, dim=1)[:, : samples.shape[1]]


@pytest.mark.parametrize("factors", [[1], [2], [3], [4], [5], [6], [7], [8], [2, 1, 5], [8, 1, 1, 3]], ids=str)
def test_a_stream_is_the_offline_pass(small, noise, factors):
    samples = noise(16 + 20 * 208)
    torch.testing.assert_close(streamed(small, samples, factors), small(samples), **EXACT)


@pytest.mark.parametrize("length", [1, 15, 16, 17, 100, 223, 224, 225, 432, 16 + 3 * 208 + 1, 16 + 3 * 208 + 207])
def test_any_length(small, noise, length):
    samples = noise(length)
    result = streamed(small, samples, [1])
    assert result.shape == samples.shape
    torch.testing.assert_close(result, small(samples), **EXACT)


def test_silence_before_between_and_after(small, noise):
    silence = torch.zeros(1, 700)
    samples = torch.cat((silence, noise(900), silence, noise(500, seed=2), silence), dim=1)
    torch.testing.assert_close(streamed(small, samples, [1]), small(samples), **EXACT)
    torch.testing.assert_close(streamed(small, silence, [2]), small(silence), **EXACT)


def test_the_full_size(tmp_path, noise):
    net = load_net(make_checkpoint(tmp_path))
    samples = noise(3000)
    torch.testing.assert_close(streamed(net, samples, [2, 1]), net(samples), **EXACT)


def test_streams_of_a_batch_do_not_mix(small, noise):
    samples = torch.cat([noise(1500, seed) for seed in range(4)])
    together = streamed(small, samples, [1])
    for alone, row in zip(samples, together, strict=True):
        torch.testing.assert_close(row[None], small(alone[None]), **EXACT)


def test_a_state_is_saved_restored_and_batched(small, noise, tmp_path):
    """Let two streams run alone, save them, continue both as one batch, then one of them alone again."""
    samples = [noise(16 + 5 * 208, seed) for seed in (3, 4)]
    states, heads = [], []
    for number, own in enumerate(samples):
        head, state = small.step(own[:, 16 : 16 + 208], small.begin(own[:, :16]))
        state.save(tmp_path / f"{number}.safetensors")
        states.append(StreamState.load(tmp_path / f"{number}.safetensors", small.config))
        heads.append(head)
    middle, both = small.step(torch.cat(samples)[:, 16 + 208 : 16 + 3 * 208], StreamState.stack(states))
    assert both.batch == 2
    end = small.finish(samples[1][:, 16 + 3 * 208 :], both.stream(1))
    result = torch.cat((heads[1], middle[1:], end), dim=1)[:, : samples[1].shape[1]]
    torch.testing.assert_close(result, small(samples[1]), **EXACT)


def test_a_state_can_be_continued_twice(small, noise):
    samples = noise(16 + 2 * 208)
    state = small.begin(samples[:, :16])
    first, _ = small.step(samples[:, 16:224], state)
    again, _ = small.step(samples[:, 16:224], state)
    assert torch.equal(first, again)


def test_the_state_of_another_model_is_refused(small, tmp_path, expect_error):
    path = tmp_path / "state.safetensors"
    StreamState.fresh(small.config).save(path)
    other = load_net(make_checkpoint(tmp_path / "full")).config
    with expect_error(CheckpointError, "state.safetensors is not the state of a stream of this model"):
        StreamState.load(path, other)


def test_a_damaged_state_is_refused(small, tmp_path, expect_error):
    path = tmp_path / "state.safetensors"
    state = StreamState.fresh(small.config)
    state.tail[0, 0, 3] = torch.nan
    state.save(path)
    with expect_error(CheckpointError, "state.safetensors is damaged: begin a new stream"):
        StreamState.load(path, small.config)
