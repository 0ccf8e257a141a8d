# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("factor", [1, 2])
def test_frames_after_others(make_net, reference, upload, random, factor):
    """Encode a chunk of two streams with a state, at full size."""
    net = make_net(reference, factor)
    layout, config = net.layout, reference.config
    frames, state = random(2, config.enc_dim, layout.frames), random(2, config.enc_dim, 510, seed=1)
    expected, _ = reference.encoder(frames, state)
    rows = torch.zeros(1, 2, layout.rows, config.enc_dim)
    rows[0, :, : layout.frames] = frames.transpose(1, 2)
    state_rows = torch.zeros(1, 2, layout.state_rows, config.enc_dim)
    state_rows[0, :, :510] = state.transpose(1, 2)
    weighed = net.encoder.weigh(net.from_state(upload(state_rows), net.memory_config))
    encoded, _ = net.encoder(upload(rows), weighed, net.memory_config)
    result = ttnn.to_torch(encoded)[0, :, : layout.frames].transpose(1, 2)
    assert_with_pcc(expected, result, 0.9999)
