# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("factor", [1, 3])
def test_windows_after_others(make_net, reference, upload, random, factor):
    """Decode a chunk of two streams with a state, at full size."""
    net = make_net(reference, factor)
    layout, config = net.layout, reference.config
    narrow = config.dec_dim
    memory, targets = random(2, narrow, layout.frames), random(2, narrow, layout.frames, seed=1)
    state = random(2, 2, config.context, narrow, seed=2)
    expected, _ = reference.decoder(targets, memory, state)
    rows = torch.zeros(1, 2, layout.rows, 2 * narrow)
    rows[0, :, : layout.frames] = torch.cat((memory, targets), dim=1).transpose(1, 2)
    state_rows = torch.zeros(1, 2, layout.state_rows, 2 * narrow)
    start, size = layout.sections[-2]
    state_rows[0, :, start : start + size] = torch.cat((state[:, 0], state[:, 1]), dim=2)
    from_state = net.from_state(upload(state_rows), net.memory_config)
    context = net._block(from_state, layout.windows_start, factor * layout.window_rows)
    result = ttnn.to_torch(net.decoder(upload(rows), context, net.memory_config))[0, :, : layout.frames]
    assert_with_pcc(expected, result.transpose(1, 2), 0.9999)
