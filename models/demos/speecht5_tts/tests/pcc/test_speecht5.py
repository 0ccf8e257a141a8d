# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Postnet and vocoder over a window of frames."""

import pytest
import torch

from tests.ttnn.utils_for_testing import assert_with_pcc


def window(runner, write, row=0):
    """Write frames into the window of a row and return them, [frames, mel]."""
    layout = runner.layout
    frames = torch.randn(layout.rows, layout.window_frames, layout.config.num_mel_bins)
    write(runner.network.state.window, frames)
    return frames[row]


@pytest.fixture(autouse=True)
def seeded(reset_seeds):
    pass


def test_a_window_at_full_size(make_runner, full, write):
    """Compare the samples of a whole window, as at the beginning of an utterance that goes on."""
    runner = make_runner(full, most_steps=48)
    frames = window(runner, write)
    expected = full.vocoder(full.speech.postnet(frames[None]))[0]
    assert_with_pcc(expected, torch.from_numpy(runner._samples(0, 0, len(frames))), 0.9999)


@pytest.mark.parametrize("valid", [2, 101, 256])
def test_a_window_in_which_an_utterance_ends(make_runner, tiled, write, valid):
    runner = make_runner(tiled, rows=2)
    frames = window(runner, write, row=1)[:valid]
    expected = tiled.vocoder(tiled.speech.postnet(frames[None]))[0]
    result = torch.from_numpy(runner._samples(1, 0, valid, masked=True))
    assert result.shape == expected.shape
    assert_with_pcc(expected, result, 0.9999)
