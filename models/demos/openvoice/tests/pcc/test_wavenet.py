# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

import pytest
import torch

import ttnn
from models.demos.openvoice.tt.parameters.conditioning import voice_biases
from models.demos.openvoice.tt.wavenet import WaveNet
from models.tt_audio.testing.layouts import FRAMES, rows
from models.tt_audio.tt.sharding import shard
from tests.ttnn.utils_for_testing import assert_with_pcc


@pytest.mark.parametrize("voiced", [False, True], ids=["own_bias", "voice_bias"])
@pytest.mark.parametrize("frames", FRAMES)
def test_stack_and_the_projection_folded_into_it(
    device, upload, reference, host_parameters, precision, voices, frames, voiced
):
    coupling = reference.flow.couplings[0]
    x = torch.randn(1, reference.config.hidden_channels, frames, generator=torch.Generator().manual_seed(1))
    expected = coupling.post(coupling.wavenet(x, None, voices[:1, :, None] if voiced else None))

    biases = None
    if voiced:
        conditions = voice_biases(reference, voices[0]).flow[0]
        biases = [ttnn.to_device(ttnn.to_layout(bias, ttnn.TILE_LAYOUT), device) for bias in conditions]
    wavenet = WaveNet(host_parameters.flow.couplings[0].wavenet, device, precision.flow)
    placed = ttnn.to_memory_config(upload(rows(x)), shard(device, frames, x.shape[1]))
    assert_with_pcc(rows(expected), ttnn.to_torch(wavenet(placed, None, biases)), 0.999)
