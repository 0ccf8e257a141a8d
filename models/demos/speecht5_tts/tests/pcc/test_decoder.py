# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Steps of the decoder with the frames of the reference as input, so that errors do not add up over the steps."""

from itertools import islice

import numpy as np
import pytest
import torch

import ttnn
from models.demos.speecht5_tts.reference.decoder import upstream_masks
from models.demos.speecht5_tts.tt.layout import BLOCK
from models.demos.speecht5_tts.tt.runner import Utterance
from models.tt_audio.tt.tensors import download
from tests.ttnn.utils_for_testing import assert_with_pcc


def forced(reference, runner, ids, speaker, steps, write):
    """Return the frames [steps, values] of the reference and of every row of the device [steps, rows, values]."""
    speech, rows, network = reference.speech, runner.rows, runner.network
    masks = torch.stack([*islice(upstream_masks(speech.config, 5), steps)])
    runner._begin([Utterance(ids.numpy(), speaker.numpy(), ())] * rows)
    frames = 0.5 * torch.randn(steps, speech.config.num_mel_bins, generator=torch.Generator().manual_seed(3))
    frames[0] = 0
    results = []
    for step in range(steps):
        if step % BLOCK == 0:
            block = torch.zeros(rows, BLOCK, *masks.shape[1:])
            block[:, : len(masks[step : step + BLOCK])] = masks[step : step + BLOCK]
            network.state.begin_block(block.numpy())
        given = torch.zeros(rows, runner.layout.step_values)
        given[:, -len(frames[step]) :] = frames[step]
        write(network.state.frames, given)
        network.step()
        results.append(download(network.state.frames)[0, 0])
    hidden = speech.teacher_forced(ids, speaker, masks, frames)
    return speech.mel(hidden), torch.from_numpy(np.stack(results))


def test_steps_at_full_size(make_runner, full, text, voice, write):
    """Take the first steps of two utterances together."""
    runner = make_runner(full, rows=2, most_steps=48)
    expected, results = forced(full, runner, text(30), voice(full), 5, write)
    for row in range(2):
        assert_with_pcc(expected, results[:, row], 0.9999)


@pytest.mark.parametrize("rows", [1, 3])
def test_steps_beyond_a_block(make_runner, tiled, text, voice, write, rows):
    runner = make_runner(tiled, rows)
    expected, results = forced(tiled, runner, text(30), voice(tiled), 2 * BLOCK + 3, write)
    for row in range(rows):
        assert_with_pcc(expected, results[:, row], 0.9999)
    window = download(runner.network.state.window)[0, :, : len(expected)]
    np.testing.assert_array_equal(window, results.transpose(0, 1).numpy())
    assert download(runner.network.state.position).tolist() == [len(expected)] * rows


def test_one_layer_with_a_long_cache(make_runner, tiled):
    """Compare one block after 300 steps whose keys and values are given."""
    runner = make_runner(tiled)
    layer, state = tiled.speech.decoder.layers[0], runner.network.state
    random = torch.Generator().manual_seed(4)
    earlier, x = torch.randn(1, 300, 64, generator=random), torch.randn(1, 1, 64, generator=random)
    memory = torch.randn(1, 40, 64, generator=random)
    for cache, attention, values in (
        (state.steps[0], layer.self_attention, earlier),
        (state.texts[0], layer.cross_attention, memory),
    ):
        keys, values = attention.keys_values(values)
        cache.fill(*(_tiled(part, state.device) for part in (keys, values)), 0)
    for tensor, value in ((state.position, 300), (state.last_token, 39)):
        ttnn.copy_host_to_device_tensor(ttnn.from_torch(torch.tensor([value]), dtype=ttnn.int32), tensor)
    result = runner.network.decoder.layers[0](
        _tiled(x[None], state.device, ttnn.float32), state.steps[0], state.texts[0], state
    )
    steps = layer.self_attention.keys_values(earlier).then(layer.self_attention.keys_values(x))
    expected = layer(x, steps, layer.cross_attention.keys_values(memory), None, None)
    assert_with_pcc(expected[None], ttnn.to_torch(result), 0.9999)


def _tiled(x, device, dtype=ttnn.bfloat16):
    return ttnn.from_torch(x.contiguous(), dtype=dtype, layout=ttnn.TILE_LAYOUT, device=device)
